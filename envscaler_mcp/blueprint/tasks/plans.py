"""Plans compared: what two oracles have in common when their rows are given other names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.spec.scenario import Call


def plan_class(oracle: Sequence[Call], design: Design) -> str:
    """The plan graph up to the names of rows: tools, and which rows flow where.

    Rows are numbered as they come; numbers, dates and texts are left out. Two plans that differ only in the
    order of steps which share no row are one class.
    """
    return _spelt(_ordered(oracle, design), design, scalars=False)


def plan_key(oracle: Sequence[Call], design: Design) -> str:
    """The class, and the values that were given: two plans of one key are the same plan."""
    return _spelt(_ordered(oracle, design), design, scalars=True)


def rows_of(call: Call, design: Design) -> tuple[str, ...]:
    """What a call names by id: rows that exist, and rows of earlier steps as `step 3/id`."""
    action = design.by_action.get(call.tool)
    found = [_row_names(value) for name, value in sorted(call.arguments.items()) if _is_row(action, name)]
    return tuple(name for names in found for name in names)


def _ordered(oracle: Sequence[Call], design: Design) -> Sequence[Call]:
    """Steps that share no row with another, by name; the others as they are."""
    shared = [set(rows_of(call, design)) for call in oracle]
    tied = any("step " in name for names in shared for name in names) or any(
        _tells(call, design) for call in oracle
    )
    alone = all(not (one & other) for at, one in enumerate(shared) for other in shared[at + 1 :])
    return sorted(oracle, key=lambda call: (call.tool, str(call.arguments))) if alone and not tied else oracle


def _tells(call: Call, design: Design) -> bool:
    """A figure depends on all that was done before it."""
    action = design.by_action.get(call.tool)
    return bool(action and action.answer == "report")


def _spelt(oracle: Sequence[Call], design: Design, *, scalars: bool) -> str:
    names: dict[str, str] = {}
    return "; ".join(_step(call, number, design, names, scalars) for number, call in enumerate(oracle))


def _step(call: Call, number: int, design: Design, names: dict[str, str], scalars: bool) -> str:
    action = design.by_action.get(call.tool)
    names[f"step {number}"] = f"step {number}"
    said = [
        f"{name}={_value(action, name, value, names)}"
        for name, value in sorted(call.arguments.items())
        if _is_row(action, name) or (scalars and not _is_free(action, name))
    ]
    return f"{call.tool}({', '.join(said)})"


def _value(action: Action | None, name: str, value: Any, names: dict[str, str]) -> str:
    if not _is_row(action, name):
        return str(value)
    return "+".join(_name(one, names) for one in _row_names(value))


def _name(row: str, names: dict[str, str]) -> str:
    numbered = sum(not name.startswith("step ") for name in names)
    return names.setdefault(row, f"row {numbered + 1}")


def _row_names(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for part in cast("list[Any]", value) for name in _row_names(part)]
    if isinstance(value, Mapping):
        step, _ = cast("Mapping[str, list[Any]]", value)["$result"]
        return [f"step {step}"]
    return [] if value is None else [str(value)]


def _is_row(action: Action | None, name: str) -> bool:
    kinds = {one.stored: one.type.kind for one in action.parameters} if action else {}
    return kinds.get(name) in ("ref", "refs") or (bool(action and action.answer) and name == "about")


def _is_free(action: Action | None, name: str) -> bool:
    return any(one.stored == name and one.free_text for one in (action.parameters if action else ()))
