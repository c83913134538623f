"""Texts: after their likeness, told apart, and the same for the same seed."""

from __future__ import annotations

import re

import pytest

from envscaler_mcp.blueprint.likes import LIKES
from envscaler_mcp.blueprint.world.texts import Texts


@pytest.mark.parametrize("like", [*LIKES, "A-##", ["a", "b", "c"], "ward", ""])
def test_the_same_seed_makes_the_same_texts(like) -> None:
    made = [[texts.text(like) for _ in range(10)] for texts in (Texts(7), Texts(7))]
    assert made[0] == made[1]
    assert all(made[0])


def test_people_have_a_first_and_a_last_name_that_can_be_typed() -> None:
    texts = Texts(1)
    names = [texts.text("person") for _ in range(200)]
    assert all(re.fullmatch(r"[\w'-]{3,14} [\w'-]{3,14}", name) for name in names)
    assert len(set(names)) > 190


@pytest.mark.parametrize(
    ("mask", "pattern"),
    [
        ("A-##", r"[A-Z]-[1-9]\d"),
        ("###", r"[1-9]\d\d"),
        ("IM-####", r"IM-[1-9]\d{3}"),
        ("Flat ##", r"Flat [1-9]\d"),
    ],
)
def test_masks_stand_for_letters_and_digits(mask: str, pattern: str) -> None:
    texts = Texts(2)
    assert all(re.fullmatch(pattern, texts.text(mask)) for _ in range(50))


def test_what_is_taken_is_not_given_again_while_there_is_another() -> None:
    texts, taken = Texts(3), list[str]()
    for _ in range(3):
        taken.append(texts.text(("a", "b", "c"), taken=taken))
    assert sorted(taken) == ["a", "b", "c"]
    assert texts.text(("a", "b", "c"), taken=taken) in taken


def test_a_namesake_shares_the_last_name() -> None:
    assert Texts(4).namesake("Jonas Berg").endswith(" Berg")
