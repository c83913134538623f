"""The certificates of all scenarios of a server as one card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from envscaler_mcp.spec.scenario import TIERS, Certificate, Grading, MutantCount, Tier, VariantCount

MEANINGS: dict[Tier, str] = {
    "rejected": "found unsound; no suite takes it",
    "screened": "it runs, its start state is sound, and doing nothing earns nothing",
    "solved": "a known solution, played through MCP, satisfies every check",
    "certified": "wrong endings are rejected and other right ways accepted",
    "agreed": "somebody who saw only policy, task and tools solved it independently",
}
_PROVES: dict[Tier, str] = {
    "screened": "it runs, its tools pass the linter, and an agent that does nothing earns nothing.",
    "solved": "what counts as solved can be reached with these tools and without breaking a rule, and "
    "comes to the same state in every process.",
    "certified": "the damaged endings counted above earn what the table says, and the other right ways "
    "counted above are accepted.",
    "agreed": "the task, read by somebody who did not write it, means what the checks ask for.",
}
_LACKS: dict[Tier, str] = {
    "solved": "That the scenarios which are only screened can be solved at all.",
    "certified": "That wrong endings of scenarios below *certified* would be noticed.",
    "agreed": "That the task says what the checks ask for: below *agreed*, only its author has solved it.",
}
_NEVER = (
    "That every wrong ending would be noticed: only the kinds of damage listed were tried.",
    "That the domain is complete or true to life, or that a good score here means a good agent elsewhere.",
)


@dataclass(frozen=True)
class CertificateCard:
    """What the README says of all certificates together."""

    certified_by_tier: list[tuple[Tier, int]]
    uncertified: int
    rungs: list[tuple[str, int, int]]
    operators: list[tuple[str, MutantCount]]
    total: MutantCount
    variants: VariantCount
    solvers: list[tuple[str, int, int]]

    @property
    def goal_rate(self) -> str:
        """Share of wrong endings that the goal checks alone reject."""
        return share(self.total.killed_by_goals, self.total.made)

    @property
    def frame_rate(self) -> str:
        """Share of wrong endings that checks and frame reject."""
        return share(self.total.killed, self.total.made)

    @property
    def accept_rate(self) -> str:
        """Share of other right ways that are accepted."""
        return share(self.variants.accepted, self.variants.made)

    @property
    def proves(self) -> list[str]:
        """One sentence for every tier that some scenario has reached, with how many have."""
        whole = self.uncertified + sum(count for _, count in self.certified_by_tier)
        reached: list[tuple[Tier, int]] = [(tier, self._at_least(tier)) for tier in TIERS[1:]]
        lines = [f"{count} of {whole}: {_PROVES[tier]}" for tier, count in reached if count]
        return lines or ["Nothing: no scenario is sound."]

    def _at_least(self, tier: Tier) -> int:
        return sum(count for one, count in self.certified_by_tier if TIERS.index(one) >= TIERS.index(tier))

    @property
    def open(self) -> list[str]:
        """One sentence for every tier that some scenario lacks, and what no tier can prove."""
        lowest = 0 if self.uncertified else min(TIERS.index(tier) for tier, _ in self.certified_by_tier)
        return [*(_LACKS[tier] for tier in TIERS[lowest + 1 :] if tier in _LACKS), *_NEVER]


def sum_up(gradings: Sequence[Grading]) -> CertificateCard:
    """Add the certificates of all scenarios."""
    certificates = [grading.certificate for grading in gradings if grading.certificate]
    tiers = Counter(certificate.tier for certificate in certificates)
    operators = _operators(certificates)
    return CertificateCard(
        certified_by_tier=[(tier, tiers[tier]) for tier in reversed(TIERS) if tiers[tier]],
        uncertified=len(gradings) - len(certificates),
        rungs=_tallied([(rung.name, rung.ok) for one in certificates for rung in one.rungs]),
        operators=sorted(operators.items()),
        total=_added(list(operators.values())),
        variants=VariantCount(
            made=sum(one.variants.made for one in certificates),
            accepted=sum(one.variants.accepted for one in certificates),
        ),
        solvers=_tallied([(solver.who, solver.agreed) for one in certificates for solver in one.solvers]),
    )


def share(part: int, whole: int) -> str:
    """A share in percent, rounded down: 100 % is all of them."""
    if not whole:
        return "–"
    percent = f"{1000 * part // whole / 10:.1f}" if part < whole else "100"
    return f"{percent} % ({part} of {whole})"


def _operators(certificates: Sequence[Certificate]) -> dict[str, MutantCount]:
    names = {name for one in certificates for name in one.mutants}
    return {
        name: _added([one.mutants[name] for one in certificates if name in one.mutants]) for name in names
    }


def _added(counts: Sequence[MutantCount]) -> MutantCount:
    return MutantCount(
        made=sum(count.made for count in counts),
        killed_by_goals=sum(count.killed_by_goals for count in counts),
        killed=sum(count.killed for count in counts),
    )


def _tallied(marks: Sequence[tuple[str, bool]]) -> list[tuple[str, int, int]]:
    """Name → how often it was true, how often it was tried; in order of first appearance."""
    tried = Counter(name for name, _ in marks)
    reached = Counter(name for name, ok in marks if ok)
    return [(name, reached[name], count) for name, count in tried.items()]
