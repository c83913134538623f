"""Putting a server into a client's configuration, and taking it out again.

The file belongs to a person: what else stands in it stays, the text as it was is kept beside it, and
what was written is read again before it takes the file's place.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import read_bytes, write_bytes

from . import json_text, toml_text
from .clients import Client
from .launch import SEARCH_PATH, Launch

BACKUP_SUFFIX = ".backup"
_OURS = frozenset(("type", "command", "args", "env", "environment", "url", "httpUrl", "headers", "cwd"))
"""What says how a server is reached; everything else in an entry is the person's own."""


@dataclass(frozen=True)
class Change:
    """What would be, or was, done to a configuration."""

    client: str
    file: Path
    entry: dict[str, Any] | None
    """The entry as it stands there afterwards; None where it is taken out."""
    before: str | None
    """The file's text; None where there is no file."""
    after: str

    @property
    def needed(self) -> bool:
        """Whether the file is not yet as it should be."""
        return (self.before or "") != self.after

    @property
    def backup(self) -> Path:
        """Where the text as it was is kept."""
        return self.file.with_name(self.file.name + BACKUP_SUFFIX)


def installed(client: Client, file: Path, name: str, launch: Launch) -> Change:
    """The configuration with the server in it, as the client starts it. Nothing is written.

    Raises:
        BadInput: the file cannot be read, or is not what the client could read.
    """
    return with_entry(client, file, name, client.entry(launch))


def with_entry(client: Client, file: Path, name: str, given: dict[str, Any]) -> Change:
    """The configuration with this entry in it. Nothing is written.

    Raises:
        BadInput: the file cannot be read, or is not what the client could read.
    """
    before = _text(file)
    whole = _value(client, file, before or "")
    entry = _merged(client, _entry_of(whole, client, name), given)
    edit = _edit(client, name, entry)
    after = _edited(client, file, before or "", edit)
    _prove(client, file, after, _with(whole, client.key, name, entry))
    return Change(client.name, file, entry, before, after)


def uninstalled(client: Client, file: Path, name: str) -> Change:
    """The configuration without the server. Nothing is written.

    Raises:
        BadInput: the file cannot be read, or is not what the client could read.
    """
    before = _text(file)
    whole = _value(client, file, before or "")
    if _entry_of(whole, client, name) is None:
        return Change(client.name, file, None, before, before or "")

    def edit(text: str) -> str:
        if client.form == "toml":
            return toml_text.without_table(text, client.key, name)
        return json_text.without_member(text, (client.key, name))

    after = _edited(client, file, before or "", edit)
    _prove(client, file, after, _with(whole, client.key, name, None))
    return Change(client.name, file, None, before, after)


def carry_out(change: Change) -> Path | None:
    """Write a change, and return the backup; nothing at all where nothing is needed.

    Raises:
        BadInput: the disk says no; the file is as it was.
    """
    if not change.needed:
        return None
    backup = None
    if change.before is not None:
        backup = change.backup
        # Made first with the file's own mode: a configuration may hold keys.
        backup.unlink(missing_ok=True)
        backup.touch(mode=change.file.stat().st_mode & 0o777)
        write_bytes(backup, change.before.encode("utf-8"))
    # A link, as people who keep their settings elsewhere have it, stays one.
    write_bytes(change.file.resolve(), change.after.encode("utf-8"))
    return backup


def shown(client: Client, name: str, entry: dict[str, Any]) -> str:
    """The entry with what stands around it, to be copied by hand."""
    if client.form == "toml":
        return toml_text.with_table("", client.key, name, entry)
    return json.dumps({client.key: {name: entry}}, ensure_ascii=False, indent=2) + "\n"


def _text(file: Path) -> str | None:
    if not file.exists():
        return None
    try:
        return read_bytes(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(str(file), f"not UTF-8 at byte {error.start}", "correct the file") from error


def _value(client: Client, file: Path, text: str) -> dict[str, Any]:
    read = toml_text.value_of if client.form == "toml" else json_text.value_of
    try:
        value = read(text)
    except (json_text.NotJson, toml_text.NotToml) as error:
        raise BadInput(
            str(file), f"not {client.form.upper()}: {error}", "correct the file, then try again"
        ) from error
    whole = cast("dict[str, Any]", value) if isinstance(value, dict) else {client.key: None}
    if not isinstance(whole.get(client.key, {}), dict):
        raise BadInput(str(file), f"{client.key} is no table of servers", "correct the file, then try again")
    return whole


def _entry_of(whole: dict[str, Any], client: Client, name: str) -> Any:
    return whole.get(client.key, {}).get(name)


def _merged(client: Client, there: Any, entry: dict[str, Any]) -> dict[str, Any]:
    """Our entry, with what the person added to the one that is there."""
    if not isinstance(there, dict):
        return entry
    own = {key: part for key, part in cast("dict[str, Any]", there).items() if key not in _OURS}
    merged = entry | own
    variables: Any = cast("dict[str, Any]", there).get(client.environment_key)
    if isinstance(variables, dict):
        kept = {
            key: part for key, part in cast("dict[str, Any]", variables).items() if key != SEARCH_PATH
        } | cast("dict[str, Any]", entry.get(client.environment_key, {}))
        if kept:
            merged[client.environment_key] = kept
    return merged


def _edit(client: Client, name: str, entry: dict[str, Any]) -> Callable[[str], str]:
    def in_toml(text: str) -> str:
        return toml_text.with_table(text, client.key, name, entry)

    def in_json(text: str) -> str:
        there = _entry_of(json_text.value_of(text), client, name)
        if not isinstance(there, dict):
            return json_text.with_member(text, (client.key, name), entry)
        for gone in cast("dict[str, Any]", there).keys() - entry.keys():
            text = json_text.without_member(text, (client.key, name, gone))
        for key, part in entry.items():
            text = json_text.with_member(text, (client.key, name, key), part)
        return text

    return in_toml if client.form == "toml" else in_json


def _edited(client: Client, file: Path, text: str, edit: Callable[[str], str]) -> str:
    try:
        return edit(text)
    except (json_text.NotJson, toml_text.NotToml) as error:
        raise BadInput(
            str(file), f"not {client.form.upper()}: {error}", "correct the file, then try again"
        ) from error


def _with(whole: dict[str, Any], key: str, name: str, entry: dict[str, Any] | None) -> dict[str, Any]:
    servers = {one: part for one, part in whole.get(key, {}).items() if one != name}
    return {**whole, key: {**servers, name: entry} if entry is not None else servers}


def _prove(client: Client, file: Path, after: str, expected: dict[str, Any]) -> None:
    """Read what would be written: only the one entry may differ."""
    read = toml_text.value_of if client.form == "toml" else json_text.value_of
    found = read(after)
    if {client.key: {}, **found} != expected:
        odd = "it is laid out in a way that cannot be changed safely"
        raise BadInput(str(file), odd, "put the printed entry in by hand")
