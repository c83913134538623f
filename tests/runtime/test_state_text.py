"""The text of a state kept row by row is the text of the state, whatever a tool does to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticSerializationError

from envscaler_mcp.runtime.standalone.canonical import canonical, loads
from envscaler_mcp.runtime.standalone.environment import Entity, Environment
from envscaler_mcp.runtime.standalone.state_text import StateText, row_kinds


class Stop(Entity):
    place: str
    minutes: float = 0.0


class Tour(Entity):
    id: str
    day: dt.date = dt.date(2026, 3, 2)
    stops: list[Stop] = Field(default_factory=list[Stop])
    marks: dict[str, int] = Field(default_factory=dict[str, int])
    free: Any = None


class Van(Entity):
    id: str
    seats: int = 1


class Depot(Environment):
    tours: dict[str, Tour]
    opening: int = 8
    vans: dict[str, Van]
    notes: list[str] = Field(default_factory=list[str])


class Watched(Environment):
    vans: dict[str, Van]

    @model_validator(mode="after")
    def enough_seats(self) -> Watched:
        if sum(van.seats for van in self.vans.values()) < 1:
            raise ValueError("no seat is left")
        return self


def depot() -> Depot:
    return Depot(
        tours={name: Tour(id=name) for name in ("T-1", "T-2", 'T"ü')},
        vans={f"V-{n}": Van(id=f"V-{n}") for n in range(3)},
    )


def _swap(world: Depot, key: str) -> None:
    world.tours = dict(reversed(world.tours.items()))


def _remove(world: Depot, key: str) -> None:
    world.tours.pop(key, None)


def _add(world: Depot, key: str) -> None:
    world.tours[key] = Tour(id=key, marks={"b": 1, "a": 2})


def _edit(world: Depot, key: str) -> None:
    for tour in world.tours.values():
        tour.stops.append(Stop(place=key, minutes=len(tour.stops) / 2))
        break


def _retype(world: Depot, key: str) -> None:
    for tour in world.tours.values():
        tour.free = True if tour.free is None else 1 if tour.free is True else 1.5


def _elsewhere(world: Depot, key: str) -> None:
    world.opening += 1
    world.notes.append(key)


def _nothing(world: Depot, key: str) -> None:
    assert world


EDITS = (_swap, _remove, _add, _edit, _retype, _elsewhere, _nothing)
KEYS = st.sampled_from(["T-1", "T-2", 'T"ü', "new", "e\\n", "1.0"])


@given(st.lists(st.tuples(st.sampled_from(EDITS), KEYS), max_size=12))
def test_it_is_the_text_of_the_state(edits: list[tuple[Any, str]]) -> None:
    world = depot()
    text = StateText(world)
    for edit, key in [(_nothing, ""), *edits]:
        edit(world, key)
        settled = text.settle()
        assert Depot.model_validate_json(settled) == world
        assert [*loads(settled)["tours"]] == [*world.tours]
        assert text.canonical() == canonical(world.model_dump(mode="json"))


def settled_twice() -> tuple[Depot, StateText]:
    world = depot()
    text = StateText(world)
    text.settle()
    text.settle()
    return world, text


def test_a_row_of_another_type_is_refused() -> None:
    world, text = settled_twice()
    world.vans["V-1"] = Stop(place="x")  # type: ignore[assignment]
    with pytest.raises((ValidationError, PydanticSerializationError)):
        text.settle()


def test_a_value_of_another_type_is_refused_even_where_its_text_would_do() -> None:
    world, text = settled_twice()
    world.tours["T-1"].day = "2026-03-05"  # type: ignore[assignment]
    with pytest.raises(PydanticSerializationError):
        text.settle()


def test_a_key_that_is_no_text_is_refused() -> None:
    world, text = settled_twice()
    world.vans[7] = Van(id="7")  # type: ignore[index]
    with pytest.raises((TypeError, ValidationError, PydanticSerializationError)):
        text.settle()


def test_a_class_that_looks_at_the_whole_is_asked_about_the_whole() -> None:
    assert row_kinds(Watched) == {}
    world = Watched(vans={"V-1": Van(id="V-1")})
    text = StateText(world)
    text.settle()
    text.settle()
    world.vans["V-1"].seats = 0
    with pytest.raises(ValidationError, match="no seat is left"):
        text.settle()


def test_rows_are_judged_alone_where_they_can_be() -> None:
    assert row_kinds(Depot) == {"tours": Tour, "vans": Van}
