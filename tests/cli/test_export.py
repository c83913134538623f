"""`export`: from a run to files, and back through `replay`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run


@pytest.fixture(scope="module")
def played(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A run of two agents in conversations."""
    server, place = str(root / "generated_servers" / "blood_bank"), tmp_path_factory.mktemp("export") / "run"
    said = ["eval", server, "--tier", "rejected", "--mode", "conversation", "--agent", "oracle"]
    assert run([*said, "--agent", "random", "--out", str(place), "--quiet"]) == 0
    return server, place


@pytest.mark.parametrize("format", ["sft", "sharegpt"])
def test_rows_are_split_by_family_and_verified_by_replay(
    played: tuple[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    server, place = played
    assert run(["export", format, str(place), "--out", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rows"] == 10
    families: dict[str, set[str]] = {}
    for file in map(Path, told["files"]):
        for line in file.read_text(encoding="utf-8").splitlines():
            families.setdefault(json.loads(line)["task"]["family"], set()).add(file.stem)
        assert run(["replay", server, str(file), "--exact", "--json"]) == 0
        again = json.loads(capsys.readouterr().out)
        assert again["calls"] == again["matched"] > 0
        assert again["rewards"] == again["rewards_matched"] > 0
    assert all(len(splits) == 1 for splits in families.values())
    assert {file.stem for file in tmp_path.iterdir()} == {"train", "dev", "test"}


def test_what_cannot_be_exported_says_so(
    played: tuple[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", "sft", str(tmp_path / "none"), "--out", str(tmp_path)]) == 2
    assert "none" in capsys.readouterr().err
    assert run(["export", "sft", str(played[1]), "--out", str(tmp_path), "--agent", "nobody"]) == 0
    assert "0 of 20 rollouts" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["trl", "openenv", "verifiers", "harbor"])
def test_what_is_not_written_is_refused_in_a_sentence(
    format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["export", format, "anything", "--out", "here"]) == 2
    assert capsys.readouterr().err.count(".\n") == 1
