"""JSON Schemas as MCP clients take them, and the validation of arguments against them.

Some clients reject a whole session over one `$ref`, `format` or `default`, so schemas are made
self-contained and plain. Adapters are built when a tool is first called: most tools of a server
are never called in an episode.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NotRequired, Required, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from .canonical import dumps, integral
from .environment import Refusal

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaMode

Schema = dict[str, Any]
NOISE = ("title", "default", "format", "$defs", "role", "ref", "discriminator")
WORDS = {
    "date": ("string", r"^\d{4}-\d{2}-\d{2}$", "A date, YYYY-MM-DD."),
    "date-time": ("string", r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", "A time, YYYY-MM-DDThh:mm:ss."),
    "time": ("string", r"^\d{2}:\d{2}", "A time of day, hh:mm."),
}
SHOWN_ERRORS = 4


class InvalidArguments(Refusal):
    """Arguments that do not fit the tool's input schema; the message names field and reason."""

    def __init__(self, message: str) -> None:
        super().__init__("invalid_arguments", message)


def input_schema(method: Callable[..., Any]) -> Schema:
    """The schema of a method's arguments: a plain closed object."""
    return _clean(_arguments(method).json_schema(), is_input=True)


def output_schema(method: Callable[..., Any]) -> Schema:
    """The schema of a method's result; what is no model comes as `{"result": …}`."""
    mode: JsonSchemaMode = "serialization"
    schema = _clean(_result(method).json_schema(mode=mode), is_input=False)
    if _returns_model(method):
        return schema
    return {
        "type": "object",
        "properties": {"result": schema},
        "required": ["result"],
        "additionalProperties": False,
    }


def validate_arguments(method: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments as the method wants them (dates as dates, integral floats as ints).

    Raises:
        InvalidArguments: naming each field, the reason and the allowed values.
    """
    try:
        return _arguments(method).validate_json(dumps(integral(arguments)))
    except ValidationError as error:
        raise InvalidArguments(_explain(error, method)) from error


def dump_result(method: Callable[..., Any], value: Any) -> dict[str, Any]:
    """A result as the JSON object that its output schema describes."""
    dumped = _result(method).dump_python(value, mode="json", warnings="error")
    return dumped if _returns_model(method) else {"result": dumped}


@lru_cache(maxsize=512)
def _arguments(method: Callable[..., Any]) -> TypeAdapter[Any]:
    """A closed TypedDict: `create_model` stumbles over parameters called `schema` or `copy`."""
    hints = get_type_hints(method, include_extras=True)
    fields = {
        name: Required[hints[name]]
        if parameter.default is inspect.Parameter.empty
        else NotRequired[hints[name]]
        for name, parameter in inspect.signature(method).parameters.items()
        if name != "self"
    }
    arguments = TypedDict(method.__name__, fields)  # type: ignore[operator,misc]
    arguments.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[attr-defined]
    return TypeAdapter(cast("Any", arguments))


@lru_cache(maxsize=512)
def _result(method: Callable[..., Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(method, include_extras=True)["return"])


@lru_cache(maxsize=512)
def _returns_model(method: Callable[..., Any]) -> bool:
    returned = get_type_hints(method)["return"]
    return isinstance(returned, type) and issubclass(returned, BaseModel)


def _clean(schema: Schema, *, is_input: bool) -> Schema:
    """Self-contained and without noise. Raises TypeError on a recursive type."""
    return _Cleaner(schema.get("$defs", {}), is_input).clean(schema, ())


class _Cleaner:
    def __init__(self, definitions: Schema, is_input: bool) -> None:
        self.definitions = definitions
        self.is_input = is_input

    def clean(self, schema: Schema, open_refs: tuple[str, ...]) -> Schema:
        schema, open_refs = self._inline(schema, open_refs)
        schema = self._without_null(schema)
        out = {key: value for key, value in schema.items() if key not in NOISE}
        if "properties" in out:
            out["properties"] = {
                name: self.clean(part, open_refs) for name, part in out["properties"].items()
            }
            out["additionalProperties"] = False
        for key in ("items", "additionalProperties"):
            if isinstance(out.get(key), dict):
                out[key] = self.clean(out[key], open_refs)
        if "anyOf" in out:
            out["anyOf"] = [self.clean(part, open_refs) for part in out["anyOf"]]
        if "const" in out:
            out["enum"] = [out.pop("const")]
        return _with_ranges(_with_words(out, schema.get("format")))

    def _inline(self, schema: Schema, open_refs: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
        if "$ref" not in schema:
            return schema, open_refs
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        if name in open_refs:
            raise TypeError(f"the type {name} contains itself; clients cannot take a recursive schema")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {**self.definitions[name], **beside}, (*open_refs, name)

    def _without_null(self, schema: Schema) -> Schema:
        """`T | None`: an optional input is simply not required; an output says `[T, "null"]`."""
        branches: list[Schema] = schema.get("anyOf", [])
        if {"type": "null"} not in branches:
            return schema
        rest = [branch for branch in branches if branch != {"type": "null"}]
        beside = {key: value for key, value in schema.items() if key != "anyOf"}
        if len(rest) > 1:
            return {**beside, "anyOf": rest if self.is_input else branches}
        only, _ = self._inline(rest[0], ())
        if self.is_input:
            return {**only, **beside}
        nullable = (
            {**only, **beside, "type": [only["type"], "null"]}
            if "type" in only
            else {**beside, "anyOf": branches}
        )
        if "enum" in nullable:
            nullable["enum"] = [*nullable["enum"], None]
        return nullable


def _with_words(schema: Schema, form: object) -> Schema:
    """What `format` would have said, as a pattern and in words."""
    if form not in WORDS:
        return schema
    kind, pattern, words = WORDS[str(form)]
    description = schema.get("description", "")
    said = description if "YYYY" in description or "hh:mm" in description else _join(description, words)
    return {"type": kind, **schema, "pattern": pattern, "description": said}


def _with_ranges(schema: Schema) -> Schema:
    """Ranges in words too: many clients drop `minimum` and its kin before a model sees them."""
    low, high = schema.get("minimum"), schema.get("maximum")
    description = schema.get("description", "")
    if (low is None and high is None) or any(ch.isdigit() for ch in description):
        return schema
    words = f"From {low} to {high}." if low is not None and high is not None else (
        f"At least {low}." if high is None else f"At most {high}."
    )  # fmt: skip
    return {**schema, "description": _join(description, words)}


def _join(description: str, words: str) -> str:
    """Two sentences, also where the first lacks its full stop."""
    if not description:
        return words
    return f"{description} {words}" if description[-1] in ".!?" else f"{description}. {words}"


def _explain(error: ValidationError, method: Callable[..., Any]) -> str:
    allowed = ", ".join(name for name in inspect.signature(method).parameters if name != "self")
    lines = [_explain_one(cast("dict[str, Any]", one), allowed) for one in error.errors(include_url=False)]
    more = f" And {len(lines) - SHOWN_ERRORS} more." if len(lines) > SHOWN_ERRORS else ""
    return " ".join(lines[:SHOWN_ERRORS]) + more


def _explain_one(error: dict[str, Any], allowed: str) -> str:
    place = ".".join(str(step) for step in error["loc"])
    if error["type"] == "missing":
        return f"{place}: this argument is required."
    if error["type"] == "extra_forbidden":
        return f"{place}: unknown argument; the arguments are: {allowed or 'none'}."
    if error["type"] == "literal_error":
        return f"{place}: must be one of {error['ctx']['expected']}, not {str(error['input'])[:60]!r}."
    return f"{place}: {error['msg']} (got {str(error['input'])[:60]!r})."
