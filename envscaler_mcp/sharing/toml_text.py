"""Changing one table of a TOML file of somebody else; comments and order stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable


class NotToml(ValueError):
    """The text is no TOML."""


def value_of(text: str) -> dict[str, Any]:
    """The value of a TOML text.

    Raises:
        NotToml: it is none.
    """
    return _parse(text).unwrap()


def with_table(text: str, key: str, name: str, value: Mapping[str, Any]) -> str:
    """The text with the table `[key.name]` holding this.

    Raises:
        NotToml: the text is no TOML, or `key` is no table.
    """
    document = _parse(text)
    if key not in document:
        document.append(key, tomlkit.table(is_super_table=True))
    tables = document[key]
    if not isinstance(tables, AbstractTable):
        raise NotToml(f"{key} is no table")
    found = cast("Any", tables).get(name)
    table = cast("dict[str, Any]", found if isinstance(found, AbstractTable) else tomlkit.table())
    for gone in [one for one in table if one not in value]:
        del table[gone]
    for one, part in value.items():
        if one not in table or table[one] != part:
            table[one] = part
    if found is not table:
        tables[name] = table
    return tomlkit.dumps(document)


def without_table(text: str, key: str, name: str) -> str:
    """The text without the table `[key.name]`.

    Raises:
        NotToml: the text is no TOML.
    """
    document = _parse(text)
    tables = cast("Any", document).get(key)
    if not isinstance(tables, AbstractTable) or name not in tables:
        return text
    del tables[name]
    return tomlkit.dumps(document)


def _parse(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError) as error:
        raise NotToml(str(error)) from error
