"""A run that was really played, for pages to show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.run import Run
from envscaler_mcp.spec import RolloutRow

SERVER = "surgery_waitlists"
SCENARIOS = ("emergency", "more-urgent", "two-figures")


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The folder of a run of two agents on three scenarios of a committed server."""
    out = tmp_path_factory.mktemp("runs") / "played"
    said = ["eval", str(root / "generated_servers" / SERVER), "--tier", "rejected", "--out", str(out)]
    agents = ["--agent", "oracle", "--agent", "random", "--agent", "noop", "--max-turns", "12"]
    assert run([*said, *agents, "--scenarios", ",".join(SCENARIOS), "--quiet", "--json"]) == 0
    return out


@pytest.fixture
def copied(played: Path, tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(played, tmp_path / "copied"))


def scored_again(played: Path, to: Path) -> Path:
    """A copy of a run that other checks have judged: what doing nothing earned, and a check that is new."""
    made = Run.open(Path(shutil.copytree(played, to)))
    made.keep_rescored([_passed(row) if row.agent == "noop" else row for row in made.rows()])
    return to


def _passed(row: RolloutRow) -> RolloutRow:
    held = tuple(verdict.model_copy(update={"ok": True}) for verdict in row.verdicts)
    fresh = held[0].model_copy(update={"id": "of-today"})
    return row.model_copy(update={"outcome": "passed", "reward": 1.0, "verdicts": (*held, fresh)})


@pytest.fixture
def opened(played: Path) -> Run:
    return Run.open(played)
