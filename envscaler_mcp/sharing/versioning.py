"""The version rule: a list of tools that changed is another version, a minor one at least."""

from __future__ import annotations

import re

from envscaler_mcp.spec import Change, EnvironmentCard

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def tool_changes(earlier: EnvironmentCard, later: EnvironmentCard) -> Change | None:
    """What happened to the tools between two releases; None where nothing did."""
    before = {tool.name: tool for tool in earlier.tools}
    after = {tool.name: tool for tool in later.tools}
    change = Change(
        version=later.version,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in before.keys() & after.keys() if before[name] != after[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )
    return change if change.added or change.changed or change.removed else None


def succeeding(earlier: EnvironmentCard, later: EnvironmentCard) -> EnvironmentCard:
    """The later card with the version and the changelog that follow on the earlier one's."""
    change = tool_changes(earlier, later)
    if change is None:
        version = max(earlier.version, later.version, key=_order)
        return later.model_copy(update={"version": version, "changelog": earlier.changelog})
    version = later.version if at_least_minor(earlier.version, later.version) else _minor(earlier.version)
    entry = change.model_copy(update={"version": version})
    return later.model_copy(update={"version": version, "changelog": (*earlier.changelog, entry)})


def at_least_minor(earlier: str, later: str) -> bool:
    """Whether the later version is a minor one, or more, above the earlier one."""
    return _order(later)[:2] > _order(earlier)[:2]


def _minor(version: str) -> str:
    major, minor, _ = _order(version)
    return f"{major}.{minor + 1}.0"


def _order(version: str) -> tuple[int, int, int]:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)
