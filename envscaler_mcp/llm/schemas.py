"""JSON Schemas of answers: are they sound, does a value fit, what can a provider make of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError

from envscaler_mcp.runtime.standalone.canonical import dumps, loads
from envscaler_mcp.spec import Json

MOST_MISFITS = 8
_LONGEST = 300


def check_answer_schema(schema: Json) -> None:
    """Refuse what is no JSON Schema, or would be looked up elsewhere.

    Raises:
        ValueError: it is not one.
    """
    if not isinstance(schema, dict):
        raise ValueError("a JSON Schema is an object")  # noqa: TRY004 (pydantic reports ValueErrors)
    _check(dumps(cast("Json", schema)))


@lru_cache(maxsize=256)
def _check(text: str) -> None:
    """As above. A run says few schemas very often, in requests and in stored calls."""
    schema = loads(text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"no JSON Schema: {error.message[:_LONGEST]}") from error
    for part in _parts(schema):
        if any(isinstance(ref := part.get(word), str) and ref[:1] != "#" for word in ("$ref", "$dynamicRef")):
            raise ValueError("a $ref that leads out of the schema would be fetched from elsewhere")


def misfits(value: Json, schema: Json) -> list[str]:
    """Why a value does not fit a schema, each with its place; empty if it does."""
    errors = sorted(_errors(value, schema), key=lambda error: [str(step) for step in error.absolute_path])
    told = [_told(error) for error in errors[:MOST_MISFITS]]
    more = len(errors) - len(told)
    return [*told, f"and {more} more"] if more else told


def is_closed(schema: Json) -> bool:
    """Whether every object in it names all the keys that it may have."""
    return all(part.get("additionalProperties") is False for part in _objects(schema))


def is_strict(schema: Json) -> bool:
    """Whether it is closed and every key is required: what OpenAI calls strict."""
    return is_closed(schema) and all(
        set(part.get("required", ())) == set(part.get("properties", {})) for part in _objects(schema)
    )


def _errors(value: Json, schema: Json) -> Iterator[ValidationError]:
    return cast("Any", Draft202012Validator(schema)).iter_errors(value)


def _told(error: ValidationError) -> str:
    place = "/".join(str(step) for step in error.absolute_path)
    message = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]} …"
    return f"at /{place}: {message}"


def _objects(schema: Json) -> Iterator[dict[str, Json]]:
    for part in _parts(schema):
        kind = part.get("type")
        if (
            kind == "object"
            or (isinstance(kind, list) and "object" in kind)
            or isinstance(part.get("properties"), dict)
        ):
            yield part


def _parts(value: Json) -> Iterator[dict[str, Json]]:
    """Every object in the schema, among them a few that are no schema themselves."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Json]", value)
        yield mapping
        for part in mapping.values():
            yield from _parts(part)
    elif isinstance(value, list):
        for part in cast("list[Json]", value):
            yield from _parts(part)
