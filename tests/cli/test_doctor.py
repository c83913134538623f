"""`doctor` tells what is here, and never a key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli import app as cli
from envscaler_mcp.cli import doctor as verb
from envscaler_mcp.cli.keys import find_keys
from envscaler_mcp.errors import BadInput
from envscaler_mcp.sandbox import isolation
from envscaler_mcp.sandbox.isolation import IsolationReport

SECRET = "sk-a-key-that-nobody-may-see"


def checks(capsys: Any) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}


def test_it_names_what_is_here(capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        verb, "_isolation", lambda: [verb.Finding("isolation", True, "worker", required=True)]
    )
    assert cli.run(["doctor", "--json"]) == 0
    found = checks(capsys)
    assert {"python", "platform", "mcp", "pydantic", "pydantic-monty", "isolation"} <= set(found)
    assert {"node", "uv", "docker", "client claude", "OPENAI_API_KEY"} <= set(found)
    assert all(set(check) == {"name", "ok", "found", "required", "remedy"} for check in found.values())


@pytest.mark.parametrize("arguments", [["doctor"], ["doctor", "--json"]])
def test_it_never_shows_a_key(
    capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    (tmp_path / ".env").write_text(f"ANTHROPIC_API_KEY={SECRET}\n")
    cli.run(arguments)
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    assert "present" in out


def test_what_is_needed_and_absent_is_status_1(capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(verb, "DISTRIBUTIONS", ("mcp", "a-distribution-nobody-has"))
    assert cli.run(["doctor", "--json"]) == 1
    assert checks(capsys)["a-distribution-nobody-has"]["remedy"] == "pip install a-distribution-nobody-has"


@pytest.mark.parametrize(
    ("report", "status", "found"),
    [
        (IsolationReport("hardened", {"seccomp": True}), 0, "hardened"),
        (IsolationReport("worker", {"seccomp": False, "bubblewrap": "unused"}), 0, "without seccomp, bubble"),
        (IsolationReport("none", {"worker": "does not start"}), 1, "none, without worker (does not start)"),
    ],
)
def test_the_isolation_tier_decides(
    capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, report: Any, status: int, found: str
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(isolation, "available", lambda: report)
    assert cli.run(["doctor", "--json"]) == status
    assert found in checks(capsys)["isolation"]["found"]


def test_every_wall_is_told_of(capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    parts = {**dict.fromkeys(isolation.PARTS, True), "landlock": False, "bubblewrap": "it does not work here"}
    monkeypatch.setattr(isolation, "available", lambda: IsolationReport("hardened", parts))
    assert cli.run(["doctor", "--json"]) == 0
    found = checks(capsys)
    assert set(verb.WALLS) == {*isolation.PARTS, "bubblewrap"}
    assert found["isolation seccomp"]["ok"] is True
    assert (found["isolation landlock"]["ok"], found["isolation landlock"]["found"]) == (False, "absent")
    assert found["isolation bubblewrap"]["found"] == "it does not work here"


def test_keys_come_from_the_environment_first(tmp_path: Path):
    (tmp_path / ".env").write_text(
        "# comment\nexport OPENAI_API_KEY='from file'  # mine\nANTHROPIC_API_KEY = \"quoted\"\n"
        "OPENAI_BASE_URL=http://127.0.0.1:1/v1\nPATH=/nowhere\nnonsense\nANTHROPIC_BASE_URL=\n"
    )
    assert find_keys(tmp_path, {"ANTHROPIC_API_KEY": "around", "OTHER": "x"}) == {
        "OPENAI_API_KEY": "from file",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "ANTHROPIC_API_KEY": "around",
    }
    assert find_keys(tmp_path / "absent", {}) == {}


def test_an_unreadable_env_file_is_named(tmp_path: Path):
    (tmp_path / ".env").write_bytes(b"\xff")
    with pytest.raises(BadInput, match=r"\.env"):
        find_keys(tmp_path, {})
