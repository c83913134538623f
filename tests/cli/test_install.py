"""`install`: what is printed, what is written, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.render import render, write_tree
from tests.render import tiny_servers

SERVER = "my servers/tiny_library"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for variable in ("XDG_CONFIG_HOME", "CODEX_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", "")
    write_tree(render(tiny_servers.native(), tiny_servers.scenarios()), Path(SERVER))


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["install", *arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_it_prints_and_writes_nothing_unless_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, said = told(capsys, SERVER, "--client", "claude-code", "--scenario", "002")
    assert status == 0
    assert said["client"] == "claude-code"
    assert said["file"] == str(tmp_path / ".mcp.json")
    assert said["entry"] == {
        "command": sys.executable,
        "args": ["-P", "-m", "tiny_library", "--scenario", "002"],
        "env": {"PYTHONPATH": str(tmp_path / SERVER)},
    }
    assert not said["changed"]
    assert not Path(".mcp.json").exists()


def test_what_is_printed_for_people_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["install", SERVER, "--client", "cursor"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["mcpServers"]["tiny_library"]["command"] == sys.executable
    assert "your rights" in shown.err


def test_written_twice_then_taken_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written = [told(capsys, SERVER, "--client", "opencode", "--write")[1] for _ in range(2)]
    assert [one["changed"] for one in written] == [True, False]
    file = tmp_path / "home/.config/opencode/opencode.json"
    assert json.loads(file.read_text())["mcp"]["tiny_library"] == written[0]["entry"]
    _, said = told(capsys, "tiny_library", "--client", "opencode", "--uninstall")
    assert (said["entry"], said["changed"], said["backup"]) == (None, True, f"{file}.backup")
    assert not file.exists()  # as before
    assert run(["install", SERVER, "--client", "opencode", "--uninstall"]) == 0
    assert "is not in" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [SERVER, "--client", "netscape"],
        [SERVER],
        ["nowhere", "--client", "cursor"],
        [SERVER, "--client", "cursor", "--write", "--uninstall"],
        [SERVER, "--client", "cursor", "--scenario", "9"],
        ["No Server", "--client", "cursor", "--uninstall"],
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["install", *arguments, "--quiet"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
