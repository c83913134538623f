"""Rows of a live environment as plain values that many episodes share.

A state is kept as it was after a call: collection → key → `Kept`. What a call did not touch stays the same
object, so keeping, undoing, forking and comparing cost next to nothing for the rows that did not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeAlias, cast

from pydantic import BaseModel

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.environment import Environment

_PLAIN = (str, int, bool, type(None))
_set = object.__setattr__


class Kept:
    """One row as it stood: its class, its fields, and (when first asked for) its JSON."""

    __slots__ = ("_json", "_lists", "_text", "cls", "values")

    def __init__(self, row: BaseModel) -> None:
        self.cls = type(row)
        self._lists = [name for name, value in vars(row).items() if isinstance(value, list | BaseModel)]
        self.values = self._copied(vars(row))
        self._json: dict[str, Any] | None = None
        self._text = ""

    def row(self) -> BaseModel:
        """A row of its own, equal to the one kept."""
        row = self.cls.__new__(self.cls)
        _set(row, "__dict__", self._copied(self.values))
        _set(row, "__pydantic_fields_set__", set(self.values))
        _set(row, "__pydantic_extra__", None)
        _set(row, "__pydantic_private__", None)
        return row

    def json(self) -> dict[str, Any]:
        """Its JSON; shared, so not to be changed."""
        if self._json is None:
            self._json = self.row().model_dump(mode="json")
        return self._json

    def text(self) -> str:
        """Its JSON as text: equal for equal rows."""
        self._text = self._text or dumps(self.json())
        return self._text

    def _copied(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Lists of ids are all that can change inside a row that we compile; the rest is copied slowly."""
        copied = dict(values)
        for name in self._lists:
            value = values[name]
            plain = isinstance(value, list) and all(
                isinstance(part, _PLAIN) for part in cast("list[Any]", value)
            )
            copied[name] = [*value] if plain else deepcopy(cast("Any", value))
        return copied


class Collection(dict[str, Kept]):
    """The rows of one collection; once made it is not changed."""

    __slots__ = ("_shown", "_values")

    def __init__(self, rows: Mapping[str, Kept]) -> None:
        super().__init__(rows)
        self._values = [one.values for one in rows.values()]
        self._shown: dict[str, dict[str, Any]] | None = None

    def shown(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows as JSON; shared, so not to be changed."""
        if self._shown is None:
            self._shown = {key: one.json() for key, one in self.items()}
        return self._shown

    def equals(self, rows: Mapping[str, BaseModel]) -> bool:
        """Whether these rows are as they were kept, and in that order."""
        return list(map(vars, rows.values())) == self._values and list(rows) == list(self)


Whole: TypeAlias = Mapping[str, Collection]


EMPTY = Collection({})


class Stage:
    """The one instance of an environment on which every episode's calls are played, one at a time.

    Changing from one episode to another costs only the rows in which the two differ.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._whole: Whole = {}
        self._whole = self.keep()

    @property
    def _rows(self) -> dict[str, dict[str, BaseModel]]:
        return vars(self.environment)

    def show(self, whole: Whole) -> Environment:
        """The environment in this state."""
        if whole is not self._whole:
            for name, kept in whole.items():
                if kept is not self._whole[name]:
                    self._rows[name] = self._changed_to(name, kept)
            self._whole = whole
        return self.environment

    def keep(self) -> Whole:
        """The state after a call; rows as they were before stay the same objects."""
        self._whole = {
            name: _kept_rows(rows, self._whole.get(name, EMPTY)) for name, rows in self._rows.items()
        }
        return self._whole

    def undo(self) -> None:
        """Take back what a call wrote before it was refused."""
        for name, kept in self._whole.items():
            rows = self._rows[name]
            if not kept.equals(rows):
                self._rows[name] = {key: _undone(rows.get(key), one) for key, one in kept.items()}

    def _changed_to(self, name: str, kept: Collection) -> dict[str, BaseModel]:
        rows, before = self._rows[name], self._whole[name]
        return {key: rows[key] if before.get(key) is one else one.row() for key, one in kept.items()}


def _kept_rows(rows: Mapping[str, BaseModel], before: Collection) -> Collection:
    if before.equals(rows):
        return before
    return Collection({key: _kept_row(row, before.get(key)) for key, row in rows.items()})


def _kept_row(row: BaseModel, before: Kept | None) -> Kept:
    return before if before is not None and vars(row) == before.values else Kept(row)


def _undone(row: BaseModel | None, kept: Kept) -> BaseModel:
    return row if row is not None and vars(row) == kept.values else kept.row()
