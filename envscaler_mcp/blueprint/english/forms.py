"""Forms of words that work in both directions: they say a meaning, and hear it in a text.

A grammar is made of forms and nothing else, so what can be said can be heard, by the same definition. Saying
takes one way at random; hearing finds every way there is, because two meanings of one text are an error.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from envscaler_mcp.blueprint.wording import with_article

Meaning: TypeAlias = Any
Heard: TypeAlias = tuple[tuple[Meaning, int], ...]
"""What may have been said, and where it ends in the text."""


class Form(Protocol):
    """One form of words."""

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """The meaning in words; None where this form cannot say it."""
        ...

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """Every meaning that the text may have from `start` on."""
        ...


@dataclass(frozen=True)
class Hearing:
    """A text and what was heard in it so far: no form listens twice at one place."""

    text: str
    _heard: dict[tuple[int, int], Heard] = field(default_factory=dict[tuple[int, int], Heard])
    _lowered: dict[int, Hearing] = field(default_factory=dict[int, Any])

    def hear(self, form: Form, start: int) -> Heard:
        """What a form hears at a place."""
        place = id(form), start
        if place not in self._heard:
            self._heard[place] = _distinct(form.hear(self, start))
        return self._heard[place]

    def lowered(self, place: int) -> Hearing:
        """The text with a small letter at a place."""
        if place not in self._lowered:
            text = f"{self.text[:place]}{self.text[place : place + 1].lower()}{self.text[place + 1 :]}"
            self._lowered[place] = Hearing(text)
        return self._lowered[place]


@dataclass(frozen=True, eq=False)
class Leaf:
    """A value in words: `show` says it (None: it cannot), `read` takes it back; `pattern` finds its end."""

    pattern: re.Pattern[str]
    show: Callable[[Meaning], str | None]
    read: Callable[[str], Meaning]

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:  # noqa: ARG002 (there is one way)
        """The value in words, if they can be heard again."""
        text = self.show(meaning)
        return text if text is not None and self.pattern.fullmatch(text) else None

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """The value that the longest match stands for."""
        match = self.pattern.match(hearing.text, start)
        return ((self.read(match.group()), match.end()),) if match and match.group() else ()


def words_for(table: Mapping[str, Meaning]) -> Leaf:
    """A leaf for a fixed choice: words → meaning, each of which has one spelling."""
    longest = sorted(table, key=len, reverse=True)
    pattern = re.compile(f"(?:{'|'.join(map(re.escape, longest))})(?![\\w-])" if table else r"(?!)")
    spelling = [(meaning, text) for text, meaning in table.items()]
    return Leaf(
        pattern,
        lambda said: next((text for one, text in spelling if _same(one, said)), None),
        table.__getitem__,
    )


def _same(one: Meaning, other: Meaning) -> bool:
    return type(one) is type(other) and one == other


@dataclass(frozen=True, eq=False)
class Either:
    """One of several forms."""

    options: tuple[Form, ...]

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """The meaning in one of the forms that can say it."""
        for option in rng.sample(self.options, len(self.options)):
            text = option.say(meaning, rng)
            if text is not None:
                return text
        return None

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """What any of them hears."""
        return tuple(one for option in self.options for one in hearing.hear(option, start))


@dataclass(frozen=True, eq=False)
class Ranked(Either):
    """One of several forms, the first one that can say it; all of them listen."""

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """The meaning in the first form that can say it."""
        return next((text for one in self.options if (text := one.say(meaning, rng)) is not None), None)


@dataclass(frozen=True, eq=False)
class Mostly(Ranked):
    """The first form, and now and then the other one."""

    share: float = 0.75

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """The meaning in the first form that can say it, as the seed ranks them."""
        options = self.options if rng.random() < self.share else self.options[::-1]
        return next((text for one in options if (text := one.say(meaning, rng)) is not None), None)


@dataclass(frozen=True, eq=False)
class Later:
    """A form that is made when it is first needed: names are made of names."""

    make: Callable[[], Form]
    _made: list[Form] = field(default_factory=list[Form])

    @property
    def form(self) -> Form:
        """The form itself."""
        if not self._made:
            self._made.append(self.make())
        return self._made[0]

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """As the form says it."""
        return self.form.say(meaning, rng)

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """As the form hears it."""
        return hearing.hear(self.form, start)


@dataclass(frozen=True, eq=False)
class Slot:
    """A named part of a phrase; one that is optional may be left out."""

    name: str
    form: Form
    optional: bool = False


Parts: TypeAlias = Mapping[str, Meaning]


@dataclass(frozen=True, eq=False)
class Phrase:
    """Words and slots in a row: `take` gives a meaning's parts (None: not its kind), `build` undoes it."""

    parts: tuple[str | Slot, ...]
    take: Callable[[Meaning], Parts | None]
    build: Callable[[Parts], Meaning]

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """The words with every slot filled; None where the meaning has other parts than there are slots."""
        given = self.take(meaning)
        slots = [part for part in self.parts if isinstance(part, Slot)]
        if given is None or not self._fits(given, slots):
            return None
        said = [part if isinstance(part, str) else _said(part, given, rng) for part in self.parts]
        return None if None in said else "".join(map(str, said))

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """Every way in which the words and slots stand here."""
        ways: list[tuple[dict[str, Meaning], int]] = [({}, start)]
        for part in self.parts:
            ways = [further for way in ways for further in _onwards(part, hearing, *way)]
            if not ways:
                return ()
        return tuple((self.build(parts), end) for parts, end in ways)

    @staticmethod
    def _fits(given: Parts, slots: Sequence[Slot]) -> bool:
        names = {slot.name for slot in slots}
        return set(given) <= names and {slot.name for slot in slots if not slot.optional} <= set(given)


