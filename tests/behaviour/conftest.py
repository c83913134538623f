"""Fixtures over the real releases of ../shared."""

from __future__ import annotations

from pathlib import Path

import pytest

from .released import Imported, imported


@pytest.fixture(scope="session")
def envscaler(shared: Path) -> Path:
    return shared / "data" / "envscaler"


@pytest.fixture(scope="session")
def release(envscaler: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """25 environments with 37 scenarios."""
    place = tmp_path_factory.mktemp("release")
    return imported(envscaler / "environments.json", envscaler / "scenarios.json", place)


@pytest.fixture(scope="session")
def played(envscaler: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The same environments with the 9 scenarios as they were played."""
    place = tmp_path_factory.mktemp("played")
    return imported(envscaler / "environments.json", envscaler / "played_scenarios.json", place)


@pytest.fixture(scope="session")
def pipeline_run(envscaler: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The EHR system of one pipeline run, with 14 scenarios."""
    place = tmp_path_factory.mktemp("pipeline")
    run = envscaler / "one_pipeline_run"
    return imported(run / "environments.json", run / "scenarios.json", place)
