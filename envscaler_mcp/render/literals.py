"""Values as source text: the only way from a model's text into Python or TOML."""

from __future__ import annotations

from typing import Any, cast

_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}


def python_literal(value: object) -> str:
    """Python source that evaluates to the value; whatever is not printable is escaped.

    Raises:
        TypeError: the value is none of str, int, float, bool, None, or a list, tuple or dict of these.
    """
    if isinstance(value, str):
        return '"' + "".join(_character(character) for character in value) + '"'
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, float):
        return _python_float(value)
    return _python_container(value)


def toml_literal(value: object) -> str:
    """TOML source of a string, a boolean, an integer or a list of these.

    Raises:
        TypeError: for any other value.
    """
    if isinstance(value, str):
        return '"' + "".join(_character(character) for character in value) + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_literal(part) for part in cast("list[Any]", value)) + "]"
    raise TypeError(f"no TOML literal for {type(value).__name__}")


def _python_container(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(python_literal(part) for part in cast("list[Any]", value)) + "]"
    if isinstance(value, tuple):
        parts = [python_literal(part) for part in cast("tuple[Any, ...]", value)]
        return f"({parts[0]},)" if len(parts) == 1 else "(" + ", ".join(parts) + ")"
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value).items()
        return "{" + ", ".join(f"{python_literal(key)}: {python_literal(part)}" for key, part in pairs) + "}"
    raise TypeError(f"no Python literal for {type(value).__name__}")


def _python_float(value: float) -> str:
    text = repr(value)
    return text if text[-1].isdigit() else f'float("{text}")'


def _character(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else _escape(character)


def _escape(character: str) -> str:
    """The escape of one character, in a spelling that both Python and TOML read."""
    if character in _SHORT:
        return _SHORT[character]
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
