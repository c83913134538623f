"""Whether two end states are the same but for generated ids and what was left open.

A generated id is the key of a row that the initial state does not hold, and that does not occur in
it at all. Rows created on the left are matched one to one to rows on the right by content, with
their ids renamed consistently wherever they occur. Colours (digests of where an id occurs) narrow
the candidates, as in graph isomorphism; where colours tie, one candidate after the other is tried.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.runtime.standalone.canonical import canonical, digest_bytes, integral
from envscaler_mcp.runtime.standalone.difference import diff, without_volatile
from envscaler_mcp.spec.record import State

TRIALS = 500
"""So many complete renamings are tried; ties among more rows than that count as a difference."""
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")

Colours = dict[str, str]


def equivalent(
    initial: State,
    left: State,
    right: State,
    *,
    roles: Mapping[str, str] | None = None,
    free: Collection[str] = (),
    fixed: Collection[str] = (),
) -> bool:
    """Whether `left` and `right` differ in nothing but generated ids, free text and free paths.

    Args:
        initial: the state both came from.
        left: one end state.
        right: another.
        roles: path pattern → role; volatile and free-text fields are passed over.
        free: path patterns that are passed over too.
        fixed: keys that look generated and are not, because somebody chose them.
    """
    given = roles or {}
    passed_over = [pattern for pattern, role in given.items() if role in ("volatile", "free_text")]
    open_paths = dict.fromkeys([*free, *passed_over], "volatile")
    cut = _touched(initial, left, right)
    one, other = (integral(without_volatile(state, open_paths)) for state in cut)
    ids = (generated_ids(initial, one, fixed), generated_ids(initial, other, fixed))
    if len(ids[0]) != len(ids[1]):
        return False
    search = _Search(_Side(one, *_split(one, ids[0])), _Side(other, *_split(other, ids[1])), given)
    return search.same_rest() and search.matches(dict.fromkeys(ids[0], ""), dict.fromkeys(ids[1], ""))


def generated_ids(initial: State, final: State, fixed: Collection[str] = ()) -> frozenset[str]:
    """Keys of created rows that the initial state does not know in any place; dates are no ids."""
    known = {*texts_in(initial), *fixed}
    keys = {
        key
        for name, rows in final.items()
        for key in _keys(rows)
        if key not in _keys(initial.get(name)) and key not in known and not _DATE.match(key)
    }
    return frozenset(keys)


def texts_in(value: Any) -> Iterator[str]:
    """Every string in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in cast("dict[str, Any]", value).items():
            yield key
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from texts_in(part)


def _touched(initial: State, left: State, right: State) -> tuple[State, State]:
    """Both states without the rows that neither changed; most rows of a state are such."""
    names = {**left, **right}
    whole = [({name: state[name] for name in names if name in state}) for state in (left, right)]
    for name in names:
        held = [state.get(name) for state in (initial, left, right)]
        if all(isinstance(rows, dict) for rows in held):
            kept, *sides = (cast("dict[str, Any]", rows) for rows in held)
            same = {
                key for key, row in kept.items() if all(key in rows and rows[key] == row for rows in sides)
            }
            for state, rows in zip(whole, sides, strict=True):
                state[name] = {key: row for key, row in rows.items() if key not in same}
    return whole[0], whole[1]


@dataclass(frozen=True)
class _Side:
    """A state, cut in two: the rows in which generated ids occur, and the rest."""

    state: State
    rows: list[tuple[str, str, Any, frozenset[str]]]
    rest: State


@dataclass
class _Search:
    left: _Side
    right: _Side
    roles: Mapping[str, str]
    trials: int = TRIALS

    def same_rest(self) -> bool:
        """Whether the two agree where no generated id occurs."""
        return not diff(self.left.rest, self.right.rest, self.roles)

    def matches(self, left: Colours, right: Colours) -> bool:
        """Refine; then the renaming that the colours leave, or one trial for each tied candidate."""
        left, right = _refine(self.left, left), _refine(self.right, right)
        counts = Counter(left.values())
        if counts != Counter(right.values()):
            return False
        tied = sorted((counts[colour], name) for name, colour in left.items() if counts[colour] > 1)
        if not tied:
            return self._holds(left, right)
        first = tied[0][1]
        mine = {**left, first: "chosen"}
        candidates = sorted(name for name in right if right[name] == left[first])
        return any(self.matches(mine, {**right, name: "chosen"}) for name in candidates if self.trials > 0)

    def _holds(self, left: Colours, right: Colours) -> bool:
        self.trials -= 1
        by_colour = {colour: name for name, colour in right.items()}
        names = {name: by_colour[colour] for name, colour in left.items()}
        return not diff(_renamed(self.left.state, names), self.right.state, self.roles)


def _refine(side: _Side, colours: Colours) -> Colours:
    """Colour each id by the rows it occurs in until no more are told apart."""
    while True:
        finer = _recolour(side, colours)
        if len(set(finer.values())) == len(set(colours.values())):
            return finer
        colours = finer


def _recolour(side: _Side, colours: Colours) -> Colours:
    seen: dict[str, list[str]] = {name: [colour] for name, colour in colours.items()}
    for collection, key, row, names in side.rows:
        for name in names:
            marks = {**colours, name: "self"}
            shape = _shape([collection, key, row], marks)
            seen[name].append(shape)
    texts = {name: "\n".join([marks[0], *sorted(marks[1:])]) for name, marks in seen.items()}
    return {name: digest_bytes(text.encode()) for name, text in texts.items()}


def _shape(value: Any, colours: Colours) -> str:
    """The value with colours for ids; lists without their order, which only makes it coarser."""
    if isinstance(value, str):
        return "id " + colours[value] if value in colours else canonical(value).decode()
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        pairs = [f"{_shape(key, colours)}:{_shape(part, colours)}" for key, part in parts.items()]
        return "{" + ",".join(sorted(pairs)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted(_shape(part, colours) for part in cast("list[Any]", value))) + "]"
    return canonical(value).decode()


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        return {names.get(key, key): _renamed(part, names) for key, part in parts.items()}
    if isinstance(value, list):
        return [_renamed(part, names) for part in cast("list[Any]", value)]
    return value


def _split(state: State, ids: frozenset[str]) -> tuple[list[tuple[str, str, Any, frozenset[str]]], State]:
    rows: list[tuple[str, str, Any, frozenset[str]]] = []
    rest: State = {}
    for name, held in state.items():
        parts = cast("dict[str, Any]", held) if isinstance(held, dict) else {"": held}
        found = {key: ids.intersection(texts_in({key: part})) for key, part in parts.items()}
        rows += [(name, key, parts[key], inside) for key, inside in found.items() if inside]
        rest[name] = {key: part for key, part in parts.items() if not found[key]}
    return rows, rest


def _keys(rows: Any) -> list[str]:
    """Keys of a collection; of a list of rows, their `id`."""
    if isinstance(rows, dict):
        return [key for key, row in cast("dict[str, Any]", rows).items() if isinstance(row, dict | list)]
    if isinstance(rows, list):
        listed = [cast("dict[str, Any]", row) for row in cast("list[Any]", rows) if isinstance(row, dict)]
        return [key for row in listed if isinstance(key := row.get("id"), str)]
    return []
