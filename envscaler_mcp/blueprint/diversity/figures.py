"""The figures of one set of environments."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import mean, median

from envscaler_mcp.spec.record import Part

from .effective import effective_number, groups, growth, overlap, similarities
from .graphs import Graph, behaviour_graph, classes, neighbourhoods, part_of, schema_graph
from .plans import plan_classes, shapes
from .subjects import Subject

SIZES = (1, 2, 5, 10, 20, 25, 50, 100, 150, 200, 300, 500)
CLOSEST = 5
LEVEL = 10
"""Tools of the smallest of the released environments that ours are compared with."""
DRAWINGS = 5


class Neighbours(Part):
    """Two environments that are much alike."""

    one: str
    other: str
    similarity: float


class Figures(Part):
    """How much a set of environments differs.

    Attributes:
        schemas: entity, relation and lifecycle graphs that are not the same up to renaming.
        plan_classes: plans that differ in more than their rows.
        plan_shapes: plans that differ in more than rows and names of tools.
        code_overlap, signature_overlap: mean share of refusal codes, and of tools with their parameters,
            that two environments have in common.
        nearest_mean, nearest_most: likeness of an environment to the one most like it.
        closest: the pairs that are most alike.
        groups: how many there are when those that are much alike count as one.
        effective: effective number, by how tools and entities hang together.
        effective_with_plans: the same, with the shapes of plans counted in, where all have plans.
        growth: the effective number of smaller choices of them.
        growth_level: the same at equal size: of each environment only `LEVEL` tools, drawn, count.
    """

    environments: int
    scenarios: int
    tools: float
    entities: float
    rules: float
    schemas: int
    plan_classes: int
    plan_shapes: int
    code_overlap: float
    signature_overlap: float
    nearest_mean: float
    nearest_most: float
    closest: tuple[Neighbours, ...]
    groups: int
    effective: float
    effective_share: float
    effective_with_plans: float | None = None
    growth: dict[str, float]
    growth_level: dict[str, float]


def figures_of(subjects: Sequence[Subject]) -> Figures:
    """Measure a set of environments."""
    graphs = [behaviour_graph(one) for one in subjects]
    rows = similarities([neighbourhoods(one) for one in graphs])
    sizes = [one for one in SIZES if one <= len(subjects)]
    effective = effective_number(rows)
    near = _nearest(rows)
    plans = Counter(f"{one.name} {plan}" for one in subjects for plan in plan_classes(one))
    own_shapes = [shapes(one) for one in subjects]
    planned = bool(subjects) and all(own_shapes)
    whole = _mean_of(rows, similarities(own_shapes)) if planned else None
    return Figures(
        environments=len(subjects),
        scenarios=sum(len(one.tasks) for one in subjects),
        tools=_median(len(one.card.tools) for one in subjects),
        entities=_median(len(one.card.entities) for one in subjects),
        rules=_median(len(one.card.rules) for one in subjects),
        schemas=len(set(classes([schema_graph(one) for one in subjects]))),
        plan_classes=len(plans),
        plan_shapes=len({shape for one in own_shapes for shape in one}),
        code_overlap=overlap([one.codes for one in subjects]),
        signature_overlap=overlap([one.signatures for one in subjects]),
        nearest_mean=round(mean(near), 4) if near else 0.0,
        nearest_most=round(max(near, default=0.0), 4),
        closest=_closest(subjects, rows),
        groups=groups(rows),
        effective=round(effective, 2),
        effective_share=round(effective / len(subjects), 4) if subjects else 0.0,
        effective_with_plans=round(effective_number(whole), 2) if whole else None,
        growth={str(size): value for size, value in growth(rows, sizes).items()},
        growth_level={str(size): value for size, value in growth(_level(graphs), sizes).items()},
    )


def _level(graphs: Sequence[Graph]) -> list[list[float]]:
    """Likeness at equal size, on average over seeded drawings."""
    rng = random.Random("level")
    drawings = [[part_of(one, LEVEL, rng) for one in graphs] for _ in range(DRAWINGS)]
    return _mean_of(*(similarities([neighbourhoods(one) for one in drawn]) for drawn in drawings))


def _nearest(rows: Sequence[Sequence[float]]) -> list[float]:
    if len(rows) < 2:
        return []
    return [max(value for other, value in enumerate(row) if other != one) for one, row in enumerate(rows)]


def _closest(subjects: Sequence[Subject], rows: Sequence[Sequence[float]]) -> tuple[Neighbours, ...]:
    pairs = sorted(
        (-rows[one][other], subjects[other].name, subjects[one].name)
        for one in range(len(rows))
        for other in range(one)
    )
    return tuple(
        Neighbours(one=one, other=other, similarity=round(-value, 4)) for value, one, other in pairs[:CLOSEST]
    )


def _mean_of(*matrices: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[mean(values) for values in zip(*rows, strict=True)] for rows in zip(*matrices, strict=True)]


def _median(values: Iterable[int]) -> float:
    found = list(values)
    return float(median(found)) if found else 0.0
