"""A server goes into a client's configuration and out again; what else stands there stays."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.sharing.clients import CLIENTS, Surroundings, client_named
from envscaler_mcp.sharing.config_file import backup_of, replace_text
from envscaler_mcp.sharing.installing import Change, carried_out, installed, shown, uninstalled
from envscaler_mcp.sharing.json_text import value_of
from envscaler_mcp.sharing.launch import Launch

UVX = Launch("/opt/uv/uvx", ("--from", "/my servers/desk", "desk"))
PYTHON = Launch("/usr/bin/python3", ("-P", "-m", "desk"), {"PYTHONPATH": "/my servers/desk"})
WINDOWS = Launch(
    str(PureWindowsPath("C:/Program Files/uv/uvx.exe")), ("--from", "C:\\Users\\Ana B\\desk", "desk")
)
ODD = Launch(
    "/opt/u v/uvx",
    ("--from", '/my "quoted" sérvers\\\\x/дом 🏠/it\'s\n\x7f\t${HOME}', "desk"),
    {"PYTHONPATH": "C:\\new\\table\\ü"},
)
NAMES = [client.name for client in CLIENTS]


def parsed(client: str, text: str) -> dict[str, Any]:
    return tomllib.loads(text) if client == "codex" else value_of(text)


def put_in(client: str, file: Path, launch: Launch = UVX, name: str = "desk") -> Path | None:
    return carried_out(file, lambda: installed(client_named(client), file, name, launch))[1]


def take_out(client: str, file: Path, name: str = "desk") -> Change:
    return carried_out(file, lambda: uninstalled(client_named(client), file, name))[0]


@pytest.mark.parametrize("launch", [UVX, PYTHON, WINDOWS, ODD], ids=["uvx", "python", "windows", "odd"])
@pytest.mark.parametrize("name", NAMES)
def test_written_twice_is_written_once_and_taken_out_again(name: str, launch: Launch, tmp_path: Path) -> None:
    client = client_named(name)
    file = tmp_path / "a folder" / "config"
    assert not take_out(name, file).needed
    assert not file.parent.exists()
    assert put_in(name, file, launch) is None
    entry = parsed(name, file.read_bytes().decode())[client.key]["desk"]
    command = entry["command"] if name == "opencode" else [entry["command"], *entry["args"]]
    assert command == [launch.command, *launch.args]
    assert entry.get(client.environment_key, {}) == launch.env
    assert parsed(name, shown(client, "desk", entry)) == {client.key: {"desk": entry}}
    assert put_in(name, file, launch) is None
    assert not backup_of(file).exists()
    assert take_out(name, file).needed
    assert not file.exists()


BARE_END = re.compile(rb"(?<!\r)\n")
JSON = (
    "", " \n", "{}", "{ }\n", "{\n}\n", '{"a":1}', '{ "a": 1 }', '{"a":1,}', '{\n  "a": 1}',
    '{"a": 1 /* x */ }',
    '{\r\n\t"a": 1\r\n}\r\n', "\ufeff", '\ufeff{\n "KEY": {}\n}', '{\n  "KEY": {\n  }\n}\n',
    '// top\n{ // open\n  "a": 1, /* x */ "b": "/* http://x */" // c\n}\n// tail',
    '{\n  "KEY": {\n    // none yet\n  }\n}\n', '{"KEY": {"a": {"command": "x"}}}',
    '{\n    "KEY": {\n        "a": {"command": "x"}, // first\n    },\n}\n\n',
)  # fmt: skip
TOML = (
    "", "\n", 'model = "x"', 'model = "x"\n\n\n', "# only a comment\n", '\ufeffmodel = "x"\n', "[KEY]\n",
    '# a\r\nmodel = "x"\r\n\r\n[KEY.a]\r\ncommand = "x"\r\n',
    '[KEY.a]\ncommand = "x"  # c\n# d\n\n# e\n[z]\nb = 1\n',
    '[KEY.a]\ncommand = "x"\n[z]\nq = 1\n[KEY.b]\ncommand = "y"\n', 'KEY.a.command = "x"\n[z]\nb = 1\n',
    '["KEY"."a b"]\ncommand = "x"\n', "[[z]]\na = 1\n[[z]]\na = 2\n", 't = """\na\r\nb\n"""\n',
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name in NAMES for text in (TOML if name == "codex" else JSON)]
)
def test_what_was_there_is_there_again_to_the_last_byte(name: str, text: str, tmp_path: Path) -> None:
    client, file = client_named(name), tmp_path / "config"
    before = text.replace("KEY", client.key).encode()
    file.write_bytes(before)
    assert put_in(name, file, WINDOWS) == backup_of(file)
    assert backup_of(file).read_bytes() == before
    if b"\r\n" in before and not BARE_END.search(before):
        assert not BARE_END.search(file.read_bytes())
    assert not installed(client, file, "desk", WINDOWS).needed
    take_out(name, file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("order", [("desk", "other"), ("other", "desk")], ids=str)
@pytest.mark.parametrize("text", [None, '{\n  "theme": "dark" // mine\n}\n', "{}"])
def test_two_servers_leave_in_any_order(order: tuple[str, str], text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    if text is not None:
        file.write_text(text)
    for name in ("desk", "other"):
        put_in("gemini-cli", file, name=name)
    assert value_of(file.read_text())["mcpServers"].keys() == {"desk", "other"}
    for name in order:
        take_out("gemini-cli", file, name)
    assert (file.read_text().strip() if file.exists() else None) in ((text or "{}").strip(), text)


def test_what_the_person_changed_since_then_stays(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text('{\n  "inputs": []\n}\n')
    put_in("vscode", file)
    file.write_text("// a note of mine\n" + file.read_text().replace("[]", '["mine"]'))
    take_out("vscode", file)
    assert file.read_text() == '// a note of mine\n{\n  "inputs": ["mine"]\n}\n'


def test_everything_else_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text(
        '{\n    // mine\n    "inputs": [],\n    "servers": {\n        "a": {"url": "u"}\n    }\n}\n'
    )
    file.chmod(0o600)
    assert put_in("vscode", file) == backup_of(file)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (file, backup_of(file))} == {0o600}
    assert "// mine" in file.read_text()
    assert value_of(file.read_text())["servers"]["a"] == {"url": "u"}


def test_toml_keeps_what_the_person_added_to_the_table(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '# mine\n[mcp_servers.a]  # first\ncommand = "x"\n\n'
        '[mcp_servers.desk]  # ours\ncommand = "old"\nstartup_timeout_sec = 90  # slow\n\n[z]\nb = 1\n'
    )
    put_in("codex", file, PYTHON)
    text = file.read_text()
    assert all(comment in text for comment in ("# mine", "# first", "# ours", "# slow"))
    desk = tomllib.loads(text)["mcp_servers"]["desk"]
    assert (desk["command"], desk["startup_timeout_sec"]) == (PYTHON.command, 90)
    assert desk["env"] == PYTHON.env
    take_out("codex", file)
    assert tomllib.loads(file.read_text()) == {"mcp_servers": {"a": {"command": "x"}}, "z": {"b": 1}}


def test_a_new_form_replaces_the_old_one_and_keeps_what_the_person_added(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    old = {"command": "old", "args": [], "env": {"PYTHONPATH": "/old", "MINE": "1"}, "disabled": True}
    file.write_text(json.dumps({"mcpServers": {"desk": {**old, "url": "http://x"}}}))
    put_in("cursor", file)
    entry = json.loads(file.read_text())["mcpServers"]["desk"]
    assert entry == {
        "command": UVX.command, "args": list(UVX.args), "env": {"MINE": "1"}, "disabled": True,
    }  # fmt: skip


@pytest.mark.parametrize("there", [True, False], ids=["a file", "nothing"])
def test_a_link_stays_a_link(tmp_path: Path, *, there: bool) -> None:
    real = tmp_path / "dotfiles.json"
    file = tmp_path / "config.json"
    file.symlink_to(real.name)
    if there:
        real.write_text("{}")
    put_in("gemini-cli", file)
    assert file.is_symlink()
    assert "desk" in json.loads(real.read_text())["mcpServers"]
    take_out("gemini-cli", file)
    assert file.is_symlink()
    assert real.exists() == there


def test_somebody_else_s_change_meanwhile_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_text("{}")
    change = installed(client_named("cursor"), file, "desk", UVX)
    file.write_text('{"theirs": 1}')
    with pytest.raises(BadInput, match="somebody has just changed it"):
        replace_text(file, change.before, change.after)
    assert file.read_text() == '{"theirs": 1}'
    assert not backup_of(file).exists()


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    names = [f"desk_{number}" for number in range(12)]
    with ThreadPoolExecutor(len(names)) as several:
        backups = list(several.map(partial(put_in, "codex", file, UVX), names))
    assert backups.count(None) == 1
    assert tomllib.loads(file.read_text())["mcp_servers"].keys() == set(names)


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    for name in ("folder", "loop"):
        (tmp_path / name).mkdir() if name == "folder" else (tmp_path / name).symlink_to(tmp_path / name)
        with pytest.raises(BadInput, match=name):
            put_in("cursor", tmp_path / name)
    file = tmp_path / "mcp.json"
    file.write_text("{}")
    backup_of(file).mkdir()
    (tmp_path / "plain").write_text("")
    for place in (file, tmp_path / "plain" / "mcp.json"):
        with pytest.raises(BadInput):
            put_in("cursor", place)
    assert file.read_text() == "{}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cursor", b'{"mcpServers": '), ("cursor", b'{"mcpServers": []}'), ("cursor", b"[1]"),
        ("cursor", b"\xff\xfe"), ("codex", b"[mcp_servers"), ("codex", b"mcp_servers = 3"),
        ("cursor", b'{"a": ' + b"9" * 5000), ("cursor", b'{"a": 1, "a": 2}'),
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
