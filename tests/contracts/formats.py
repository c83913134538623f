"""Which model reads which example: every format of the contracts, once at least."""

from __future__ import annotations

from pathlib import Path

from envscaler_mcp import spec

EXAMPLES = Path(__file__).parent / "examples"

FILES: dict[str, type[spec.Part]] = {
    "scenario.json": spec.Scenario,
    "grading.json": spec.Grading,
    "environment.json": spec.EnvironmentCard,
    "environment.minimal.json": spec.EnvironmentCard,
    "score.json": spec.Score,
    "trajectory.json": spec.Trajectory,
    "suite.yaml": spec.Suite,
    "suite.lock.json": spec.SuiteLock,
    "run.json": spec.RunCard,
    "host.episode_request.json": spec.EpisodeRequest,
    "host.episode_request_start.json": spec.EpisodeRequest,
    "host.fork_request.json": spec.ForkRequest,
    "host.episode_created.json": spec.EpisodeCreated,
    "host.episode_status.json": spec.EpisodeStatus,
    "host.error.json": spec.HostError,
}
LINES: dict[str, tuple[type[spec.Part], ...]] = {
    "journal.jsonl": (spec.JournalHeader, spec.JournalEntry, spec.JournalEntry),
    "rollouts.jsonl": (spec.RolloutRow, spec.RolloutRow),
}
JSON_FILES = {name: model for name, model in FILES.items() if name.endswith(".json")}
RECORDS = {name: model for name, model in FILES.items() if issubclass(model, spec.Record)}
