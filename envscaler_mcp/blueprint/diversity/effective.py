"""How many environments a set effectively is, when those that are alike count less.

The Vendi score (D. Friedman and A. B. Dieng, The Vendi Score: a diversity evaluation metric for machine
learning, TMLR 2023): exp of the entropy of the eigenvalues of the matrix of likenesses, divided by the
number of members. n members without likeness are n; n copies are 1.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

Matrix = Sequence[Sequence[float]]
GROUPED = 0.75
"""Members that are so much alike are of one group."""


def alike(one: Counter[str], other: Counter[str]) -> float:
    """Between 0 (nothing shared) and 1 (the same shares of everything): the cosine of the roots of shares."""
    small, large = sorted((one, other), key=len)
    total = sum(math.sqrt(count * large[name]) for name, count in small.items() if name in large)
    whole = math.sqrt(one.total() * other.total())
    return min(1.0, total / whole) if whole else 0.0


def similarities(members: Sequence[Counter[str]]) -> list[list[float]]:
    """Of each to each."""
    rows = [[0.0] * len(members) for _ in members]
    for place, one in enumerate(members):
        rows[place][place] = 1.0
        for other in range(place):
            rows[place][other] = rows[other][place] = alike(one, members[other])
    return rows


def effective_number(rows: Matrix, chosen: Sequence[int] | None = None) -> float:
    """The effective number of the chosen members (all of them, if not said)."""
    places = list(range(len(rows))) if chosen is None else list(chosen)
    if not places:
        return 0.0
    matrix: Any = np.array([[rows[one][other] for other in places] for one in places]) / len(places)
    shares = [float(value) for value in np.linalg.eigvalsh(matrix) if value > 1e-12]
    return math.exp(-sum(value * math.log(value) for value in shares))


def growth(rows: Matrix, sizes: Sequence[int], rounds: int = 20) -> dict[int, float]:
    """The effective number of so many members, on average over seeded choices of them."""
    rng = random.Random("diversity")
    found: dict[int, float] = {}
    for size in sizes:
        drawn = [rng.sample(range(len(rows)), size) for _ in range(1 if size == len(rows) else rounds)]
        found[size] = round(sum(effective_number(rows, one) for one in drawn) / len(drawn), 2)
    return found


def groups(rows: Matrix) -> int:
    """How many groups there are, when whoever is much like a member of a group belongs to it."""
    left = set(range(len(rows)))
    count = 0
    while left:
        count += 1
        reached = [left.pop()]
        while reached:
            one = reached.pop()
            near = {other for other in left if rows[one][other] >= GROUPED}
            left -= near
            reached += near
    return count


def overlap(sets: Sequence[frozenset[str]]) -> float:
    """The mean of what two of them share (Jaccard), over all pairs."""
    pairs = [
        len(one & other) / len(one | other)
        for place, one in enumerate(sets)
        for other in sets[:place]
        if one | other
    ]
    return round(sum(pairs) / len(pairs), 4) if pairs else 0.0
