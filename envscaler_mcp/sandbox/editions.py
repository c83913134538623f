"""States that are sent as what is new in them: a call touches a row or two, and there are hundreds.

Both sides know a state by its mark, the digest of its text with the keys in their own order. A parent
names the mark of a state that it holds; the worker, if it remembers that one, says what became of it.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import digest_bytes, dumps

MOST_REMEMBERED = 16 * 1024 * 1024
"""Characters of all states that a worker remembers."""


@dataclass(frozen=True)
class Edition:
    """A state as the parent holds it. Nobody changes it: rows that stay are the same objects."""

    state: dict[str, Any]
    mark: str

    @classmethod
    def of(cls, state: dict[str, Any]) -> Edition:
        """A state that is there as a whole."""
        return cls(state, digest_bytes(dumps(state).encode()))

    def after(self, news: dict[str, Any]) -> Edition:
        """What this state has become, by the news that a worker told."""
        if news["mark"] == self.mark:
            return self
        if "whole" in news:
            return Edition(news["whole"], news["mark"])
        state = {**self.state, **news["fields"]}
        for field, change in news["rows"].items():
            state[field] = _with_rows(state.get(field), change)
        return Edition(state, news["mark"])


class Editions:
    """The states that a worker has told of, the newest of them."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._size = 0
        self._told: OrderedDict[str, _Spelt] = OrderedDict()

    def news(self, base: str, state: dict[str, Any], initial: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What a parent needs to be told that holds the state with the mark `base`.

        Args:
            base: a mark; one that is not known gets the whole state.
            state: the state as it stands.
            initial: gives the state that the parent may have begun with.
        """
        before = self._told.get(base) or _Spelt.of(initial())
        now = _Spelt.of(state)
        if before.mark != base:
            self._keep(now)
            return {"mark": now.mark, "whole": state}
        self._keep(before)
        self._keep(now)
        return {"mark": now.mark, **(_difference(before, now, state) or {"whole": state})}

    def _keep(self, spelt: _Spelt) -> None:
        if spelt.mark not in self._told:
            self._size += spelt.size
        self._told[spelt.mark] = spelt
        self._told.move_to_end(spelt.mark)
        while self._size > self._most:
            self._size -= self._told.popitem(last=False)[1].size


@dataclass(frozen=True)
class _Spelt:
    """A state as texts of its fields: rows are spelt only where their field has changed."""

    fields: dict[str, str]
    mark: str
    size: int

    @classmethod
    def of(cls, state: dict[str, Any]) -> _Spelt:
        fields = {name: dumps(value) for name, value in state.items()}
        whole = "{" + ",".join([f"{dumps(name)}:{text}" for name, text in fields.items()]) + "}"
        return cls(fields, digest_bytes(whole.encode()), len(whole))


def _difference(before: _Spelt, now: _Spelt, state: dict[str, Any]) -> dict[str, Any] | None:
    """News that lead from one state to the other; None where the fields themselves are others."""
    if list(before.fields) != list(now.fields):
        return None
    news: dict[str, Any] = {"fields": {}, "rows": {}}
    for name, text in now.fields.items():
        if before.fields[name] != text:
            change = _rows(json.loads(before.fields[name]), state[name])
            news["rows" if change else "fields"][name] = change or state[name]
    return news


def _rows(before: Any, now: Any) -> dict[str, Any] | None:
    """The rows that came, went or changed; None where these do not tell their order."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return None
    old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", now)
    gone = [key for key in old if key not in new]
    put = {key: row for key, row in new.items() if key not in old or dumps(old[key]) != dumps(row)}
    told = _with_rows(old, {"gone": gone, "put": put})
    return {"gone": gone, "put": put} if list(told) == list(new) else None


def _with_rows(rows: Any, change: dict[str, Any]) -> dict[str, Any]:
    """Rows after a change; a worker may say anything, and what holds no rows gets them all the same."""
    held = cast("dict[str, Any]", rows) if isinstance(rows, dict) else {}
    gone = set(change["gone"])
    return {**{key: row for key, row in held.items() if key not in gone}, **change["put"]}
