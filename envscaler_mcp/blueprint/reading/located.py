"""YAML as a tree that remembers its lines, read as strictly as the language wants it.

Keys are texts whatever they look like (`on` is `on`, not True), a key stands once, there are no anchors and
no tags, and only `true`, `false`, `null` and whole numbers are more than text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml

from envscaler_mcp.errors import BadInput

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_NODES = 30_000
Steps: TypeAlias = tuple[int | str, ...]

_INT = re.compile(r"[-+]?[0-9]{1,15}\Z")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Place:
    """A line of a file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Scalar:
    """A text, number, truth or nothing. `text` is as it was spelt."""

    place: Place
    text: str
    quoted: bool = False

    @property
    def value(self) -> str | int | bool | None:
        """What it stands for."""
        if self.quoted:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        return int(self.text) if _INT.match(self.text) else self.text


@dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Entry:
    """The value under a key, and where the key stands."""

    place: Place
    node: Node


@dataclass(frozen=True)
class Table:
    """A mapping; its keys are texts."""

    place: Place
    entries: Mapping[str, Entry]

    def get(self, key: str) -> Node | None:
        """The value under a key."""
        entry = self.entries.get(key)
        return entry.node if entry else None


Node: TypeAlias = Scalar | Sequence | Table


def read_located(path: Path, shown: str = "") -> Node:
    """The tree of a file, which messages call `shown`.

    Raises:
        BadInput: there is no such file, or it is no YAML of the plain kind.
    """
    name = shown or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BadInput(
            name, f"it cannot be read ({reason})", "name a file that exists and can be read"
        ) from error
    return parse_located(content, name)


def parse_located(content: bytes | str, name: str) -> Node:
    """The tree of a text. Raises BadInput as `read_located` does."""
    text = _decoded(content, name)
    try:
        node = _Builder(text, name).document()
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, name) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:160] or "nested too deeply"
        raise BadInput(f"{name}:1", f"not YAML: {reason}", "correct the file") from error
    if node is None:
        raise BadInput(f"{name}:1", "the file is empty", "begin with what `envscaler-mcp new domain` writes")
    return node


def plain(node: Node) -> Any:
    """The tree without its places."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(part) for part in node.parts]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def place_of(node: Node, steps: Steps) -> Place:
    """Where the deepest part of `steps` stands that the tree has."""
    place = node.place
    for step in steps:
        found = _child(node, step)
        if found is None:
            break
        place, node = found
    return place


def walk(node: Node, steps: Steps = ()) -> Iterator[tuple[Steps, Node]]:
    """Every node of the tree with the way to it, parents first."""
    yield steps, node
    if isinstance(node, Sequence):
        for index, part in enumerate(node.parts):
            yield from walk(part, (*steps, index))
    if isinstance(node, Table):
        for key, entry in node.entries.items():
            yield from walk(entry.node, (*steps, key))


def _child(node: Node, step: int | str) -> tuple[Place, Node] | None:
    if isinstance(node, Table) and step in node.entries:
        entry = node.entries[str(step)]
        return entry.place, entry.node
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.parts):
        return node.parts[step].place, node.parts[step]
    return None


def _decoded(content: bytes | str, name: str) -> str:
    if len(content) > MAX_BYTES:
        raise BadInput(name, f"larger than {MAX_BYTES // 1024} KiB", "split it into several domains")
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInput(f"{name}:{line}", "not UTF-8", "save the file as UTF-8") from error


def _not_yaml(error: yaml.MarkedYAMLError, name: str) -> BadInput:
    mark: Any = error.problem_mark or error.context_mark
    where = f"{name}:{mark.line + 1}" if mark else name
    reason = " ".join(str(error.problem or error.context).split())
    return BadInput(where, f"not YAML: {reason}", "correct that line; a text with `: ` or `{` needs quotes")


class _Builder:
    """Builds the tree of plain values, and stops before a small file becomes a large or deep one."""

    def __init__(self, text: str, name: str) -> None:
        # The parser in C, where PyYAML has it, is ten times as fast.
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events = cast("Iterator[Any]", yaml.parse(text, Loader=loader))  # pyright: ignore[reportUnknownMemberType]
        self._name = name
        self._nodes = 0

    def document(self) -> Node | None:
        """The one document there is."""
        next(self._events)  # the stream begins
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        node = self._node(next(self._events), 0)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise yaml.MarkedYAMLError(problem="a second document", problem_mark=after.start_mark)
        return node

    def _node(self, event: Any, depth: int) -> Node:
        self._nodes += 1
        self._check(event, depth)
        place = Place(self._name, event.start_mark.line + 1)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(place, str(event.value), bool(cast("Any", event).style))
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(place, tuple(self._parts(depth)))
        return Table(place, dict(self._entries(depth)))

    def _parts(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[str, Entry]]:
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise BadInput(
                    str(key.place), "a key is a list or a mapping", "quote a text that begins with [ or {"
                )
            if key.text in lines:
                message = f"the key {key.text!r} stands twice (first on line {lines[key.text]})"
                raise BadInput(str(key.place), message, "keep one of them")
            lines[key.text] = key.place.line
            yield key.text, Entry(key.place, self._node(next(self._events), depth + 1))

    def _check(self, event: Any, depth: int) -> None:
        problem = ""
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            problem = "anchors and aliases are not used here (quote a text that begins with & or *)"
        elif event.tag is not None:
            problem = "tags are not part of the language (quote a text that begins with !)"
        elif depth > MAX_DEPTH:
            problem = f"nested deeper than {MAX_DEPTH} levels"
        elif self._nodes > MAX_NODES:
            problem = f"more than {MAX_NODES} values"
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
