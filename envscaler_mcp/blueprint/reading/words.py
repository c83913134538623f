"""What a name becomes: plurals of nouns and of names, prefixes of ids."""

from __future__ import annotations

from collections.abc import Iterable

from envscaler_mcp.blueprint.wording import plural

_VOWELS = "AEIOU"


def plural_of(noun: str) -> str:
    """The plural of the last word: `theatre list` → `theatre lists`, `entry` → `entries`."""
    return plural(noun.replace("_", " ")).replace(" ", "_" if "_" in noun else " ")


RESERVED = frozenset(["DEC", "REP"])
"""Prefixes of decisions and reports."""


def prefixes_of(names: Iterable[str], given: dict[str, str]) -> dict[str, str]:
    """A prefix for every entity, `RM` for `room`: no two are the same, and earlier ones stay as they are."""
    prefixes: dict[str, str] = {}
    for name in names:
        taken = {*RESERVED, *given.values(), *prefixes.values()}
        prefixes[name] = given.get(name) or next(one for one in _prefixes(name) if one not in taken)
    return prefixes


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
