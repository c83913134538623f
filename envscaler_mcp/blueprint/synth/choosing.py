"""Which domain is closest to a topic, by its words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.blueprint.reading import Domain

CLOSE = 0.45
"""From this score on, a domain is what was asked for."""
_OWN = 1.0
_ABOUT = 0.4
"""What a word counts that stands in the topics, name or title, or in the sentence about the domain."""
_SMALL = frozenset(
    ("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "their", "to", "with")
)


@dataclass(frozen=True)
class Match:
    """A domain, how close it is to a topic (0 to 1), and the words that say so."""

    domain: Domain
    score: float
    words: tuple[str, ...]

    @property
    def close(self) -> bool:
        """Whether it is what was asked for."""
        return self.score >= CLOSE

    @property
    def why(self) -> str:
        """For people."""
        shared = ", ".join(repr(word) for word in self.words)
        return f"shares {shared}" if shared else "shares no word"


def closest(topic: str, domains: Sequence[Domain]) -> list[Match]:
    """All domains, the closest first; ties in the order of their names.

    A word counts the more, the fewer domains have it.
    """
    texts = {domain.name: _weights(domain) for domain in domains}
    counts = Counter(word for weights in texts.values() for word in weights)
    asked = {_stem(word): word for word in _words(topic)}
    matches = [_match(domain, texts[domain.name], asked, counts) for domain in domains]
    return sorted(matches, key=lambda one: (-one.score, one.domain.name))


def _match(domain: Domain, weights: dict[str, float], asked: dict[str, str], counts: Counter[str]) -> Match:
    total = len(counts) or 1
    worth = {stem: math.log(1 + total / (1 + counts[stem])) for stem in asked}
    whole = sum(worth.values())
    score = sum(worth[stem] * weights.get(stem, 0.0) for stem in asked) / whole if whole else 0.0
    return Match(domain, round(score, 3), tuple(word for stem, word in asked.items() if stem in weights))


def _weights(domain: Domain) -> dict[str, float]:
    found = dict.fromkeys((_stem(word) for word in _words(domain.about)), _ABOUT)
    own = " ".join((domain.name.replace("_", " "), domain.title, *domain.topics))
    return found | dict.fromkeys((_stem(word) for word in _words(own)), _OWN)


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", text.lower()) if word not in _SMALL]


def _stem(word: str) -> str:
    """`bookings` and `booking` are one word, and so are `rebooking` and `rebook`."""
    for ending in ("ings", "ing", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word
