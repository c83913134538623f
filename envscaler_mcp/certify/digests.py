"""What a certificate is about, by digest, and what it was made with."""

from __future__ import annotations

from functools import cache

from envscaler_mcp.render.rendering import runtime_files
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import Grading, Scenario, Tier

_NOT_PROVEN = ("digests", "changelog", "provenance", "problems", "policy")


def certificate_digests(folder: ServerFolder, scenario: Scenario, grading: Grading) -> dict[str, str]:
    """Server, scenario, grading and runtime; a change in one of them voids the certificate."""
    return {
        "server": server_digest(folder),
        "scenario": scenario.digest(),
        "grading": grading_digest(grading),
        "runtime": runtime_digest(),
    }


def proven_tier(folder: ServerFolder, scenario: Scenario, grading: Grading) -> Tier:
    """The tier of a certificate that is about just these files; `rejected` where there is none."""
    certificate = grading.certificate
    if certificate is None or certificate.digests != certificate_digests(folder, scenario, grading):
        return "rejected"
    return certificate.tier


def server_digest(folder: ServerFolder) -> str:
    """Source, tools, policy and card; not the scenarios, nor the gradings with their certificates."""
    card = {key: value for key, value in folder.card.to_json().items() if key not in _NOT_PROVEN}
    bundle = folder.bundle
    return digest([card, bundle.text("environment.py"), bundle.tools, bundle.policy])


def grading_digest(grading: Grading) -> str:
    """Checks, frame and oracle: what a certificate is given for."""
    beside = {"certificate": None, "oracle_digest": None, "wording": None}
    return digest(grading.model_copy(update=beside).to_json())


@cache
def runtime_digest() -> str:
    """The runtime that the environment was run with."""
    return digest(runtime_files())
