"""Train, dev and test: by family, with seeds of their own, so that nothing of a test is seen in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.tasks.proposing import RECIPES
from envscaler_mcp.spec.scenario import Band, Split

from .jobs import number_of

Kinds: TypeAlias = dict[Split, tuple[str, ...]]
TENTHS: tuple[Split, ...] = (
    "test", "test", "dev", "train", "train", "train", "train", "train", "train", "train",
)  # fmt: skip
"""A family falls into one of ten parts."""
TEST_SEEDS = 1 << 30
"""Seeds from here on are kept for test: no start state of train or dev is made of one."""


def split_of(family: str) -> Split:
    """The split of a family: it follows from the family alone, in whatever run it occurs."""
    return TENTHS[number_of(f"family {family}") % len(TENTHS)]


def kinds_of(design: Design, band: Band) -> Kinds:
    """The kinds of tasks of a band, by the split that their family falls into."""
    found: Kinds = {}
    composition = "+".join([design.domain, *sorted(design.options)])
    for recipe in RECIPES[band]:
        split = split_of(f"{composition}/{recipe.name}")
        found[split] = (*found.get(split, ()), recipe.name)
    return found


def in_turn(kinds: Kinds) -> Sequence[Split]:
    """The splits of a band, each as often as it has kinds, spread evenly."""
    shares: list[tuple[float, Split]] = sorted(
        ((place + 0.5) / len(names), split) for split, names in kinds.items() for place in range(len(names))
    )
    return [split for _, split in shares]


def seed_for(split: Split, text: str) -> int:
    """A seed for a start state of a split."""
    return number_of(f"{split}/{text}") + (TEST_SEEDS if split == "test" else 0)
