"""A call that was tried, in words that a model can work with: where it was, what it came to, what changed."""

from __future__ import annotations

from typing import cast

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.spec import Json, State

from .trial import Trying

LONGEST = 1500


def shown(one: Trying) -> str:
    """The call, the rows that it names, what it came to, and every change."""
    changes = [dumps(change.to_json()) for change in diff(one.before, one.after)]
    changed = f" It changed {'; '.join(changes)}." if changes else " It changed nothing."
    rows = _named(one.before, one.call.arguments)
    beside = f" Before, there was {dumps(rows)}." if rows else ""
    text = (
        f"The call {one.call.tool}({dumps(dict(one.call.arguments))}) came to {one.came_to}"
        f" with {dumps(one.outcome.result)}.{changed}{beside}"
    )
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _named(state: State, arguments: dict[str, Json]) -> dict[str, Json]:
    """The rows whose ids stand among the arguments."""
    ids = {value for value in arguments.values() if isinstance(value, str)}
    return {
        key: row
        for rows in state.values()
        for key, row in cast("dict[str, Json]", rows).items()
        if key in ids
    }
