"""Mutants of an oracle's end state: nearly right, and wrong in one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.runtime.standalone.difference import MISSING
from envscaler_mcp.spec import State

from .bench import Ending
from .leaves import Determined, Leaf, look, put
from .neighbours import off_by_one, others, siblings, spread

MOST = 24
"""So many mutants of one operator are tried; a large cascade would make hundreds alike."""


@dataclass(frozen=True)
class Mutant:
    """A wrong end: by which operator, what was done to it, and the rules that it is known to break."""

    operator: str
    about: str
    state: State
    broken_rules: tuple[str, ...] = ()
    ending: Ending | None = None
    """Where the mutated plan led; a mutated state is reached by no plan that we know of."""


def state_mutants(determined: Determined) -> list[Mutant]:
    """All operators on the end state, at most `MOST` of each."""
    operators: dict[str, Callable[[Determined], Iterator[tuple[str, State]]]] = {
        "wrong_entity": _wrong_entity,
        "off_by_one": _off_by_one,
        "missing_cascade": _missing_cascade,
        "extra_row": _extra_row,
        "deleted_row": _deleted_row,
        "swapped_reference": _swapped_reference,
        "wrong_enum_value": _wrong_enum_value,
    }
    return [
        Mutant(name, about, state)
        for name, make in operators.items()
        for about, state in spread(list(make(determined)), MOST)
    ]


def extremes(determined: Determined) -> Iterator[tuple[str, State]]:
    """Ends that may break a rule: values far off, references and choices that do not belong."""
    for leaf in determined.leaves:
        for value in _far_off(determined, leaf):
            yield f"{leaf.path} = {value!r}", put(determined.final, leaf.path, value)


def _wrong_entity(determined: Determined) -> Iterator[tuple[str, State]]:
    """What was to be done to one row is done to its sibling."""
    edited = {"/".join(change.path.split("/")[:3]) for change in determined.edits}
    for row in sorted(path for path in edited if path.count("/") == 2):
        collection, key = row.split("/")[1:]
        for sibling in siblings(determined.bench.initial, key)[:2]:
            other = f"/{collection}/{sibling}"
            if other not in edited and _alike(determined, row, other):
                yield f"{other} in place of {row}", _moved(determined, row, other)


def _moved(determined: Determined, row: str, other: str) -> State:
    state = put(determined.final, row, look(determined.bench.initial, row))
    for change in determined.edits:
        if change.path.startswith(row + "/") and not change.deleted and change.path.count("/") == 3:
            state = put(state, other + change.path[len(row) :], change.after)
    return state


def _alike(determined: Determined, row: str, other: str) -> bool:
    one, sibling = (_get(determined.final, path) for path in (row, other))
    return isinstance(one, dict) and isinstance(sibling, dict)


def _off_by_one(determined: Determined) -> Iterator[tuple[str, State]]:
    """In a created row only what was asked for: the rest the environment computes, and no call can set it."""
    for leaf in determined.leaves:
        if not leaf.created or determined.spoken(leaf.value):
            yield from _each(determined, leaf, off_by_one(leaf.value))


def _missing_cascade(determined: Determined) -> Iterator[tuple[str, State]]:
    """One consequence of the right calls did not happen."""
    for change in [*determined.edits, *determined.rows_deleted]:
        yield f"{change.path} as before", put(determined.final, change.path, change.before)


def _extra_row(determined: Determined) -> Iterator[tuple[str, State]]:
    for change in determined.rows_created:
        collection, key = change.path.split("/")[1:]
        rows = determined.final.get(collection)
        row: Any = change.after
        if isinstance(rows, dict) and isinstance(row, dict):
            copied = {
                name: f"{key}-2" if value == key else value
                for name, value in cast("dict[str, Any]", row).items()
            }
            yield f"{change.path} twice", put(determined.final, f"{change.path}-2", copied)


def _deleted_row(determined: Determined) -> Iterator[tuple[str, State]]:
    edited = {
        "/".join(change.path.split("/")[:3]) for change in determined.edits if change.path.count("/") > 2
    }
    for row in sorted({*edited, *(change.path for change in determined.rows_created)}):
        yield f"{row} deleted", put(determined.final, row, MISSING)


def _swapped_reference(determined: Determined) -> Iterator[tuple[str, State]]:
    for leaf in determined.leaves:
        yield from _each(determined, leaf, siblings(determined.bench.initial, leaf.value)[:2])


def _wrong_enum_value(determined: Determined) -> Iterator[tuple[str, State]]:
    for leaf in determined.leaves:
        card = determined.card(leaf.path)
        yield from _each(determined, leaf, others(card.enum if card else None, leaf.value)[:2])


def _each(determined: Determined, leaf: Leaf, values: list[Any]) -> Iterator[tuple[str, State]]:
    for value in values:
        # Back to the value of the start is the missing cascade's part.
        if value != leaf.before:
            yield (
                f"{leaf.path} = {value!r} in place of {leaf.value!r}",
                put(determined.final, leaf.path, value),
            )


def _far_off(determined: Determined, leaf: Leaf) -> list[Any]:
    if type(leaf.value) is int or type(leaf.value) is float:
        return [-leaf.value - 1, leaf.value + 10**7]
    card = determined.card(leaf.path)
    return [
        *siblings(determined.bench.initial, leaf.value)[:3],
        *others(card.enum if card else None, leaf.value),
    ]


def _get(state: State, path: str) -> Any:
    try:
        return look(state, path)
    except (KeyError, IndexError, TypeError):
        return None
