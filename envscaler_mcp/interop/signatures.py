"""Python signatures as JSON Schemas, read from the syntax tree alone.

The schema of a parameter says what its annotation says, and more only where the method's own body
shows that it takes more: a default of None takes null, `isinstance(x, dict)` takes an object,
`float(x)` takes text. A schema stricter than the method would refuse calls that work.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from envscaler_mcp.sandbox.parsing import parse_expression

from .docstrings import Argument, shorten

Schema = dict[str, Any]
Function = ast.FunctionDef | ast.AsyncFunctionDef

_SCALARS = {
    "str": "string", "bytes": "string", "int": "integer", "float": "number", "bool": "boolean",
    "None": "null", "NoneType": "null", "datetime": "string", "date": "string", "time": "string",
    "timedelta": "number",
    "UUID": "string", "Path": "string", "Decimal": "number", "Text": "string", "complex": "string",
    "string": "string", "integer": "integer", "number": "number", "boolean": "boolean", "Number": "number",
}  # fmt: skip
_OBJECTS = frozenset(
    [
        "dict",
        "Dict",
        "Mapping",
        "MutableMapping",
        "OrderedDict",
        "DefaultDict",
        "defaultdict",
        "Counter",
        "dictionary",
    ]
)
_ARRAYS = frozenset(
    [
        "list",
        "List",
        "Sequence",
        "MutableSequence",
        "Iterable",
        "Iterator",
        "Collection",
        "set",
        "Set",
        "frozenset",
        "FrozenSet",
        "AbstractSet",
        "tuple",
        "Tuple",
        "deque",
        "Deque",
        "array",
    ]
)
_UNORDERED = frozenset(["set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"])
_WRAPPERS = frozenset(["Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"])
_ORDER = ("string", "integer", "number", "boolean", "object", "array", "null")


@dataclass(frozen=True)
class Types:
    """What the names of a module stand for: its classes, and its aliases such as `Money = float`."""

    classes: Mapping[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    aliases: Mapping[str, ast.expr] = field(default_factory=dict[str, ast.expr])

    @classmethod
    def of(cls, tree: ast.Module) -> Types:
        """The classes and aliases that a module defines at its top."""
        classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        return cls(classes, dict(_aliases(tree)))


def parameters(method: Function) -> list[ast.arg]:
    """The parameters that a caller names: all but `self` (or `cls`), `*rest` and `**more`."""
    named = [*method.args.posonlyargs, *method.args.args]
    bound = not any(_last_name(mark) == "staticmethod" for mark in method.decorator_list)
    return [*(named[1:] if bound else named), *method.args.kwonlyargs]


def defaults(method: Function) -> dict[str, ast.expr]:
    """Parameter → the expression of its default, for those that have one."""
    named = [*method.args.posonlyargs, *method.args.args]
    tail = zip(reversed(named), reversed(method.args.defaults), strict=False)
    found = {parameter.arg: value for parameter, value in tail}
    pairs = zip(method.args.kwonlyargs, method.args.kw_defaults, strict=True)
    return {**found, **{parameter.arg: value for parameter, value in pairs if value is not None}}


def input_schema(method: Function, told: Mapping[str, Argument], types: Types) -> Schema:
    """The input schema of a tool: a plain, closed object with one property for each parameter."""
    given = defaults(method)
    properties = {
        parameter.arg: _property(method, parameter, told.get(parameter.arg), given.get(parameter.arg), types)
        for parameter in parameters(method)
    }
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [name for name in properties if name not in given]
    return {**schema, "required": required} if required else schema


def annotation_schema(
    annotation: ast.expr | None, types: Types, seen: frozenset[str] = frozenset()
) -> Schema:
    """The schema of one annotation; `{}` for what JSON cannot say (`Any`, foreign classes)."""
    match annotation:
        case ast.Constant(value=str() as text):
            schema = annotation_schema(parsed(text), types, seen)
        case ast.Constant(value=None):
            schema = {"type": "null"}
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            schema = union([annotation_schema(left, types, seen), annotation_schema(right, types, seen)])
        case ast.Subscript(value=base, slice=inner):
            schema = _generic(_last_name(base), inner, types, seen)
        case ast.Name() | ast.Attribute():
            schema = _named(_last_name(annotation), types, seen)
        case _:
            schema = {}
    return schema


def parsed(text: str | None) -> ast.expr | None:
    """An annotation given as text, or None where it is no expression."""
    try:
        return parse_expression(text.strip()) if text and text.strip() else None
    except (SyntaxError, ValueError):
        return None


def is_unordered(annotation: ast.expr | None) -> bool:
    """Whether an annotation names a set."""
    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return base is not None and _last_name(base) in _UNORDERED


def union(members: list[Schema]) -> Schema:
    """Either of several schemas, as a list of types where that can say it."""
    if any(member == {} for member in members):
        return {}
    if all("anyOf" not in member for member in members):
        merged = _merged(members)
        if merged is not None:
            return merged
    unique: list[Schema] = []
    for member in members:
        unique += [part for part in member.get("anyOf", [member]) if part not in unique]
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def widened(schema: Schema, more: set[str]) -> Schema:
    """The same schema, taking values of further JSON types as well."""
    known = {kind for part in schema.get("anyOf", [schema]) for kind in _type_list(part)}
    new = [kind for kind in _ORDER if kind in more - known]
    return union([schema, *({"type": kind} for kind in new)]) if schema and new else schema


def _property(
    method: Function, parameter: ast.arg, told: Argument | None, default: ast.expr | None, types: Types
) -> Schema:
    hint = parameter.annotation or _documented(told)
    schema = annotation_schema(hint, types)
    if not schema and hint is None and default is not None:
        schema = _of_default(default)
    takes = _taken_by_body(method, parameter.arg)
    if isinstance(default, ast.Constant) and default.value is None:
        takes.add("null")
    text = _described(told.text if told else "", default)
    return {**widened(schema, takes), **({"description": text} if text else {})}


def _documented(told: Argument | None) -> ast.expr | None:
    """The type that a docstring gives, where it reads as an annotation."""
    if told is None or not told.type:
        return None
    return parsed(told.type.removesuffix("optional").rstrip(" ,").replace("list of ", "list"))


def _of_default(default: ast.expr) -> Schema:
    match default:
        case ast.Constant(value=bool()):
            return {"type": "boolean"}
        case ast.Constant(value=int() | float()):
            return {"type": "number"}
        case ast.Constant(value=str()):
            return {"type": "string"}
        case _:
            return {}


def _described(text: str, default: ast.expr | None) -> str:
    """The text of a parameter; a default that the text leaves out is added in words."""
    plain = isinstance(default, ast.Constant) and default.value not in (None, "")
    if default is None or not plain or "default" in text.lower():
        return text
    return shorten(f"{text} Default: {ast.unparse(default)}.".strip(), 300)


def _generic(name: str, inner: ast.expr, types: Types, seen: frozenset[str]) -> Schema:
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if name == "Literal":
        return _literal(parts)
    if name in _OBJECTS:
        return {"type": "object"}
    members = [annotation_schema(part, types, seen) for part in _kinds(parts)]
    if name in ("Union", "Optional"):
        return union([*members, *([{"type": "null"}] if name == "Optional" else [])])
    if name in _ARRAYS:
        return {"type": "array", "items": union(members) if name in ("Tuple", "tuple") else members[0]}
    return members[0] if name in _WRAPPERS else {}


def _kinds(parts: list[ast.expr]) -> list[ast.expr]:
    kinds = [part for part in parts if not (isinstance(part, ast.Constant) and part.value is ...)]
    return kinds or [ast.Name("Any")]


def _literal(parts: list[ast.expr]) -> Schema:
    values = [part.value for part in parts if isinstance(part, ast.Constant)]
    members = union([_of_constant(value) for value in values])
    return {**members, "enum": values} if "type" in members and len(values) == len(parts) else {}


def _of_constant(value: object) -> Schema:
    names: tuple[tuple[type, str], ...] = (
        (bool, "boolean"),
        (int, "integer"),
        (str, "string"),
        (type(None), "null"),
    )
    found = [name for kind, name in names if isinstance(value, kind)]
    return {"type": found[0]} if found else {}


def _named(name: str, types: Types, seen: frozenset[str]) -> Schema:
    if name in seen:
        return {}
    if name in types.classes:
        return _of_class(types.classes[name], types, seen | {name})
    if name in types.aliases:
        return annotation_schema(types.aliases[name], types, seen | {name})
    if name in _SCALARS:
        return {"type": _SCALARS[name]}
    if name in _OBJECTS:
        return {"type": "object"}
    return {"type": "array", "items": {}} if name in _ARRAYS else {}


def _of_class(definition: ast.ClassDef, types: Types, seen: frozenset[str]) -> Schema:
    """A TypedDict as an open object whose fields may be missing: the class itself decides."""
    bases = {_last_name(base) for base in definition.bases}
    if "Enum" in bases or "StrEnum" in bases or "IntEnum" in bases:
        values = [node.value for node in definition.body if isinstance(node, ast.Assign)]
        return _literal(values)
    if not bases & {"TypedDict", *_OBJECTS}:
        return {}
    fields = {
        node.target.id: _loose(annotation_schema(node.annotation, types, seen))
        for node in definition.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return {"type": "object", "properties": fields} if fields else {"type": "object"}


def _loose(schema: Schema) -> Schema:
    return widened(schema, {"null"})


def _taken_by_body(method: Function, name: str) -> set[str]:
    """JSON types that the body of a method shows it takes for a parameter."""
    return {kind for node in ast.walk(method) for kind in _shown_by(node, name)}


def _shown_by(node: ast.AST, name: str) -> Iterator[str]:
    match node:
        case ast.Compare(
            left=ast.Name(id=left), ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]
        ):
            if left == name:
                yield "null"
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=subject), kinds]) if subject == name:
            for kind in kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]:
                yield from _types_of(_last_name(kind))
        case ast.Call(func=ast.Name(id="float" | "int" | "Decimal"), args=[ast.Name(id=subject)]) if (
            subject == name
        ):
            yield from ("string", "number")
        case ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=subject)]) if subject == name:
            yield "number"
        case ast.Call(func=ast.Attribute(attr="loads" | "literal_eval"), args=[ast.Name(id=subject)]):
            if subject == name:
                yield "string"
        case _:
            return


def _types_of(kind: str) -> Iterator[str]:
    if kind in _SCALARS:
        yield _SCALARS[kind]
    elif kind in _OBJECTS:
        yield "object"
    elif kind in _ARRAYS:
        yield "array"


def _merged(members: list[Schema]) -> Schema | None:
    """One schema with a list of types, or None where two members restrict the same type."""
    merged: Schema = {}
    kinds: dict[str, Schema] = {}
    for member in members:
        rest = {key: value for key, value in member.items() if key != "type"}
        for kind in _type_list(member):
            known = kinds.setdefault(kind, rest)
            if known != rest and known and rest:
                return None
            kinds[kind] = {} if known != rest else rest
    if "number" in kinds and not kinds["number"]:
        kinds.pop("integer", None)
    for rest in kinds.values():
        merged |= rest
    if "enum" in merged and any(not rest for kind, rest in kinds.items() if kind != "null"):
        return None
    if "enum" in merged and "null" in kinds and None not in merged["enum"]:
        merged["enum"] = [*merged["enum"], None]
    names = [kind for kind in _ORDER if kind in kinds]
    return {"type": names[0] if len(names) == 1 else names, **merged}


def _type_list(schema: Schema) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _aliases(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[_, base])):
                if _last_name(func) == "NewType":
                    yield name, base
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Subscript() | ast.Name() | ast.BinOp() as value
            ):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value, annotation=annotation):
                if _last_name(annotation) == "TypeAlias":
                    yield name, value
            case _:
                continue


def _last_name(node: ast.expr) -> str:
    """`typing.List` and `List` → `List`; text is read as an annotation."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return _last_name(func)
        case _:
            return ""
