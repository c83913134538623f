"""Changing one table of a TOML file of somebody else; comments, order and line ends stay."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast

import tomlkit
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable

MARK = "\ufeff"
"""Some editors begin a file with it; it is no part of the text."""
_BARE_END = re.compile(r"(?<!\r)\n")


class NotToml(ValueError):
    """The text is no TOML, or laid out in a way that is not changed here."""


def value_of(text: str) -> dict[str, Any]:
    """The value of a TOML text.

    Raises:
        NotToml: it is none.
    """
    try:
        return tomllib.loads(text.removeprefix(MARK))
    except (ValueError, RecursionError) as error:
        raise NotToml(str(error)) from error


def with_table(text: str, key: str, name: str, value: Mapping[str, Any]) -> str:
    """The text with the table `[key.name]` holding this; a new one stands at the end.

    Raises:
        NotToml: the text is no TOML, or the table is not one with a head of its own.
    """
    there = value_of(text).get(key, {}).get(name)
    if there == value:
        return text
    if there is None:
        last = "" if not text.strip(MARK) or text.endswith("\n") else _line_end(text)
        return f"{text}{last}{_appended(text, key, name, value)}"
    document = _document(text)
    _update(_tables(document, key)[name], value, f"{key}.{name}")
    return _dumped(text, document)


def without_table(text: str, key: str, name: str) -> str:
    """The text without the table `[key.name]`.

    Raises:
        NotToml: the text is no TOML, or the table is not one with a head of its own.
    """
    there = value_of(text).get(key, {}).get(name)
    if there is None:
        return text
    ours = _appended(text, key, name, there)
    if ours in text:
        return text.replace(ours, "", 1)
    document = _document(text)
    del _tables(document, key)[name]
    return _dumped(text, document)


def _appended(text: str, key: str, name: str, value: Mapping[str, Any]) -> str:
    """The table as it is written where there is none, with an empty line before it."""
    document = tomlkit.document()
    tables = tomlkit.table(is_super_table=True)
    tables.append(name, dict(value))
    document.append(key, tables)
    gap = "\n" if text.strip(f"{MARK} \t\r\n") else ""
    return _BARE_END.sub(_line_end(text), gap + tomlkit.dumps(document))


def _update(table: Any, value: Mapping[str, Any], where: str) -> None:
    if not isinstance(table, AbstractTable):
        raise NotToml(f"{where} is no table with a head of its own")
    parts = cast("dict[str, Any]", table)
    for gone in [one for one in parts if one not in value]:
        del parts[gone]
    for one, part in value.items():
        if one not in parts or parts[one] != part:
            parts[one] = part


def _tables(document: tomlkit.TOMLDocument, key: str) -> Any:
    tables = document[key]
    if not isinstance(tables, AbstractTable | OutOfOrderTableProxy):
        raise NotToml(f"{key} is no table")
    return tables


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text.removeprefix(MARK))
    except (TOMLKitError, RecursionError) as error:
        raise NotToml(str(error)) from error


def _dumped(text: str, document: tomlkit.TOMLDocument) -> str:
    mark = MARK if text.startswith(MARK) else ""
    dumped = tomlkit.dumps(document)
    only = "\r\n" in text and not _BARE_END.search(text)
    return mark + (_BARE_END.sub("\r\n", dumped) if only else dumped)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
