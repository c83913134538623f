"""Carrying generated values over from a recording to its replay.

A recorded id (`3016f873-…`) is another one when the calls are played again. Recorded and replayed
results are walked side by side; where both hold a value that neither the start state nor an
argument contained, the two are taken for the same generated thing, for good and one to one.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import canonical, dumps

TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_\-:.+]*[A-Za-z0-9])?")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
EPOCH = 10**9
"""Numbers above it are taken for seconds since 1970."""


class Carrier:
    """The mapping from recorded to replayed generated values, as it grows.

    Args:
        known: JSON that was there before the first call; no value in it is generated.
    """

    def __init__(self, known: Any) -> None:
        self._known = set(TOKEN.findall(dumps(known)))
        self._forth: dict[str, str] = {}
        self._back: dict[str, str] = {}
        self._numbers: dict[float, float] = {}
        self.moment: dt.datetime | None = None
        """The first recorded time that was generated."""

    def carry(self, value: Any) -> Any:
        """A recorded value as it should look in the replay."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            mapping = cast("dict[str, Any]", value)
            return {self._text(key): self.carry(part) for key, part in mapping.items()}
        if isinstance(value, list):
            return [self.carry(part) for part in cast("list[Any]", value)]
        return self._numbers.get(value, value) if _is_number(value) else value

    def learn(self, recorded: Any, replayed: Any) -> None:
        """Pair up generated values of two results of one call."""
        if isinstance(recorded, str) and isinstance(replayed, str):
            self._learn_text(recorded, replayed)
        elif isinstance(recorded, dict) and isinstance(replayed, dict):
            self._learn_mapping(cast("dict[str, Any]", recorded), cast("dict[str, Any]", replayed))
        elif isinstance(recorded, list) and isinstance(replayed, list):
            for one, other in zip(cast("list[Any]", recorded), cast("list[Any]", replayed), strict=False):
                self.learn(one, other)
        elif _is_number(recorded) and _is_number(replayed):
            self._learn_number(cast("float", recorded), cast("float", replayed))

    def know(self, value: Any) -> None:
        """What an agent typed is not generated."""
        self._known |= set(TOKEN.findall(dumps(value))) - self._forth.keys()

    def same(self, recorded: Any, replayed: Any) -> bool:
        """Whether two results are equal as values, once generated ones are carried over."""
        return canonical(self.carry(recorded)) == canonical(replayed)

    def _text(self, text: str) -> str:
        if text in self._forth:
            return self._forth[text]
        return TOKEN.sub(lambda match: self._forth.get(match[0], match[0]), text)

    def _learn_mapping(self, recorded: dict[str, Any], replayed: dict[str, Any]) -> None:
        fresh = [key for key in recorded if key not in replayed and self._generated(key)]
        others = [key for key in replayed if key not in recorded]
        if len(fresh) == len(others):
            for one, other in zip(fresh, others, strict=True):
                self._pair(one, other)
        for key, part in recorded.items():
            if (carried := self._text(key)) in replayed:
                self.learn(part, replayed[carried])

    def _learn_number(self, recorded: float, replayed: float) -> None:
        if recorded > EPOCH and str(recorded) not in self._known:
            self._numbers[recorded] = replayed

    def _learn_text(self, recorded: str, replayed: str) -> None:
        ours, theirs = TOKEN.findall(replayed), TOKEN.findall(recorded)
        if recorded == replayed or len(ours) != len(theirs):
            return
        for one, other in zip(theirs, ours, strict=True):
            if one != other and self._generated(one):
                self._pair(one, other)

    def _generated(self, token: str) -> bool:
        return token not in self._known and any(char.isdigit() for char in token)

    def _pair(self, recorded: str, replayed: str) -> None:
        if recorded not in self._forth and replayed not in self._back:
            self._forth[recorded] = replayed
            self._back[replayed] = recorded
            self._note_moment(recorded)

    def _note_moment(self, recorded: str) -> None:
        if self.moment is None and (found := MOMENT.match(recorded)):
            try:
                self.moment = dt.datetime.fromisoformat(found[0])
            except ValueError:
                return


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
