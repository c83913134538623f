"""Rules about schemas: plain, closed, self-contained, described."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .subject import Finding, Schema, Subject

HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
COMBINATORS = ("anyOf", "oneOf", "allOf")
REFERENCES = ("$ref", "$defs", "definitions", "$dynamicRef", "$recursiveRef", "$id", "$anchor")
NOT_IN_INPUTS = ("format", "default", "oneOf")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
MAX_DEPTH = 16
_RANGE_WORDS = re.compile(r"\d|\b(positive|negative|zero|one|non-negative|at least|at most)\b", re.IGNORECASE)
_ONE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")


def plain_object_root(subject: Subject) -> Iterator[Finding]:
    """Input and output schemas are there, and plain objects."""
    for tool in subject.tools:
        for place, root in tool.roots:
            if root.get("type") != "object":
                yield Finding(
                    f"/tools/{tool.name}{place}", 'is not a schema with "type": "object" at its root'
                )
        if not isinstance(tool.input.get("properties", {}), Mapping):
            yield Finding(f"/tools/{tool.name}/inputSchema", "its properties are no object")


def root_combinators(subject: Subject) -> Iterator[Finding]:
    """No `anyOf`, `oneOf`, `allOf` at a root."""
    for tool in subject.tools:
        for place, root in tool.roots:
            for key in COMBINATORS:
                if key in root:
                    yield Finding(
                        f"/tools/{tool.name}{place}/{key}",
                        f"{key} at the root; some clients refuse the session",
                    )


def references(subject: Subject) -> Iterator[Finding]:
    """Schemas are self-contained."""
    for where, schema, _ in _all_schemas(subject):
        for key in REFERENCES:
            if key in schema:
                yield Finding(f"{where}/{key}", f"{key} in a schema; write the part out where it is used")


def recursion(subject: Subject) -> Iterator[Finding]:
    """No schema contains itself, and none is nested beyond reason."""
    for tool in subject.tools:
        for place, root in tool.roots:
            for where, schema, depth in walk(root, f"/tools/{tool.name}{place}"):
                if depth == MAX_DEPTH:
                    yield Finding(where, f"nested {MAX_DEPTH} levels deep, or a schema that contains itself")
                    break
                if schema.get("$ref") == "#":
                    yield Finding(where, "a schema that contains itself")
                    break


def dialect(subject: Subject) -> Iterator[Finding]:
    """`$schema` is omitted."""
    for where, schema, _ in _all_schemas(subject):
        if "$schema" in schema:
            yield Finding(f"{where}/$schema", "names a dialect; leave $schema out")


def closed_inputs(subject: Subject) -> Iterator[Finding]:
    """The arguments of every tool are a closed object."""
    for tool in subject.tools:
        if tool.input.get("additionalProperties") is not False:
            yield Finding(
                f"/tools/{tool.name}/inputSchema",
                'takes unknown arguments; set "additionalProperties": false',
            )


def free_form_inputs(subject: Subject) -> Iterator[Finding]:
    """Objects inside the arguments are closed, and everything in them typed."""
    for tool in subject.tools:
        for where, schema, depth in walk(tool.input, f"/tools/{tool.name}/inputSchema"):
            if depth == 0:
                continue
            if not _is_typed(schema):
                yield Finding(where, "has no type; a model has to guess")
            elif _is_open(schema):
                yield Finding(
                    where, 'is an open object; name its properties and set "additionalProperties": false'
                )
            elif _is_array(schema) and "items" not in schema:
                yield Finding(where, "is a list of anything; say what its items are")


def open_outputs(subject: Subject) -> Iterator[Finding]:
    """Objects in results are closed."""
    for tool in subject.tools:
        for where, schema, _ in walk(tool.output, f"/tools/{tool.name}/outputSchema"):
            if _is_open(schema):
                yield Finding(
                    where, 'is an open object; name its properties and set "additionalProperties": false'
                )


def described_inputs(subject: Subject) -> Iterator[Finding]:
    """Every argument says what it is."""
    for where, schema in _input_properties(subject):
        if not str(schema.get("description") or "").strip():
            yield Finding(where, "the argument has no description")


def input_keywords(subject: Subject) -> Iterator[Finding]:
    """No `format`, `default`, `oneOf` in inputs."""
    for tool in subject.tools:
        for where, schema, depth in walk(tool.input, f"/tools/{tool.name}/inputSchema"):
            for key in NOT_IN_INPUTS:
                if key in schema and not (depth == 0 and key == "oneOf"):
                    yield Finding(
                        f"{where}/{key}", f"{key} in an input; strict modes refuse it, say it in words"
                    )


def ranges_in_words(subject: Subject) -> Iterator[Finding]:
    """A range stands in the description too: clients drop it from the schema."""
    for where, schema in _input_properties(subject):
        bounds = [key for key in BOUNDS if key in schema]
        if bounds and not _RANGE_WORDS.search(str(schema.get("description") or "")):
            yield Finding(where, f"{bounds[0]} {schema[bounds[0]]} is not said in words")


def hints_set(subject: Subject) -> Iterator[Finding]:
    """All four hints are set and do not contradict each other."""
    for tool in subject.tools:
        hints = cast("Mapping[str, Any]", tool.raw.get("annotations") or {})
        where = f"/tools/{tool.name}/annotations"
        missing = [key for key in HINTS if not isinstance(hints.get(key), bool)]
        if missing:
            yield Finding(where, f"{', '.join(missing)} not set; an absent hint reads as destructive")
        elif hints["readOnlyHint"] and hints["destructiveHint"]:
            yield Finding(where, "read-only and destructive at once")


def walk(schema: Schema, where: str, depth: int = 0) -> Iterator[tuple[str, Schema, int]]:
    """Every schema inside a schema with its place and depth, no deeper than `MAX_DEPTH`."""
    yield where, schema, depth
    if depth >= MAX_DEPTH:
        return
    for place, part in _parts(schema):
        yield from walk(part, f"{where}/{place}", depth + 1)


def _parts(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for key in _ONE:
        if isinstance(schema.get(key), Mapping):
            yield key, schema[key]
    for key in _MANY:
        branches = schema.get(key)
        if isinstance(branches, list):
            parts = enumerate(cast("list[Any]", branches))
            yield from ((f"{key}/{index}", part) for index, part in parts if isinstance(part, Mapping))
    for key in _NAMED:
        named = schema.get(key)
        if isinstance(named, Mapping):
            pairs = cast("Mapping[str, Any]", named).items()
            yield from ((f"{key}/{name}", part) for name, part in pairs if isinstance(part, Mapping))


def _all_schemas(subject: Subject) -> Iterator[tuple[str, Schema, int]]:
    for tool in subject.tools:
        for place, root in tool.roots:
            yield from walk(root, f"/tools/{tool.name}{place}")


def _input_properties(subject: Subject) -> Iterator[tuple[str, Schema]]:
    """The arguments of every tool, and the named parts of those that are objects."""
    for tool in subject.tools:
        for where, schema, _ in walk(tool.input, f"/tools/{tool.name}/inputSchema"):
            if isinstance(schema.get("properties"), Mapping):
                for name, part in cast("Mapping[str, Any]", schema["properties"]).items():
                    if isinstance(part, Mapping):
                        yield f"{where}/properties/{name}", cast("Schema", part)


def _is_typed(schema: Schema) -> bool:
    return bool(schema.get("type")) or any(key in schema for key in ("enum", "const", *COMBINATORS))


def _is_open(schema: Schema) -> bool:
    kinds = schema.get("type")
    is_object = "object" in cast("list[str]", kinds) if isinstance(kinds, list) else kinds == "object"
    return is_object and schema.get("additionalProperties") is not False


def _is_array(schema: Schema) -> bool:
    kinds = schema.get("type")
    return "array" in cast("list[str]", kinds) if isinstance(kinds, list) else kinds == "array"
