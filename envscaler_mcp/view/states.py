"""The states between the calls of a rollout, from its last state and what every call changed, backwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import cast

from envscaler_mcp.runtime.standalone.canonical import canonical, digest_bytes
from envscaler_mcp.runtime.standalone.difference import unescape, without_volatile
from envscaler_mcp.spec import Json, State, StateChange, Step


def states_between(steps: Sequence[Step], final: State, roles: Mapping[str, str]) -> list[State | None]:
    """The state before the first call, and after each one; None where it cannot be told for certain.

    What is found is held against the digest that the journal keeps of it: a list whose order got lost, or
    a change that nobody noted, is noticed.
    """
    state: State | None = deepcopy(final)
    found: list[State | None] = []
    for step in reversed(steps):
        if state is not None and _digest(state, roles) != step.state_digest:
            state = None
        found.append(state)
        state = None if state is None else undone(state, step.diff)
    return [state, *reversed(found)]


def undone(state: State, changes: Sequence[StateChange]) -> State | None:
    """The state before these changes; None where one of them does not fit. Nothing is changed in place."""
    if not changes:
        return state
    before = deepcopy(state)
    try:
        for change in changes:
            _undo(before, [unescape(step) for step in change.path.split("/")[1:]], change)
    except (KeyError, ValueError, TypeError):
        return None
    return before


def _undo(state: Json, path: Sequence[str], change: StateChange) -> None:
    *way, last = path
    holder = state
    for step in way:
        holder = _within(holder)[_place(holder, step)]
    rows = _within(holder)
    if "before" in change.model_fields_set:
        _put(rows, last, change)
    else:
        del rows[_place(holder, last)]


def _put(rows: dict[str | int, Json], last: str, change: StateChange) -> None:
    """Back to what was there; a row that had gone from a list comes back at its end."""
    if isinstance(rows, list) and "after" not in change.model_fields_set:
        cast("list[Json]", rows).append(change.before)
    else:
        rows[_place(rows, last)] = change.before


def _within(holder: Json) -> dict[str | int, Json]:
    if not isinstance(holder, dict | list):
        raise TypeError("a path leads through something that has no parts")
    return cast("dict[str | int, Json]", holder)


def _place(holder: Json, step: str) -> str | int:
    """A key, or the place in a list of the row that goes by this id or number."""
    if not isinstance(holder, list):
        return step
    rows = cast("list[dict[str, Json]]", holder)
    for place, row in enumerate(rows):
        if any(
            str(row[name]) == step for name in row if name in ("id", "_id", "key") or name.endswith("_id")
        ):
            return place
    return int(step)


def _digest(state: State, roles: Mapping[str, str]) -> str:
    return digest_bytes(canonical(without_volatile(state, roles)))
