"""Text to Python's syntax tree, within limits; nothing is ever evaluated."""

from __future__ import annotations

import ast
import warnings

from envscaler_mcp.sandbox.parsing import parse_expression

from .bad import BadExpression, short

MAX_TEXT = 1_000
MAX_DEPTH = 30


def syntax_of(text: str) -> ast.expr:
    """The syntax tree of an expression. Raises BadExpression where Python's parser knows none."""
    flat = flattened(text)
    if len(flat) > MAX_TEXT:
        remedy = f"use at most {MAX_TEXT}; move parts to `derived`"
        raise BadExpression(f"an expression of {len(flat)} characters", remedy)
    if not flat:
        raise BadExpression("an expression is empty", "write one")
    if "\\" in flat or not flat.isprintable():
        raise BadExpression(f"{short(flat)!r} has characters that no expression has", "take them out")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            node = parse_expression(flat)
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning) as error:
        raise BadExpression(f"{short(flat)!r} is no expression ({_reason(error)})", _remedy(flat)) from error
    if _depth(node) > MAX_DEPTH:
        message = f"{short(flat)!r} is nested deeper than {MAX_DEPTH} levels"
        raise BadExpression(message, "move parts to `derived`")
    return node


def flattened(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def _depth(node: ast.AST) -> int:
    """How deep a tree is, found level by level: a deep one must not exhaust the stack."""
    depth, level = 0, [node]
    while level:
        depth += 1
        level = [child for one in level for child in ast.iter_child_nodes(one)]
    return depth


def _reason(error: BaseException) -> str:
    return error.msg if isinstance(error, SyntaxError) else type(error).__name__


def _remedy(text: str) -> str:
    if any(mark in text for mark in ("&&", "||", "!", "null", "=>")):
        return "write and, or, not, !=, None as in Python"
    return "correct its spelling; it is Python's"
