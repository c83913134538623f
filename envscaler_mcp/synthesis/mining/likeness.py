"""Which topics are about the same world: by embeddings where there are any, else by their words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from envscaler_mcp.synthesis.topic import Topic

Vector = Sequence[float]
Embed = Callable[[Sequence[str]], Awaitable[Sequence[Vector]]]
"""Texts to vectors, in the same order."""

BY_EMBEDDING = 0.85
BY_WORDS = 0.5
"""From so much likeness on (a cosine), two topics are one. Words are weighed by how rare they are here."""

_PLAIN = frozenset({
    *("a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "has", "have", "in", "is", "it"),
    *("its", "of", "on", "or", "that", "the", "their", "them", "there", "they", "this", "to", "with", "who"),
    *("which", "where", "system", "systems", "management", "service", "services", "platform", "environment"),
    *("manages", "stores", "maintains", "records", "users", "user", "data", "information"),
})  # fmt: skip


async def merged(topics: Sequence[Topic], embed: Embed | None = None) -> list[Topic]:
    """One topic for each world: the best of its kind, with the tasks of all. The order stays."""
    vectors = await _vectors(topics, embed)
    bound = BY_EMBEDDING if embed else BY_WORDS
    order = sorted(range(len(topics)), key=lambda n: (-_worth(topics[n]), n))
    kept: dict[int, list[int]] = {}
    for number in order:
        near = max(kept, key=lambda other: _cosine(vectors[number], vectors[other]), default=None)
        if near is not None and _cosine(vectors[number], vectors[near]) >= bound:
            kept[near].append(number)
        else:
            kept[number] = []
    return [_with_tasks(topics[n], [topics[other] for other in sorted(kept[n])]) for n in sorted(kept)]


async def _vectors(topics: Sequence[Topic], embed: Embed | None) -> list[dict[str, float]]:
    texts = [f"{topic.title}. {topic.introduction}" for topic in topics]
    if embed is None:
        return _by_words(topics)
    found = await embed(texts)
    return [{str(n): value for n, value in enumerate(vector)} for vector in found]


def _by_words(topics: Sequence[Topic]) -> list[dict[str, float]]:
    """Words of the title count three times; a word that stands everywhere counts little."""
    counts = [Counter(_words(topic.title) * 3 + _words(topic.introduction)) for topic in topics]
    seen = Counter(word for words in counts for word in words)
    many = len(topics)
    return [
        {word: count * math.log(1 + many / seen[word]) for word, count in words.items()} for words in counts
    ]


def _words(text: str) -> list[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return [_stem(word) for word in plain.split() if word not in _PLAIN]


def _stem(word: str) -> str:
    """Enough for a plural and a gerund: `bookings` and `booking` are one word."""
    for ending in ("ings", "ing", "ies", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    small, large = sorted((one, other), key=len)
    product = sum(value * large.get(key, 0.0) for key, value in small.items())
    size = math.hypot(*one.values()) * math.hypot(*other.values())
    return product / size if size else 0.0


def _worth(topic: Topic) -> int:
    return topic.usefulness + topic.modelability


def _with_tasks(topic: Topic, others: Sequence[Topic]) -> Topic:
    tasks = dict.fromkeys((*topic.tasks, *(task for other in others for task in other.tasks)))
    return topic.model_copy(update={"tasks": tuple(tasks)})
