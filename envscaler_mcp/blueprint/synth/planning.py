"""Which environments a run makes: spread over domains and over what each can be composed to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from envscaler_mcp.blueprint.reading import Domain

from .fitting import Fitting
from .jobs import Job, Order

Composition = tuple[str, ...]


@dataclass(frozen=True)
class _Choice:
    """A composition of a domain, and how long the server's name may be beside its tools' names."""

    place: int
    options: Composition
    room: int


def planned(
    domains: Sequence[Domain], count: int, order: Order, *, files: Sequence[str] = ()
) -> tuple[Job, ...]:
    """So many jobs: every domain once before the second composition of any.

    Of each domain the richest composition that clients can take comes first, then always the one that
    differs most from those that were taken. The same arguments give the same jobs.

    Args:
        domains: to choose from.
        count: how many environments.
        order: what was asked for of each.
        files: beside each domain its file, where it is none of the package's.
    """
    rng = random.Random(f"synth/{order.seed}")
    places = list(range(len(domains)))
    rng.shuffle(places)
    named: set[str] = set()
    jobs: list[Job] = []
    for choice in islice(_rounds(domains, places), count):
        domain = domains[choice.place]
        name = _name(domain.name, choice, named)
        named.add(name)
        file = files[choice.place] if files else ""
        jobs.append(Job(name, domain.name, file, choice.options, order))
    return tuple(jobs)


def _rounds(domains: Sequence[Domain], places: Sequence[int]) -> Iterator[_Choice]:
    """One composition of every domain, again and again; when all have had theirs, from the start."""
    while True:
        left = {place: _usable(domains[place], place) for place in places}
        taken = 0
        while left:
            for place in list(left):
                choice = next(left[place], None)
                if choice is None:
                    del left[place]
                else:
                    taken += 1
                    yield choice
        if not taken:
            return


def spread_out(
    compositions: Sequence[Composition], room: Callable[[Composition], int]
) -> Iterator[tuple[Composition, int]]:
    """The richest first, then always the one that differs most from all before it; ties in their order.

    Args:
        compositions: to choose from.
        room: asked of each in turn; 0 leaves it out.
    """
    left = list(compositions)
    taken: list[Composition] = []
    while left:
        best = max(left, key=lambda one: (_distance(one, taken), len(one), -left.index(one)))
        left.remove(best)
        if found := room(best):
            taken.append(best)
            yield best, found


def _distance(one: Composition, taken: Sequence[Composition]) -> int:
    """In how many options it differs from the nearest."""
    return min((len({*one} ^ {*other}) for other in taken), default=0)


def _usable(domain: Domain, place: int) -> Iterator[_Choice]:
    """The compositions that clients can take; the rest are too large for them, or do not read."""
    found = spread_out(domain.compositions(), Fitting(domain).room)
    return (_Choice(place, options, room) for options, room in found)


def _name(domain: str, choice: _Choice, taken: set[str]) -> str:
    """`hotel_bookings_waitlist`; where that is too long or taken already, numbered."""
    joined = "_".join((domain, *choice.options))
    if len(joined) <= choice.room and joined not in taken:
        return joined
    stem, number = domain[: choice.room - 4].rstrip("_"), 2
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"
