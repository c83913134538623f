"""How a function becomes a verb: it gets an `Output`, a user gets `--json`, `--quiet`, `--debug`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Annotated, Any

import typer

from .output import Output

COMMON: dict[str, Any] = {
    "json": Annotated[bool, typer.Option("--json", help="Exactly one JSON object on stdout.")],
    "quiet": Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")],
    "debug": Annotated[bool, typer.Option("--debug", help="Show tracebacks.")],
}

prepared: ContextVar[Output | None] = ContextVar("prepared", default=None)
"""What `main` made from the raw arguments, so that even a usage error is told in the right form."""


def add_verb(app: typer.Typer, name: str, function: Callable[..., int | None]) -> None:
    """Register `function(output, …) -> exit status` under `name`; None is 0."""
    app.command(name)(with_common_options(function))


def with_common_options(function: Callable[..., int | None]) -> Callable[..., int]:
    """`function` without its first parameter `output`, and with the options that every verb has."""
    signature = inspect.signature(function, eval_str=True)
    first, *own = signature.parameters.values()
    if first.name != "output" or first.annotation is not Output:
        raise TypeError(f"{function.__name__}: the first parameter of a verb is `output: Output`")
    keyword = inspect.Parameter.KEYWORD_ONLY
    common = [inspect.Parameter(k, keyword, default=False, annotation=v) for k, v in COMMON.items()]

    @functools.wraps(function)
    def verb(**given: Any) -> int:
        asked = {key: given.pop(key) for key in COMMON}
        output = prepared.get() or Output(as_json=asked["json"], quiet=asked["quiet"], debug=asked["debug"])
        return function(output, **given) or 0

    parameters = [parameter.replace(kind=keyword) for parameter in own] + common
    verb.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    verb.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del verb.__wrapped__  # type: ignore[attr-defined]
    return verb
