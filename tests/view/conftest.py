"""A run that was really played, for pages to show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.harness.run import Run

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


@pytest.fixture
def opened(played: Path) -> Run:
    return Run.open(played)
