"""What to make: an order for a run, and one job for each environment of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.reading import Domain, domain_named, read_domain
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import versions
from envscaler_mcp.spec.scenario import Band

Mixture = Literal["easy", "medium", "hard", "mixed"]
BANDS: tuple[Band, ...] = ("easy", "medium", "hard")


@dataclass(frozen=True)
class Order:
    """What was asked for of every environment.

    Attributes:
        scenarios: so many for each.
        difficulty: of which band; `mixed` takes all three in turn.
        seed: decides everything that is left open.
    """

    scenarios: int = 10
    difficulty: Mixture = "mixed"
    seed: int = 0

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands, in turn."""
        return BANDS if self.difficulty == "mixed" else (self.difficulty,)


@dataclass(frozen=True)
class Job:
    """One environment to be made. It is small and plain, so that another process can be given it.

    Attributes:
        name: of the server, unique within the run.
        domain: name of a domain of the package, where `file` is empty.
        file: path of a domain file.
        options: which of its options.
        order: what was asked for.
    """

    name: str
    domain: str
    file: str
    options: tuple[str, ...]
    order: Order

    @cached_property
    def seed(self) -> int:
        """Of this environment: it follows from the order's seed and the name."""
        return number_of(f"{self.order.seed}/{self.name}")

    def read(self) -> Domain:
        """The domain. Raises BadInput."""
        return read_domain(Path(self.file)) if self.file else domain_named(self.domain)

    def design(self) -> Design:
        """The design, under the server's name. Raises BadInput."""
        return replace(self.read().design(self.options), name=self.name)

    def digest(self) -> str:
        """Of everything that the environment depends on; where it is the same, so is the environment."""
        order = [self.order.scenarios, self.order.difficulty, self.order.seed]
        source = self.read().path.read_text(encoding="utf-8")
        return digest([self.name, self.domain, list(self.options), order, source, versions()])


def number_of(text: str, bits: int = 30) -> int:
    """A number that follows from a text, on any machine."""
    return int.from_bytes(hashlib.blake2s(text.encode(), digest_size=8).digest(), "big") >> (64 - bits)
