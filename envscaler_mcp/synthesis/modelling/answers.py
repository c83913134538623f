"""The answers that modelling asks for; the shapes of state and tools stand in `outline`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field, create_model

from envscaler_mcp.spec import State
from envscaler_mcp.synthesis.author import AnswerPart
from envscaler_mcp.synthesis.outline.outline import EntityOutline, FieldOutline, Outline, Text

_TYPES: dict[str, Any] = {"integer": int, "number": float, "boolean": bool}


class Guidance(AnswerPart):
    """What an agent is told beside the rules."""

    guidance: Annotated[tuple[Text, ...], Field(min_length=1, max_length=12)]


class Invariant(AnswerPart):
    """The body of one executable rule."""

    rule: str
    body: str


class Invariants(AnswerPart):
    """All of them."""

    invariants: tuple[Invariant, ...]


class Body(AnswerPart):
    """The body of a tool."""

    body: str


class ContractAnswer(AnswerPart):
    """The bodies of a tool's contract."""

    refuses: str
    ensures: str


class MendedTool(AnswerPart):
    """A tool and its contract once more."""

    body: str
    refuses: str
    ensures: str


def start_answer(outline: Outline) -> type[BaseModel]:
    """The shape of a state: a list of rows for each collection, each with all its fields."""
    rows = {one.collection: (list[_row(one)], ...) for one in outline.entities}
    return _closed("Start", rows)


def keyed(outline: Outline, answer: BaseModel) -> State | str:
    """The state of an answer, its rows by id; or the id that stands twice."""
    state: State = {}
    for one in outline.entities:
        rows: dict[str, Any] = {}
        for row in cast("list[BaseModel]", getattr(answer, one.collection)):
            values = row.model_dump(mode="json")
            if values["id"] in rows:
                return f"{one.collection}/{values['id']}"
            rows[values["id"]] = values
        state[one.collection] = rows
    return state


def _row(entity: EntityOutline) -> Any:
    fields = {field.name: (_type(field), ...) for field in entity.fields}
    return _closed(entity.name, {"id": (str, ...), **fields})


def _type(field: FieldOutline) -> Any:
    one: Any = Literal[field.choices] if field.kind == "choice" else _TYPES.get(field.kind, str)
    several: Any = list[one] if field.many else one
    return several | None if field.optional else several


def _closed(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    return cast("type[BaseModel]", create_model(name, __base__=AnswerPart, **fields))
