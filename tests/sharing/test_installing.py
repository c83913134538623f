"""A server goes into a client's configuration and out again; what else stands there stays."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.sharing.clients import CLIENTS, Surroundings, client_named
from envscaler_mcp.sharing.installing import carry_out, installed, shown, uninstalled
from envscaler_mcp.sharing.json_text import value_of
from envscaler_mcp.sharing.launch import Launch

UVX = Launch("/opt/uv/uvx", ("--from", "/my servers/desk", "desk"))
PYTHON = Launch("/usr/bin/python3", ("-P", "-m", "desk"), {"PYTHONPATH": "/my servers/desk"})
WINDOWS = Launch(
    str(PureWindowsPath("C:/Program Files/uv/uvx.exe")), ("--from", "C:\\Users\\Ana B\\desk", "desk")
)
NAMES = [client.name for client in CLIENTS]


def parsed(client: str, text: str) -> dict[str, Any]:
    return tomllib.loads(text) if client == "codex" else value_of(text)


@pytest.mark.parametrize("launch", [UVX, PYTHON, WINDOWS], ids=["uvx", "python", "windows"])
@pytest.mark.parametrize("name", NAMES)
def test_written_twice_is_written_once_and_taken_out_again(name: str, launch: Launch, tmp_path: Path) -> None:
    client = client_named(name)
    file = tmp_path / "a folder" / "config"
    first = installed(client, file, "desk", launch)
    assert not file.exists()
    assert carry_out(first) is None
    entry = parsed(name, file.read_text())[client.key]["desk"]
    command = entry["command"] if name == "opencode" else [entry["command"], *entry["args"]]
    assert command == [launch.command, *launch.args]
    assert entry.get(client.environment_key, {}) == launch.env
    assert parsed(name, shown(client, "desk", entry)) == {client.key: {"desk": entry}}
    again = installed(client, file, "desk", launch)
    assert not again.needed
    carry_out(again)
    assert not again.backup.exists()
    carry_out(uninstalled(client, file, "desk"))
    assert "desk" not in parsed(name, file.read_text()).get(client.key, {})
    assert not uninstalled(client, file, "desk").needed


def test_everything_else_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text(
        '{\n    // mine\n    "inputs": [],\n    "servers": {\n        "a": {"url": "u"}\n    }\n}\n'
    )
    file.chmod(0o600)
    before = file.read_text()
    change = installed(client_named("vscode"), file, "desk", UVX)
    assert carry_out(change) == change.backup
    assert change.backup.read_text() == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file, change.backup)} == {0o600}
    assert "// mine" in file.read_text()
    assert value_of(file.read_text())["servers"]["a"] == {"url": "u"}
    carry_out(uninstalled(client_named("vscode"), file, "desk"))
    assert file.read_text() == before


def test_toml_keeps_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    before = '# mine\nmodel = "m"\n\n[mcp_servers.a]  # first\ncommand = "x"\n\n[profiles.p]\nmodel = "n"\n'
    file.write_text(before)
    carry_out(installed(client_named("codex"), file, "desk", PYTHON))
    text = file.read_text()
    assert "# mine" in text
    assert "# first" in text
    assert tomllib.loads(text)["mcp_servers"].keys() == {"a", "desk"}
    carry_out(uninstalled(client_named("codex"), file, "desk"))
    assert tomllib.loads(file.read_text()) == tomllib.loads(before)


def test_a_new_form_replaces_the_old_one_and_keeps_what_the_person_added(tmp_path: Path) -> None:
    client, file = client_named("cursor"), tmp_path / "mcp.json"
    old = {"command": "old", "args": [], "env": {"PYTHONPATH": "/old", "MINE": "1"}, "disabled": True}
    file.write_text(json.dumps({"mcpServers": {"desk": {**old, "url": "http://x"}}}))
    carry_out(installed(client, file, "desk", UVX))
    entry = json.loads(file.read_text())["mcpServers"]["desk"]
    assert entry == {
        "command": UVX.command, "args": list(UVX.args), "env": {"MINE": "1"}, "disabled": True,
    }  # fmt: skip


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    file = tmp_path / "config.json"
    file.symlink_to(real)
    carry_out(installed(client_named("gemini-cli"), file, "desk", UVX))
    assert file.is_symlink()
    assert "desk" in json.loads(real.read_text())["mcpServers"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cursor", b'{"mcpServers": '), ("cursor", b'{"mcpServers": []}'), ("cursor", b"[1]"),
        ("cursor", b"\xff\xfe"), ("codex", b"[mcp_servers"), ("codex", b"mcp_servers = 3"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_left_alone(name: str, text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_bytes(text)
    for attempt in (
        lambda: installed(client_named(name), file, "desk", UVX),
        lambda: uninstalled(client_named(name), file, "desk"),
    ):
        with pytest.raises(BadInput, match="config"):
            attempt()
    assert file.read_bytes() == text
    assert list(tmp_path.iterdir()) == [file]


HOME = Path("/home/ana")
PLACES = {
    ("claude-code", "linux"): "/project/.mcp.json",
    ("claude-desktop", "linux"): "/home/ana/.config/Claude/claude_desktop_config.json",
    ("claude-desktop", "darwin"): "/home/ana/Library/Application Support/Claude/claude_desktop_config.json",
    ("claude-desktop", "win32"): "/home/ana/AppData/Roaming/Claude/claude_desktop_config.json",
    ("cursor", "win32"): "/home/ana/.cursor/mcp.json",
    ("vscode", "darwin"): "/project/.vscode/mcp.json",
    ("codex", "linux"): "/home/ana/.codex/config.toml",
    ("gemini-cli", "win32"): "/home/ana/.gemini/settings.json",
    ("opencode", "darwin"): "/home/ana/.config/opencode/opencode.json",
}


@pytest.mark.parametrize(("client", "platform"), PLACES)
def test_where_each_client_keeps_its_servers(client: str, platform: str) -> None:
    here = Surroundings(HOME, Path("/project"), platform)
    assert client_named(client).locate(here).as_posix() == PLACES[client, platform]


def test_variables_move_a_configuration() -> None:
    here = Surroundings(
        HOME, Path("/project"), "win32", {"APPDATA": "/d", "CODEX_HOME": "/c", "XDG_CONFIG_HOME": "/x"}
    )
    assert client_named("claude-desktop").locate(here) == Path("/d/Claude/claude_desktop_config.json")
    assert client_named("codex").locate(here) == Path("/c/config.toml")
    assert client_named("opencode").locate(here) == Path("/x/opencode/opencode.json")
    with pytest.raises(BadInput, match="claude-code"):
        client_named("netscape")
