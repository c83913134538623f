"""What a person may have meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that is most like it, or nothing."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), "")


def one_of(known: Iterable[str], most: int = 12) -> str:
    """Names for a message: `a, b, c`."""
    names = list(known)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) + more) or "none"


def instead(name: str, known: Collection[str]) -> str:
    """The remedy for an unknown name: the nearest one, or all there are."""
    near = nearest(name, known)
    return f"the nearest known name is {near!r}" if near else f"known are: {one_of(known)}"
