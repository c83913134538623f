"""Texts with values in them as f-strings."""

from __future__ import annotations

from collections.abc import Sequence

from envscaler_mcp.blueprint.expression.python import Scope, value
from envscaler_mcp.blueprint.expression.tree import Expression
from envscaler_mcp.render.literals import python_literal


def formatted(parts: Sequence[str | Expression], scope: Scope) -> str:
    """Texts and the values between them as one Python literal."""
    pieces = [_piece(part, scope) for part in parts]
    text = "".join(pieces)
    if "{" not in text:
        return f'"{text}"'
    plain = all(isinstance(part, str) for part in parts)
    return f'"{text.replace("{{", "{").replace("}}", "}")}"' if plain else f'f"{text}"'


def _piece(part: str | Expression, scope: Scope) -> str:
    if isinstance(part, str):
        return python_literal(part)[1:-1].replace("{", "{{").replace("}", "}}")
    return f"{{{value(part, scope).text}}}"
