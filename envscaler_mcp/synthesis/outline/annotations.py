"""From the kind of a field to the annotation in source, as syntax: names are checked, texts are constants."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from .outline import EntityField, EntityOutline, FieldOutline

PLAIN = {"text": "str", "integer": "int", "number": "float", "boolean": "bool", "reference": "str"}
DATES = {"date": "date", "datetime": "datetime"}


def name(identifier: str) -> ast.Name:
    """A name that is read."""
    return ast.Name(identifier, ast.Load())


def attribute(owner: str, member: str) -> ast.Attribute:
    """`owner.member`."""
    return ast.Attribute(name(owner), member, ast.Load())


def number(value: int) -> ast.expr:
    """An integer as Python reads it: a negative one is a sign and a number."""
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def call(function: str, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """`function(…)`."""
    named = [ast.keyword(key, value) for key, value in keywords.items()]
    return ast.Call(name(function), list(arguments), named)


def generic(outer: str, *parts: ast.expr) -> ast.Subscript:
    """`outer[…]`."""
    inner = parts[0] if len(parts) == 1 else ast.Tuple(list(parts), ast.Load())
    return ast.Subscript(name(outer), inner, ast.Load())


def bare_type(field: FieldOutline) -> ast.expr:
    """The type of a field without what is said of it: `list[dt.date] | None`."""
    one = _one(field)
    several = generic("list", one) if field.many else one
    return ast.BinOp(several, ast.BitOr(), ast.Constant(None)) if field.optional else several


def annotation(field: FieldOutline, entities: Mapping[str, EntityOutline]) -> ast.expr:
    """The whole annotation of a field or parameter: its type and what is said of it."""
    said: dict[str, ast.expr] = {"description": ast.Constant(described(field, entities))}
    if field.kind in ("integer", "number") and not field.many:
        bounds = {"ge": field.minimum, "le": field.maximum}
        said |= {key: number(bound) for key, bound in bounds.items() if bound is not None}
    if extra := _extra(field, entities):
        said["json_schema_extra"] = ast.Dict(
            [ast.Constant(key) for key in extra], [ast.Constant(value) for value in extra.values()]
        )
    return generic("Annotated", bare_type(field), call("Field", **said))


def described(field: FieldOutline, entities: Mapping[str, EntityOutline]) -> str:
    """What is said of a field; a reference says what its ids look like."""
    if field.kind != "reference" or field.refers_to is None:
        return field.description
    stop = "" if field.description.rstrip()[-1:] in ".!?" else "."
    return f"{field.description.rstrip()}{stop} An id such as {entities[field.refers_to].prefix}-001."


def _one(field: FieldOutline) -> ast.expr:
    if field.kind == "choice":
        return generic("Literal", *(ast.Constant(choice) for choice in field.choices))
    return attribute("dt", DATES[field.kind]) if field.kind in DATES else name(PLAIN[field.kind])


def _extra(field: FieldOutline, entities: Mapping[str, EntityOutline]) -> dict[str, str]:
    """Only fields of rows carry a role and a reference: a parameter's description says it."""
    if not isinstance(field, EntityField):
        return {}
    extra = {} if field.role == "stored" else {"role": field.role}
    if field.refers_to:
        extra["ref"] = entities[field.refers_to].collection
    return extra
