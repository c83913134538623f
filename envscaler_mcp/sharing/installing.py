"""Putting a server into a client's configuration, and taking it out again.

The file belongs to a person: what else stands in it stays, the text as it was is kept beside it, and
what was written is read again before it takes the file's place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from envscaler_mcp.errors import BadInput

from . import json_text, toml_text
from .clients import Client
from .config_file import alone, backup_of, replace_text, text_of
from .launch import SEARCH_PATH, Launch

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
    after: str | None
    """As `before`."""

    @property
    def needed(self) -> bool:
        """Whether the file is not yet as it should be."""
        return self.before != self.after


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
    before = text_of(file)
    whole = _value(client, file, before or "")
    entry = _merged(client, _entry_of(whole, client, name), given)
    with _reading(client, file):
        after = _put(client, name, entry, before or "")
    _prove(client, file, after, _with(whole, client.key, name, entry))
    return Change(client.name, file, entry, before, after)


def uninstalled(client: Client, file: Path, name: str) -> Change:
    """The configuration without the server. Nothing is written.

    Raises:
        BadInput: the file cannot be read, or is not what the client could read.
    """
    before = text_of(file)
    whole = _value(client, file, before or "")
    entry = _entry_of(whole, client, name)
    if before is None or entry is None:
        return Change(client.name, file, None, before, before)
    with _reading(client, file):
        after = _taken_out(client, name, before)
    _prove(client, file, after, _with(whole, client.key, name, None))
    for earlier in (_backup(file), None):
        if _put_into(client, name, entry, earlier) == before:
            return Change(client.name, file, None, before, earlier)
    return Change(client.name, file, None, before, after)


def carried_out(file: Path, change: Callable[[], Change]) -> tuple[Change, Path | None]:
    """Make a change and write it, while no other `install` is at this file.

    Args:
        file: what is changed.
        change: reads the file, and says what it is to become.

    Returns:
        What was changed, and the backup; none where nothing was needed, or there was no file.

    Raises:
        BadInput: the change cannot be made, or the disk says no; the file is as it was.
    """
    if not (made := change()).needed:
        return made, None
    with alone(file):
        made = change()
        return made, replace_text(file, made.before, made.after) if made.needed else None


def shown(client: Client, name: str, entry: dict[str, Any]) -> str:
    """The entry with what stands around it, to be copied by hand."""
    if client.form == "toml":
        return toml_text.with_table("", client.key, name, entry)
    return json.dumps({client.key: {name: entry}}, ensure_ascii=False, indent=2) + "\n"


@contextmanager
def _reading(client: Client, file: Path) -> Generator[None]:
    try:
        yield
    except (json_text.NotJson, toml_text.NotToml) as error:
        raise BadInput(
            str(file), f"not {client.form.upper()}: {error}", "correct the file, then try again"
        ) from error


def _value(client: Client, file: Path, text: str) -> dict[str, Any]:
    with _reading(client, file):
        value = _value_of(client, text)
    whole = cast("dict[str, Any]", value) if isinstance(value, dict) else {client.key: None}
    if not isinstance(whole.get(client.key, {}), dict):
        raise BadInput(str(file), f"{client.key} is no table of servers", "correct the file, then try again")
    return whole


def _value_of(client: Client, text: str) -> Any:
    return (toml_text if client.form == "toml" else json_text).value_of(text)


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


def _put(client: Client, name: str, entry: dict[str, Any], text: str) -> str:
    if client.form == "toml":
        return toml_text.with_table(text, client.key, name, entry)
    there = _entry_of(json_text.value_of(text), client, name)
    if not isinstance(there, dict):
        return json_text.with_member(text, (client.key, name), entry)
    for gone in cast("dict[str, Any]", there).keys() - entry.keys():
        text = json_text.without_member(text, (client.key, name, gone))
    for key, part in entry.items():
        text = json_text.with_member(text, (client.key, name, key), part)
    return text


def _taken_out(client: Client, name: str, text: str) -> str:
    if client.form == "toml":
        return toml_text.without_table(text, client.key, name)
    return json_text.without_empty(json_text.without_member(text, (client.key, name)), client.key)


def _backup(file: Path) -> str | None:
    """What stood there before the last change; None where that is not known."""
    with suppress(BadInput):
        return text_of(backup_of(file))
    return None


def _put_into(client: Client, name: str, entry: dict[str, Any], earlier: str | None) -> str | None:
    """What an earlier text becomes with the server in it; None where the server was in it already.

    Taking out what nobody has touched since then leaves the earlier text to the last blank.
    """
    try:
        known = name in _value_of(client, earlier or "").get(client.key, {})
        return None if known else _put(client, name, entry, earlier or "")
    except (AttributeError, TypeError, json_text.NotJson, toml_text.NotToml):
        return None  # a backup of whatever it may be


def _with(whole: dict[str, Any], key: str, name: str, entry: dict[str, Any] | None) -> dict[str, Any]:
    servers = {one: part for one, part in whole.get(key, {}).items() if one != name}
    return {**whole, key: {**servers, name: entry} if entry is not None else servers}


def _prove(client: Client, file: Path, after: str, expected: dict[str, Any]) -> None:
    """Read what would be written: only the one entry may differ."""
    odd = "it is laid out in a way that cannot be changed safely"
    try:
        found = _value_of(client, after)
    except (json_text.NotJson, toml_text.NotToml):
        found = None
    if found is None or {client.key: {}, **found} != expected:
        raise BadInput(str(file), odd, "put the printed entry in by hand")
