"""Carrying generated values over from a recording to its replay.

A recorded id (`3016f873-…`) is another one when the calls are played again. Recorded and replayed
results are walked side by side; where both hold a value that neither the start state nor an
argument contained, the two are taken for the same generated thing, for good and one to one.
Times are only generated, not the same: a recording may see one minute in two calls, or two.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import canonical, dumps

from .clock_readings import is_reading, is_time, moment_at, moment_in
from .literals import read_result

TOKEN = re.compile(r"\w(?:[\w\-:.+]*\w)?")
SHORTEST_CODE, SHORTEST_NUMBER = 4, 100
SHORTEST_CUT = 20
_CUT_END = re.compile(r"\s*(?:\.\.\.|…|\[?\(?truncated\)?\]?)[\s.\])]*\Z", re.IGNORECASE)
_IDENTIFYING = re.compile(
    r"(?:^|_)(?:ids?|code|token|key|pin|otp|reference|ref|number|no|secret|password|hash|uuid|serial)\Z|Id\Z",
    re.IGNORECASE,
)
"""Names of fields whose values may be made of chance, though they are words or small numbers."""


class Carrier:
    """The mapping from recorded to replayed generated values, as it grows.

    Args:
        known: JSON that was there before the first call; no value in it is generated.
    """

    def __init__(self, known: Any) -> None:
        self._start = set(TOKEN.findall(dumps(known)))
        self._known = set(self._start)
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
        if (cut := cut_text(recorded, replayed)) is not None:
            self._learn_tokens(TOKEN.findall(cut)[:-1], TOKEN.findall(_printed(replayed)), "")
        else:
            self._learn(recorded, as_printed(replayed), "")

    def know(self, value: Any) -> None:
        """What an agent typed is not generated."""
        self._known |= set(TOKEN.findall(dumps(value))) - self._forth.keys()

    def same(self, recorded: Any, replayed: Any) -> bool:
        """Whether two results are equal as values, once generated ones are carried over."""
        if (cut := cut_text(recorded, replayed)) is not None:
            return _printed(replayed).startswith(self._text(cut[: cut.rfind(_last_token(cut))]))
        return self._same(recorded, replayed) or self._same(recorded, as_printed(replayed))

    # Carrying -------------------------------------------------------------------------------

    def _text(self, text: str) -> str:
        if text in self._forth:
            return self._forth[text]
        return TOKEN.sub(lambda match: self._forth.get(match[0], match[0]), text)

    # Learning -------------------------------------------------------------------------------

    def _learn(self, recorded: Any, replayed: Any, name: str) -> None:
        if isinstance(recorded, str) and isinstance(replayed, str):
            theirs, ours = TOKEN.findall(recorded), TOKEN.findall(replayed)
            if len(theirs) == len(ours):
                self._learn_tokens(theirs, ours, name)
        elif isinstance(recorded, dict) and isinstance(replayed, dict):
            self._learn_mapping(cast("dict[str, Any]", recorded), cast("dict[str, Any]", replayed))
        elif isinstance(recorded, list) and isinstance(replayed, list):
            for one, other in zip(cast("list[Any]", recorded), cast("list[Any]", replayed), strict=False):
                self._learn(one, other, name)
        elif _is_number(recorded) and _is_number(replayed):
            self._learn_number(cast("float", recorded), cast("float", replayed), name)

    def _learn_mapping(self, recorded: dict[str, Any], replayed: dict[str, Any]) -> None:
        fresh = [key for key in recorded if key not in replayed and self._generated(key, "key")]
        others = [key for key in replayed if key not in recorded]
        if len(fresh) == len(others):
            for one, other in zip(fresh, others, strict=True):
                self._pair(one, other)
        for key, part in recorded.items():
            if (carried := self._text(key)) in replayed:
                self._learn(part, replayed[carried], key)

    def _learn_number(self, recorded: float, replayed: float, name: str) -> None:
        if recorded == replayed or str(recorded) in self._known:
            return
        if is_reading(recorded) and is_reading(replayed):
            self._numbers[recorded] = replayed
            self.moment = self.moment or moment_at(recorded)
        elif _IDENTIFYING.search(name) and min(recorded, replayed) >= SHORTEST_NUMBER:
            self._numbers.setdefault(recorded, replayed)

    def _learn_tokens(self, theirs: Sequence[str], ours: Sequence[str], name: str) -> None:
        for one, other in zip(theirs, ours, strict=False):
            if one == other:
                continue
            if is_time(one) and is_time(other):
                self.moment = self.moment or moment_in(one)
            if self._generated(one, name) and self._shaped_alike(one, other):
                self._pair(one, other)

    def _generated(self, token: str, name: str) -> bool:
        """Not there before; and no word, unless the field's name says that it is a code."""
        if token in self._known:
            return False
        coded = _IDENTIFYING.search(name) is not None and len(token) >= SHORTEST_CODE
        return coded or any(char.isdigit() for char in token)

    @staticmethod
    def _shaped_alike(one: str, other: str) -> bool:
        """A word of chance has the same length as another; with digits in them they may differ."""
        if any(char.isdigit() for char in one):
            return True
        return len(one) == len(other) and one.isupper() == other.isupper()

    def _pair(self, recorded: str, replayed: str) -> None:
        taken = replayed in self._back or replayed in self._start
        if recorded not in self._forth and not taken:
            self._forth[recorded] = replayed
            self._back[replayed] = recorded
            self.moment = self.moment or moment_in(recorded)

    # Comparing ------------------------------------------------------------------------------

    def _same(self, recorded: Any, replayed: Any) -> bool:
        if isinstance(recorded, str) and isinstance(replayed, str):
            return self._text(recorded) == replayed or self._same_times(recorded, replayed)
        if isinstance(recorded, dict) and isinstance(replayed, dict):
            ours = {self._text(key): part for key, part in cast("dict[str, Any]", recorded).items()}
            theirs = cast("dict[str, Any]", replayed)
            return ours.keys() == theirs.keys() and all(
                self._same(part, theirs[key]) for key, part in ours.items()
            )
        if isinstance(recorded, list) and isinstance(replayed, list):
            return self._same_lists(cast("list[Any]", recorded), cast("list[Any]", replayed))
        return self._same_scalars(recorded, replayed)

    def _same_lists(self, recorded: list[Any], replayed: list[Any]) -> bool:
        if len(recorded) != len(replayed):
            return False
        if all(self._same(one, other) for one, other in zip(recorded, replayed, strict=True)):
            return True
        carried = self.carry(recorded)
        generated = any(isinstance(part, str) and part in self._back for part in carried)
        return generated and sorted(map(canonical, carried)) == sorted(map(canonical, replayed))

    def _same_scalars(self, recorded: Any, replayed: Any) -> bool:
        if not (_is_number(recorded) and _is_number(replayed)):
            return canonical(recorded) == canonical(replayed)
        if recorded == replayed or self._numbers.get(recorded) == replayed:
            return True
        fresh = str(recorded) not in self._known and str(replayed) not in self._start
        return fresh and is_reading(recorded) and is_reading(replayed)

    def _same_times(self, recorded: str, replayed: str) -> bool:
        """Equal but for times that were generated on both sides."""
        theirs, ours = TOKEN.findall(recorded), TOKEN.findall(replayed)
        if len(theirs) != len(ours) or TOKEN.sub("", recorded) != TOKEN.sub("", replayed):
            return False
        return all(
            self._forth.get(one, one) == other
            or (is_time(one) and is_time(other) and one not in self._known and other not in self._start)
            for one, other in zip(theirs, ours, strict=True)
        )


def as_printed(replayed: Any) -> Any:
    """A result that is a text is read as a recording reads it: `'7'` and `7` are printed alike."""
    value = _alone(replayed)
    return read_result(value) if isinstance(value, str) else replayed


def cut_text(recorded: Any, replayed: Any) -> str | None:
    """The recorded text, where a recording kept only the beginning of a result that is no text."""
    text = _alone(recorded)
    if not isinstance(text, str) or text[:1] not in ("{", "[", "(") or isinstance(_alone(replayed), str):
        return None
    kept = _CUT_END.sub("", text)
    return kept if len(kept) >= SHORTEST_CUT else None


def _alone(value: Any) -> Any:
    """What stands alone under `result`, or None."""
    whole: dict[str, Any] = cast("Any", value) if isinstance(value, dict) else {}
    return whole["result"] if list(whole) == ["result"] else None


def _last_token(text: str) -> str:
    tokens = TOKEN.findall(text)
    return tokens[-1] if tokens else text[-1:]


def _printed(replayed: Any) -> str:
    value = _alone(replayed)
    return str(replayed if value is None else value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
