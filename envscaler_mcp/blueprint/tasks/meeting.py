"""Which rows meet what a request says of them: conditions, selections, the best of a selection."""

from __future__ import annotations

from typing import Any

from envscaler_mcp.blueprint.expression.evaluate import Scope, compared, from_json
from envscaler_mcp.blueprint.expression.tree import Type

from .requests import Best, Condition, Described, Mark, Selection


def type_of(scope: Scope, entity: str, name: str) -> Type:
    """The type of a field or derived value."""
    derived = scope.design.derived.get((entity, name))
    return derived.type if derived is not None else scope.design.by_entity[entity].field(name).type


def holds(scope: Scope, entity: str, key: str, condition: Condition) -> bool:
    """Whether a condition holds of a row; what is missing is neither less nor more than anything."""
    value = scope.field(entity, key, condition.field)
    wanted = _wanted(condition.value, type_of(scope, entity, condition.field))
    if value is None and condition.op not in ("==", "!="):
        return False
    return compared(condition.op, value, wanted)


def selected_rows(scope: Scope, selection: Selection) -> tuple[str, ...]:
    """The ids of the rows that meet every condition, in order."""
    return tuple(
        key
        for key in sorted(scope.keys(selection.entity))
        if all(holds(scope, selection.entity, key, one) for one in selection.conditions)
    )


def chosen_row(scope: Scope, best: Best) -> str | None:
    """The row with the least or greatest value; None where there is none or more than one."""
    entity = best.among.entity
    valued = [(scope.field(entity, key, best.by), key) for key in selected_rows(scope, best.among)]
    valued = [(value, key) for value, key in valued if value is not None]
    if not valued:
        return None
    values = [value for value, _ in valued]
    edge = max(values) if best.greatest else min(values)
    return next(key for value, key in valued if value == edge) if values.count(edge) == 1 else None


def bears(scope: Scope, entity: str, key: str, mark: Mark) -> bool:
    """Whether a mark is true of a row; a described ref is known by its own key."""
    value = scope.field(entity, key, mark.field)
    return value == _wanted(mark.value, type_of(scope, entity, mark.field))


def _wanted(value: Any, kind: Type) -> Any:
    return value.key if isinstance(value, Described) else from_json(value, kind)
