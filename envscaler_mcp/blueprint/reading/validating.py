"""A located tree as a typed form; what does not fit becomes problems with their lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from envscaler_mcp.blueprint.nearest import instead

from .located import Node, Scalar, Sequence, Steps, Table, place_of, plain
from .problems import Problems

Shape = TypeVar("Shape", bound=BaseModel)

_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "too_short": "a longer list",
    "too_long": "a shorter list (a range is [least, most])",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a shorter text (400 characters)",
}


def validated(form: type[Shape], node: Node, problems: Problems) -> Shape | None:
    """The form of a tree, or None and problems."""
    try:
        return form.model_validate(plain(node))
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=True, include_input=False):
            _tell(form, node, detail, problems)
        return None


def _tell(form: type[BaseModel], node: Node, detail: Mapping[str, Any], problems: Problems) -> None:
    steps, kind = _steps(node, detail["loc"]), detail["type"]
    place = place_of(node, steps)
    shown = ".".join(str(step) for step in steps) or "the file"
    if kind == "extra_forbidden":
        key, inside = str(steps[-1]), ".".join(map(str, steps[:-1])) or "the file"
        remedy = _other_key(key, _known_keys(form, detail["loc"]))
        problems.add(place, f"unknown key {key!r} in {inside}", remedy)
    elif kind == "missing":
        problems.add(place, f"{shown} is missing", f"add the key {steps[-1]!r}")
    elif kind in _EXPECTED:
        problems.add(
            place, f"{shown}: {_EXPECTED[kind]} is expected, not {_found(node, steps)}", _remedy(kind)
        )
    else:
        message = str(detail["msg"])
        problems.add(place, f"{shown}: {message[:1].lower()}{message[1:]}", "correct the value")


def _other_key(key: str, known: tuple[str, ...]) -> str:
    """A key like `approved)` is the rest of a text that a comma cut in two."""
    if set(key) & set("()[]'\"=<>") or " " in key:
        return "a text with a comma inside {…} needs quotes around it"
    return instead(key, known)


def _remedy(kind: str) -> str:
    return "put the text in quotes" if kind == "string_type" else "correct the value"


def _steps(node: Node, loc: tuple[int | str, ...]) -> Steps:
    """The way through the tree: pydantic's location, without the names of union members."""
    steps: list[int | str] = []
    at: Node | None = node
    for step in loc:
        nearer = _child(at, step)
        if nearer is None and step is not loc[-1]:
            continue
        steps.append(step)
        at = nearer
    return tuple(steps)


def _child(node: Node | None, step: int | str) -> Node | None:
    if isinstance(node, Table):
        return node.get(str(step))
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.parts):
        return node.parts[step]
    return None


def _found(node: Node, steps: Steps) -> str:
    at: Node | None = node
    for step in steps:
        at = _child(at, step)
    if isinstance(at, Scalar):
        return "nothing" if at.value is None else repr(at.value)
    return "a list" if isinstance(at, Sequence) else "a mapping" if at else "nothing"


def _known_keys(form: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that the form at this location has."""
    shape: Any = form
    for step in loc[:-1]:
        shape = _into(shape, step)
    if not (isinstance(shape, type) and issubclass(shape, BaseModel)):
        return ()
    return tuple(field.alias or name for name, field in shape.model_fields.items())


def _into(shape: Any, step: int | str) -> Any:
    """The type of a part: of a field by its key, of a mapping's or a list's members."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return {field.alias or name: field.annotation for name, field in shape.model_fields.items()}.get(
            str(step)
        )
    members = get_args(shape)
    if get_origin(shape) in (dict, list):
        return members[-1]
    return next((found for member in members if (found := _into(member, step)) is not None), None)
