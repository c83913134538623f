"""Merge what an option or a pattern says into a domain: mappings deeply, lists by appending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .located import Entry, Node, Scalar, Sequence, Steps, Table, plain

REPLACED = frozenset(["rows", "int", "money", "date"])
"""Ranges: a new one takes the place of the old one."""


def merged(base: Node, addition: Node, *, keep: bool = False, key: str = "") -> Node:
    """`base` with the addition; where both say something else, the addition wins, or with `keep` the base."""
    if isinstance(base, Table) and isinstance(addition, Table):
        return replace(base, entries=_entries(base, addition, keep))
    if isinstance(base, Sequence) and isinstance(addition, Sequence) and key not in REPLACED:
        known = [plain(part) for part in base.parts]
        fresh = tuple(part for part in addition.parts if plain(part) not in known)
        return replace(base, parts=base.parts + fresh)
    return base if keep else addition


def without(node: Table, *keys: str) -> Table:
    """The table without these keys."""
    return replace(node, entries={key: entry for key, entry in node.entries.items() if key not in keys})


def overridden(base: Node, addition: Node, steps: Steps = ()) -> Mapping[Steps, Node]:
    """What the addition says differently: the way to it → what it says there."""
    if isinstance(base, Table) and isinstance(addition, Table):
        found: dict[Steps, Node] = {}
        for key, entry in addition.entries.items():
            if key in base.entries:
                found |= overridden(base.entries[key].node, entry.node, (*steps, key))
        return found
    if isinstance(base, Sequence) and isinstance(addition, Sequence) and steps[-1] not in REPLACED:
        return {}
    return {steps: addition} if plain(base) != plain(addition) else {}


def joined(base: Node | None, addition: Node | None) -> Node | None:
    """Two texts as one."""
    if not isinstance(base, Scalar) or not isinstance(addition, Scalar):
        return base or addition
    return replace(base, text=f"{base.text} {addition.text}")


def _entries(base: Table, addition: Table, keep: bool) -> dict[str, Entry]:
    entries = dict(base.entries)
    for key, entry in addition.entries.items():
        old = entries.get(key)
        entries[key] = replace(old, node=merged(old.node, entry.node, keep=keep, key=key)) if old else entry
    return entries
