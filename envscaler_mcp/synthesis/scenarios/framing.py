"""The frame of a solution: what it changed may change, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from envscaler_mcp.runtime.standalone.difference import Change, diff, matches
from envscaler_mcp.spec import Frame, State


def frame_of(initial: State, final: State, roles: Mapping[str, str]) -> Frame:
    """The footprint of the way from one state to the other.

    Free text in the rows that were touched is free: an instruction rarely says how to word a note.

    Args:
        initial: the state at the start.
        final: where a solution led.
        roles: path pattern → role of a field.
    """
    changes = diff(initial, final, roles)
    created = [change for change in changes if change.created and _is_row(change.path)]
    deleted = [change for change in changes if change.deleted and _is_row(change.path)]
    changed = [change for change in changes if change not in created and change not in deleted]
    return Frame(
        changed=tuple(change.path for change in changed),
        created=dict(Counter(change.path.split("/")[1] for change in created)),
        deleted=tuple(change.path for change in deleted),
        free=tuple(_free(changes, roles)),
    )


def _free(changes: list[Change], roles: Mapping[str, str]) -> list[str]:
    """Free text of changed rows, and of all rows where some were made."""
    texts = [pattern for pattern, role in roles.items() if role == "free_text"]
    found: dict[str, None] = {}
    for change in changes:
        for pattern in texts:
            if change.created and _is_row(change.path) and pattern.split("/")[1] == change.path.split("/")[1]:
                found[pattern] = None
            elif matches(change.path, pattern):
                found[change.path] = None
    return list(found)


def _is_row(path: str) -> bool:
    return path.count("/") == 2
