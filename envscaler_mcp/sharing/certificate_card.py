"""`certificate.json`: what is proven of each scenario, for whoever gets a server without its grading.

It holds tiers, counts and digests, and nothing of checks, oracle or evidence: an agent may read it.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from envscaler_mcp.certify import proven_tier
from envscaler_mcp.render.summing_up import sum_up
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Certificate, Grading, MutantCount, Part, Record, Tier, VariantCount

CERTIFICATE = "certificate.json"


class ScenarioProof(Part):
    """How far one scenario is proven, and which files that is about."""

    id: str
    tier: Tier
    rungs: dict[str, bool] = Field(default_factory=dict[str, bool])
    mutants: MutantCount = MutantCount(made=0, killed_by_goals=0, killed=0)
    variants: VariantCount = VariantCount()
    solvers: int = 0
    digests: dict[str, str] = Field(default_factory=dict[str, str])
    versions: dict[str, str] = Field(default_factory=dict[str, str])


class CertificateFile(Record):
    """The proofs of all scenarios of one server."""

    kind_of_file: ClassVar[str] = "certificate"
    server: str
    version: str
    scenarios: tuple[ScenarioProof, ...]
    proves: tuple[str, ...]
    does_not_prove: tuple[str, ...]


def certificate_card(folder: ServerFolder) -> CertificateFile:
    """Read the gradings of a server; a certificate about other files counts for nothing.

    Raises:
        BadInput: a file of the server is damaged.
    """
    gradings = {identifier: _counted(folder, identifier) for identifier in folder.ids}
    summed = sum_up([grading for grading in gradings.values() if grading])
    return CertificateFile(
        server=folder.card.name,
        version=folder.card.version,
        scenarios=tuple(_proof(identifier, grading) for identifier, grading in gradings.items()),
        proves=tuple(summed.proves),
        does_not_prove=tuple(summed.open) if summed.certified_by_tier else (),
    )


def _counted(folder: ServerFolder, identifier: str) -> Grading | None:
    """The grading, without a certificate that is about other files."""
    grading = folder.grading(identifier)
    if grading is None or grading.certificate is None:
        return grading
    tier = proven_tier(folder, folder.scenario(identifier), grading)
    return grading if tier == grading.certificate.tier else grading.model_copy(update={"certificate": None})


def _proof(identifier: str, grading: Grading | None) -> ScenarioProof:
    certificate = grading.certificate if grading else None
    if certificate is None:
        return ScenarioProof(id=identifier, tier="rejected")
    return ScenarioProof(
        id=identifier,
        tier=certificate.tier,
        rungs={rung.name: rung.ok for rung in certificate.rungs},
        mutants=_added(certificate),
        variants=certificate.variants,
        solvers=sum(solver.agreed for solver in certificate.solvers),
        digests=certificate.digests,
        versions=certificate.versions,
    )


def _added(certificate: Certificate) -> MutantCount:
    counts = certificate.mutants.values()
    return MutantCount(
        made=sum(one.made for one in counts),
        killed_by_goals=sum(one.killed_by_goals for one in counts),
        killed=sum(one.killed for one in counts),
    )