def _said(slot: Slot, given: Parts, rng: random.Random) -> str | None:
    return slot.form.say(given[slot.name], rng) if slot.name in given else ""


def _onwards(
    part: str | Slot, hearing: Hearing, parts: dict[str, Meaning], at: int
) -> list[tuple[dict[str, Meaning], int]]:
    """The ways on over one more part."""
    if isinstance(part, str):
        return [(parts, at + len(part))] if hearing.text.startswith(part, at) else []
    ways = [({**parts, part.name: meaning}, end) for meaning, end in hearing.hear(part.form, at)]
    return [*ways, (parts, at)] if part.optional else ways


def whole(parts: tuple[str | Slot, ...]) -> Phrase:
    """A phrase around one slot, whose meaning is its own."""
    (name,) = (part.name for part in parts if isinstance(part, Slot))
    return Phrase(parts, lambda meaning: {name: meaning}, lambda given: given[name])


def fixed(text: str, meaning: Meaning) -> Phrase:
    """Words that have one meaning and no part."""
    return Phrase((text,), lambda said: {} if _same(said, meaning) else None, lambda _: meaning)


@dataclass(frozen=True, eq=False)
class Listing:
    """Several meanings of one form, as a tuple: `A, B and C`. `last` stands before the last one."""

    form: Form
    least: int = 2
    comma: str = ", "
    last: str = " and "

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """All of them, joined."""
        said = [self.form.say(one, rng) for one in meaning]
        texts = [text for text in said if text is not None]
        if len(texts) < len(said) or len(texts) < self.least:
            return None
        return texts[0] if len(texts) == 1 else f"{self.comma.join(texts[:-1])}{self.last}{texts[-1]}"

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """One, or several up to the last one."""
        found: list[tuple[Meaning, int]] = []
        open_ways: list[tuple[tuple[Meaning, ...], int]] = [((), start)]
        while open_ways:
            ways = [((*said, one), end) for said, at in open_ways for one, end in hearing.hear(self.form, at)]
            found += [(said, end) for said, end in ways if len(said) == 1 and self.least < 2]
            found += [way for said, end in ways for way in self._ended(hearing, said, end)]
            open_ways = [
                (said, end + len(self.comma))
                for said, end in ways
                if hearing.text.startswith(self.comma, end)
            ]
        return tuple(found)

    def _ended(self, hearing: Hearing, said: tuple[Meaning, ...], at: int) -> list[tuple[Meaning, int]]:
        if not hearing.text.startswith(self.last, at):
            return []
        return [((*said, one), end) for one, end in hearing.hear(self.form, at + len(self.last))]


@dataclass(frozen=True, eq=False)
class Capital:
    """A form that begins with a capital letter."""

    form: Form

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """As the form says it, with a capital."""
        text = self.form.say(meaning, rng)
        return text and text[:1].upper() + text[1:]

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """What the form hears, whether the capital is its own or not."""
        if not hearing.text[start : start + 1].isupper():
            return hearing.hear(self.form, start)
        return (*hearing.hear(self.form, start), *hearing.lowered(start).hear(self.form, start))


@dataclass(frozen=True, eq=False)
class Articled:
    """A value behind the article that suits it: `an express delivery`."""

    form: Form

    def say(self, meaning: Meaning, rng: random.Random) -> str | None:
        """As the form says it, with its article."""
        text = self.form.say(meaning, rng)
        return text and with_article(text)

    def hear(self, hearing: Hearing, start: int) -> Heard:
        """What the form hears behind either article."""
        places = [start + len(word) for word in ("a ", "an ") if hearing.text.startswith(word, start)]
        return tuple(one for place in places for one in hearing.hear(self.form, place))


def template(text: str, slots: Mapping[str, Form]) -> tuple[str | Slot, ...]:
    """The parts of `Move {booking} to {room}`.

    Raises:
        KeyError: it names a slot that there is not.
    """
    pieces = re.split(r"\{(\w+)\}", text)
    parts = [Slot(piece, slots[piece]) if odd % 2 else piece for odd, piece in enumerate(pieces)]
    return tuple(part for part in parts if part != "")


def slots_of(text: str) -> tuple[str, ...]:
    """The names of a template's slots, in order."""
    return tuple(re.findall(r"\{(\w+)\}", text))


def _distinct(heard: Heard) -> Heard:
    found: list[tuple[Meaning, int]] = []
    for one in heard:
        if one not in found:
            found.append(one)
    return tuple(found)
