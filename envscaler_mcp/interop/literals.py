"""What `str(value)` was printed of: Python's literals and the usual objects, read without running them."""

from __future__ import annotations

import ast
import datetime as dt
import math
import re
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any, cast

from envscaler_mcp.runtime.standalone.encoding import Encoder
from envscaler_mcp.sandbox.parsing import parse_expression

_ENUM = re.compile(r"<\w+(?:\.\w+)+: ((?:'[^']*'|\"[^\"]*\"|[-\d.]+))>")
_CLASS = re.compile(r"<class '([\w.]+)'>")


def _without_factory(_: object, parts: Any = ()) -> dict[Any, Any]:
    return dict(parts)


_NAMES: dict[str, Any] = {
    "nan": math.nan,
    "inf": math.inf,
    "datetime.timezone.utc": dt.UTC,
    "datetime.UTC": dt.UTC,
    "timezone.utc": dt.UTC,
}
_CALLS: dict[str, Callable[..., Any]] = {
    "datetime.datetime": dt.datetime,
    "datetime.date": dt.date,
    "datetime.time": dt.time,
    "datetime.timedelta": dt.timedelta,
    "datetime.timezone": dt.timezone,
    "UUID": uuid.UUID,
    "uuid.UUID": uuid.UUID,
    "Decimal": Decimal,
    "set": set,
    "frozenset": frozenset,
    "bytearray": bytearray,
    "Counter": Counter,
    "deque": deque,
    "OrderedDict": OrderedDict,
    "defaultdict": _without_factory,
    "dict_keys": list,
    "dict_values": list,
    "dict_items": list,
}


def read_result(text: str) -> dict[str, Any]:
    """A printed result as the JSON object that a tool's result is; what is no literal stays text."""
    try:
        value = _read(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, OverflowError, DecimalException):
        value = text
    encoded = Encoder().encode(value, [])
    return cast("dict[str, Any]", encoded) if isinstance(encoded, dict) else {"result": encoded}


def _read(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        plain = _CLASS.sub(r"'\1'", _ENUM.sub(r"\1", text))
        return _value(parse_expression(plain.strip()))


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.Call():
            return _made(node)
        case ast.Name() | ast.Attribute():
            name = ast.unparse(node)
            return _NAMES[name] if name in _NAMES else _fail(node)
        case _:
            return _several(node)


def _several(node: ast.expr) -> Any:
    match node:
        case ast.Dict(keys=keys, values=values):
            return {_key(key): _value(value) for key, value in zip(keys, values, strict=True)}
        case ast.List(elts=parts):
            return [_value(part) for part in parts]
        case ast.Tuple(elts=parts):
            return tuple(_value(part) for part in parts)
        case ast.Set(elts=parts):
            return {_value(part) for part in parts}
        case _:
            return _fail(node)


def _key(node: ast.expr | None) -> Any:
    return _value(node) if node is not None else _fail(node)


def _made(node: ast.Call) -> Any:
    """A known object; one of the class's own as its fields, where it prints them by name."""
    given = [_value(argument) for argument in node.args]
    named = {keyword.arg: _value(keyword.value) for keyword in node.keywords if keyword.arg}
    make = _CALLS.get(ast.unparse(node.func))
    if make is not None:
        return make(*given, **named)
    return named if named and not given else _fail(node)


def _fail(node: ast.AST | None) -> Any:
    raise ValueError(f"{type(node).__name__} is no literal")
