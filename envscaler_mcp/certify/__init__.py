"""The ladder that a server and each scenario must climb."""

from __future__ import annotations

from .bench import Bench, Ending
from .digests import certificate_digests, grading_digest, proven_tier, runtime_digest, server_digest
from .ladder import certify
from .play import (
    Caller,
    Plan,
    Played,
    Unresolved,
    dependents,
    play,
    play_step,
    rearranged,
    references,
    resolve,
    through,
    without,
)
from .probes import Prober
from .recording import oracle_of, writes_of
from .report import GOALS_ALONE, ScenarioReport, ServerReport

__all__ = [
    "GOALS_ALONE",
    "Bench",
    "Caller",
    "Ending",
    "Plan",
    "Played",
    "Prober",
    "ScenarioReport",
    "ServerReport",
    "Unresolved",
    "certificate_digests",
    "certify",
    "dependents",
    "grading_digest",
    "oracle_of",
    "play",
    "play_step",
    "proven_tier",
    "rearranged",
    "references",
    "resolve",
    "runtime_digest",
    "server_digest",
    "through",
    "without",
    "writes_of",
]
