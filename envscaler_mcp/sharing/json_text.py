"""Changing one member of a JSON file of somebody else, and not a character beside it.

Clients read JSON with comments and trailing commas; what a person wrote there stays as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

MAX_DEPTH = 100
BLANKS = " \t\r\n\ufeff"
_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_INDENT = re.compile(r"[ \t]*")


class NotJson(ValueError):
    """The text is no JSON, with or without comments."""


@dataclass
class _Member:
    name: str
    start: int
    node: _Node
    comma: int | None = None
    """Where the comma behind it stands."""


@dataclass
class _Node:
    value: Any
    start: int
    end: int
    members: list[_Member] = field(default_factory=list[_Member])

    def member(self, name: str) -> _Member | None:
        return next((member for member in self.members if member.name == name), None)


def value_of(text: str) -> Any:
    """The value of a JSON text, comments left out; an empty one is an empty object.

    Raises:
        NotJson: it is none.
    """
    return _parse(text).value if text.strip(BLANKS) else {}


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """The text with `value` at this path; objects on the way are made where they are missing.

    Raises:
        NotJson: the text is no JSON, or what stands on the way is no object.
    """
    if not text.strip(BLANKS):
        return text + json.dumps(_nested(path, value), ensure_ascii=False, indent=2) + "\n"
    node = _parse(text)
    unit = _unit(text, node)
    for depth, name in enumerate(path):
        member = _object(node, path[:depth]).member(name)
        if member is None:
            return _insert(text, node, name, _nested(path[depth + 1 :], value), unit)
        node = member.node
    if node.value == value:
        return text
    margin = _margin(text, node.start)
    return text[: node.start] + _spelt(text, value, unit, margin) + text[node.end :]


def without_member(text: str, path: Sequence[str]) -> str:
    """The text without what stands at this path; as it was where nothing does.

    Raises:
        NotJson: the text is no JSON.
    """
    if not text.strip(BLANKS):
        return text
    node = _parse(text)
    for name in path[:-1]:
        member = node.member(name)
        if member is None:
            return text
        node = member.node
    member = node.member(path[-1])
    return _remove(text, node, member) if member else text


def without_empty(text: str, name: str) -> str:
    """The text without this member, where it is an object with nothing in it, not even a comment.

    Raises:
        NotJson: the text is no JSON.
    """
    member = _parse(text).member(name) if text.strip(BLANKS) else None
    if member is None or not re.fullmatch(r"\{\s*\}", text[member.node.start : member.node.end]):
        return text
    return without_member(text, (name,))


def _nested(path: Sequence[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _object(node: _Node, path: Sequence[str]) -> _Node:
    if not isinstance(node.value, dict):
        raise NotJson(f"what stands at /{'/'.join(path)} is no object")
    return node


# Reading ----------------------------------------------------------------------------------------


def _parse(text: str) -> _Node:
    scanner = _Scanner(text)
    try:
        node = scanner.value(scanner.blank(0))
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error
    end = scanner.blank(node.end)
    if end != len(text):
        raise NotJson(f"more text after the value, at {scanner.place(end)}")
    return node


class _Scanner:
    """Reads values and remembers where they stand."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._decoder = json.JSONDecoder()
        self._depth = 0

    def place(self, at: int) -> str:
        return f"line {self.text.count(chr(10), 0, at) + 1}"

    def blank(self, at: int) -> int:
        """The place after blanks and comments."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int) -> _Node:
        opening = self.text[at : at + 1]
        if opening not in ("{", "["):
            value, end = self._decoder.raw_decode(self.text, at)
            return _Node(value, at, end)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise NotJson(f"nested deeper than {MAX_DEPTH} levels")
        node = self._object(at) if opening == "{" else self._list(at)
        self._depth -= 1
        return node

    def _object(self, start: int) -> _Node:
        members: list[_Member] = []
        at = self.blank(start + 1)
        while self.text[at : at + 1] != "}":
            member, at = self._member(at)
            if any(one.name == member.name for one in members):
                raise NotJson(f"the key {member.name!r} stands twice, at {self.place(member.start)}")
            members.append(member)
        value = {member.name: member.node.value for member in members}
        return _Node(value, start, at + 1, members)

    def _member(self, at: int) -> tuple[_Member, int]:
        if self.text[at : at + 1] != '"':
            raise NotJson(f"a key or a closing brace is missing at {self.place(at)}")
        name, end = cast("tuple[str, int]", self._decoder.raw_decode(self.text, at))
        colon = self.blank(end)
        if self.text[colon : colon + 1] != ":":
            raise NotJson(f"a colon is missing at {self.place(colon)}")
        node = self.value(self.blank(colon + 1))
        after, comma = self._comma(node.end, "}")
        return _Member(name, at, node, comma), after

    def _list(self, start: int) -> _Node:
        values: list[Any] = []
        at = self.blank(start + 1)
        while self.text[at : at + 1] != "]":
            node = self.value(at)
            values.append(node.value)
            at, _ = self._comma(node.end, "]")
        return _Node(values, start, at + 1)

    def _comma(self, end: int, closing: str) -> tuple[int, int | None]:
        """Where what follows a value begins, and where the comma between them stands."""
        at = self.blank(end)
        if self.text[at : at + 1] == ",":
            return self.blank(at + 1), at
        if self.text[at : at + 1] != closing:
            raise NotJson(f"a comma or {closing!r} is missing at {self.place(at)}")
        return at, None


# Writing ----------------------------------------------------------------------------------------


def _insert(text: str, node: _Node, name: str, value: Any, unit: str) -> str:
    """A new last member, in the layout of the object that it joins."""
    close = node.end - 1
    last = node.members[-1] if node.members else None
    if last and "\n" not in text[node.start : node.end]:
        comma = "" if last.comma is not None else ","
        member = f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        at = _after(last)
        return f"{text[:at]}{comma} {member}{text[at:]}"
    margin = _margin(text, last.start) if last else _margin(text, node.start) + unit
    member = f"{json.dumps(name, ensure_ascii=False)}: {_spelt(text, value, unit, margin)}"
    tail = len(text[:close].rstrip())
    line = _line_end(text)
    head = text[:tail]
    if last and last.comma is None:
        head = head[: last.node.end] + "," + head[last.node.end :]
    elif last:
        member += ","  # whoever ends a list with a comma goes on doing so
    ending = text[tail:close] if last else line + _margin(text, node.start)
    return f"{head}{line}{margin}{member}{ending}{text[close:]}"


def _after(member: _Member) -> int:
    return member.node.end if member.comma is None else member.comma + 1


def _remove(text: str, node: _Node, member: _Member) -> str:
    place = node.members.index(member)
    # The comma that would end the list.
    comma = node.members[place - 1].comma if place and member.comma is None else None
    if comma is not None and not text[comma + 1 : member.start].strip():
        return text[:comma] + text[member.node.end :]
    start, end = _lines(text, member.start, _after(member))
    cut = text[:start] + text[end:]
    if comma is not None:
        cut = cut[:comma] + cut[comma + 1 :]
    if len(node.members) > 1:
        return cut
    close = node.end - 1 - (end - start)
    inside = cut[node.start + 1 : close]
    return cut[: node.start + 1] + cut[close:] if not inside.strip() else cut


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the rest of its lines, where nothing else stands on them."""
    begin = text.rfind("\n", 0, start) + 1
    after = text.find("\n", end)
    if not text[begin:start].strip() and after >= 0 and not text[end:after].strip():
        return begin, after + 1
    blanks = len(text[end:]) - len(text[end:].lstrip(" \t"))
    return start, end + blanks


def _spelt(text: str, value: Any, unit: str, margin: str) -> str:
    lines = json.dumps(value, ensure_ascii=False, indent=unit).split("\n")
    return (_line_end(text) + margin).join(lines)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _margin(text: str, at: int) -> str:
    """The blanks at the beginning of the line on which something stands."""
    found = _INDENT.match(text, text.rfind("\n", 0, at) + 1)
    return found.group() if found else ""


def _unit(text: str, root: _Node) -> str:
    """One step of indentation, as this file has it."""
    return (_margin(text, root.members[0].start) if root.members else "") or "  "
