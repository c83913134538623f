"""Source text as syntax trees, from any thread.

The parser of Python 3.11 keeps one count for all threads: two of them that parse at once end in
"AST constructor recursion depth mismatch" (gh-106905). So they take turns.
"""

from __future__ import annotations

import ast
from threading import Lock

_one_at_a_time = Lock()


def parse_module(source: str | bytes) -> ast.Module:
    """The tree of a module.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    with _one_at_a_time:
        return ast.parse(source)


def parse_expression(source: str) -> ast.expr:
    """The tree of a single expression.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    with _one_at_a_time:
        return ast.parse(source, mode="eval").body
