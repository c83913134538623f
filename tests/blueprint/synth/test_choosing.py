"""The closest domain, and which environments a run is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envscaler_mcp.blueprint.reading import Domain, domain_named, read_domain
from envscaler_mcp.blueprint.synth import Order, closest, planned
from envscaler_mcp.blueprint.synth.planning import spread_out

SMALL = Path(__file__).with_name("small.yaml")


@pytest.fixture(scope="module")
def domains() -> list[Domain]:
    """Two of the package's, and one of a person's own."""
    return [domain_named("hotel_bookings"), domain_named("airline_rebooking"), read_domain(SMALL)]


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("hotel bookings", "hotel_bookings"),
        ("rebook a passenger's flights", "airline_rebooking"),
        ("borrowing tools", "tool_shed"),
    ],
)
def test_a_topic_leads_to_the_domain_with_its_words(domains: list[Domain], topic: str, name: str) -> None:
    best = closest(topic, domains)[0]
    assert (best.domain.name, best.close) == (name, True)
    assert best.words


@pytest.mark.parametrize("topic", ["quantum chromodynamics", "", "of the and"])
def test_what_shares_no_word_is_not_close(domains: list[Domain], topic: str) -> None:
    matches = closest(topic, domains)
    assert not any(match.close for match in matches)
    assert [match.domain.name for match in matches] == sorted(match.domain.name for match in matches)
    assert matches[0].why == "shares no word"


def test_every_domain_comes_once_before_any_comes_twice(domains: list[Domain]) -> None:
    jobs = planned(domains, 5, Order(seed=3))
    assert {job.domain for job in jobs[:3]} == {domain.name for domain in domains}
    assert len({job.name for job in jobs}) == 5
    assert all(len(job.name) <= 48 for job in jobs)
    assert jobs[:3] == planned(domains, 3, Order(seed=3))


def test_another_seed_gives_another_order_and_other_seeds(domains: list[Domain]) -> None:
    again = [domains[2], replace(domains[2], name="another_shed")]
    runs = [planned(again, 2, Order(seed=seed)) for seed in range(8)]
    assert len({tuple(job.domain for job in jobs) for jobs in runs}) == 2
    assert len({job.seed for jobs in runs for job in jobs}) == 16


def test_when_all_compositions_are_used_up_they_come_again_under_numbers(domains: list[Domain]) -> None:
    jobs = planned(domains[2:], 5, Order())
    assert [job.options for job in jobs] == [("repairs",), (), ("repairs",), (), ("repairs",)]
    assert len({job.name for job in jobs}) == len({job.seed for job in jobs}) == 5


def test_the_richest_comes_first_then_what_differs_most() -> None:
    every: list[tuple[str, ...]] = [(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "b", "c")]
    order = [options for options, _ in spread_out(every, lambda _: 1)]
    assert order[:2] == [("a", "b", "c"), ()]
    assert sorted(order) == sorted(every)
    small = [options for options, _ in spread_out(every, lambda one: len(one) < 3)]
    assert small[0] == ("a", "b")


def test_what_clients_cannot_take_is_left_out() -> None:
    """All options of a large domain at once have more tools than clients take, or too long a list."""
    (richest,) = planned([domain_named("airline_rebooking")], 1, Order())
    assert 0 < len(richest.options) < 4
