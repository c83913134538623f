"""`suite freeze`: a private test is minted, and only its digests get about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from envscaler_mcp.blueprint.synth import Job, Order, run_jobs
from envscaler_mcp.cli.app import run
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Selection, Suite, SuiteLock
from tests.blueprint.synth.test_choosing import SMALL
from tests.runtime.folders import counter

SECRET = "a-long-secret-that-nobody-knows"
JOB = Job("tool_shed", "tool_shed", str(SMALL), (), Order(1))


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    run_jobs([JOB], tmp_path / "public")
    path = tmp_path / "mine.yaml"
    selection = Selection(difficulty=("easy", "medium"))
    path.write_text(Suite(servers=("public/tool_shed",), scenarios=selection, agents=("oracle",)).to_text())
    return path


def bands(folder: ServerFolder) -> Counter[str | None]:
    return Counter(folder.scenario(one).difficulty.band for one in folder.ids)


def freeze(suite: Path, secret: str, out: str) -> int:
    said = ["suite", "freeze", str(suite), "--secret-seed", secret, "--out", out]
    return run([*said, "--domain", str(SMALL), "--json"])


def test_a_frozen_suite_is_played_and_its_digests_give_nothing_away(
    suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = suite.with_name("mine.private.lock.json")
    assert freeze(suite, SECRET, "one") == 0
    told = json.loads(capsys.readouterr().out)
    first = published.read_text()
    assert told["digests"] == json.loads(first)
    public, private = ServerFolder.load(Path("public/tool_shed")), ServerFolder.load(Path("one/tool_shed"))
    assert not set(private.ids) & set(public.ids)
    assert bands(private) == {band: count for band, count in bands(public).items() if band != "hard"}
    assert not any(private.scenario(one).instruction in first for one in private.ids)
    assert SECRET not in "".join(path.read_text() for path in Path().rglob("*.json"))
    assert run(["eval", "one/suite.yaml", "--out", "run", "--json"]) == 0
    (oracle,) = json.loads(capsys.readouterr().out)["agents"]
    assert (oracle["rollouts"], oracle["reward_mean"]) == (len(private.ids), 1.0)
    assert freeze(suite, SECRET, "two") == 0
    assert published.read_text() == first
    assert freeze(suite, f"{SECRET}, another", "three") == 0
    differing = SuiteLock.load(published).differences(SuiteLock.parse(first, "first"))
    assert all("/scenarios/" in path for path in differing)
    assert differing


def test_what_cannot_be_frozen_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    suite = tmp_path / "hand.yaml"
    folder = counter(tmp_path)
    suite.write_text(Suite(servers=(str(folder.path),), scenarios=Selection(tier="rejected")).to_text())
    assert freeze(suite, SECRET, "out") == 2
    assert "none of its servers is of the blueprint engine" in capsys.readouterr().out
    assert freeze(suite, " ", "out") == 2
    assert not Path("out").exists()
