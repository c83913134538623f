"""What a name becomes for people: labels, plurals, prefixes of ids."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable

from .wording import plural

_VOWELS = "AEIOU"


def label_of(name: str) -> str:
    """`check_in` as people write it: `check in`."""
    return name.replace("_", " ")


def plural_of(noun: str) -> str:
    """The plural of the last word: `theatre list` → `theatre lists`, `entry` → `entries`."""
    return plural(noun.replace("_", " ")).replace(" ", "_" if "_" in noun else " ")


def prefixes_of(names: Iterable[str], given: dict[str, str]) -> dict[str, str]:
    """A prefix for every entity, `RM` for `room`: no two are the same, and earlier ones stay as they are."""
    prefixes: dict[str, str] = {}
    for name in names:
        taken = {*given.values(), *prefixes.values()}
        prefixes[name] = given.get(name) or next(one for one in _prefixes(name) if one not in taken)
    return prefixes


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


def _prefixes(name: str) -> Iterable[str]:
    """Candidates, best first: initials of several words, else the first consonants."""
    words = [word for word in name.upper().split("_") if word]
    letters = "".join(words)
    consonants = letters[:1] + "".join(letter for letter in letters[1:] if letter not in _VOWELS)
    if len(words) > 1:
        yield "".join(word[0] for word in words)
    yield from (consonants[:size] for size in (3, 2, 4, 5) if len(consonants) >= min(size, 2))
    yield letters
    yield from (f"{consonants[:3]}{letter}" for letter in "XYZABCDEFGHIJKLMNOPQRSTUVW")
