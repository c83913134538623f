"""Which topics are about the same world: by embeddings where there are any, else by their words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from envscaler_mcp.errors import ProviderFailed
from envscaler_mcp.llm import GaveUp, NotStored
from envscaler_mcp.synthesis.topic import Topic

Vector = Sequence[float]


class Embed(Protocol):
    """Texts to vectors, in the same order."""

    @property
    def name(self) -> str:
        """Which model this is."""
        ...

    async def __call__(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Their vectors."""
        ...


BY_EMBEDDING = 0.85
BY_WORDS = 0.5
"""From so much likeness on (a cosine), two topics are one. Words are weighed by how rare they are here."""

_PLAIN = frozenset({
    *("a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "has", "have", "in", "is", "it"),
    *("its", "of", "on", "or", "that", "the", "their", "them", "there", "they", "this", "to", "with", "who"),
    *("which", "where", "system", "systems", "management", "service", "services", "platform", "environment"),
    *("manages", "stores", "maintains", "records", "users", "user", "data", "information"),
})  # fmt: skip


@dataclass(frozen=True)
class Likeness:
    """How like topics are to each other.

    Attributes:
        vectors: of each topic.
        bound: two whose cosine is as high are one.
        by: what of the topics is compared, for people.
    """

    vectors: Sequence[dict[str, float]]
    bound: float
    by: str

    def between(self, one: int, other: int) -> float:
        """The cosine of two topics."""
        return _cosine(self.vectors[one], self.vectors[other])


async def likeness_of(topics: Sequence[Topic], embed: Embed | None = None) -> Likeness:
    """How like topics are: by a model's vectors, else by their words.

    Raises:
        GaveUp: the model cannot be reached at the moment. Words would give other topics than it will then.
        BudgetReached: its vectors might cost more than is left.
    """
    why = "no model that gives vectors is known"
    if embed and topics:
        try:
            found = await embed([f"{topic.title}. {topic.introduction}" for topic in topics])
        except GaveUp:
            raise
        except (ProviderFailed, NotStored) as error:
            why = str(error).rstrip(".")
        else:
            return Likeness([dict(_numbered(one)) for one in found], BY_EMBEDDING, f"vectors of {embed.name}")
    return Likeness(_by_words(topics), BY_WORDS, f"their words ({why})")


def merged(topics: Sequence[Topic], likeness: Likeness) -> list[Topic]:
    """One topic for each world: the best of its kind, with the tasks of all. The order stays."""
    order = sorted(range(len(topics)), key=lambda n: (-_worth(topics[n]), n))
    kept: dict[int, list[int]] = {}
    for number in order:
        near = max(kept, key=lambda other: likeness.between(number, other), default=None)
        if near is not None and likeness.between(number, near) >= likeness.bound:
            kept[near].append(number)
        else:
            kept[number] = []
    return [_with_tasks(topics[n], [topics[other] for other in sorted(kept[n])]) for n in sorted(kept)]


def _numbered(vector: Vector) -> Iterator[tuple[str, float]]:
    return ((str(n), value) for n, value in enumerate(vector))


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
