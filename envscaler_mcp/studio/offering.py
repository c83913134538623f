"""How a method becomes a tool of the studio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])
MARK = "__offered__"


def offered(kind: Literal["read", "write"]) -> Callable[[Method], Method]:
    """Mark a method as a tool: its docstring, parameters and result are what clients see."""

    def mark(method: Method) -> Method:
        setattr(method, MARK, kind)
        return method

    return mark


def tools_of(owner: object) -> dict[str, str]:
    """Tool name → `read` or `write`, of the methods that an object's class offers."""
    named = {name: getattr(member, MARK, None) for name, member in vars(type(owner)).items()}
    return {name: kind for name, kind in named.items() if kind}
