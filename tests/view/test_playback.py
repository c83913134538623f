"""Which check held after which call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envscaler_mcp.harness.run import Run
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.view.playback import Playback, play_back

from .conftest import SERVER


@pytest.fixture(scope="module")
def checks() -> Iterator[CheckRunner]:
    with CheckRunner() as runner:
        yield runner


@pytest.fixture
def folder(root: Path) -> ServerFolder:
    return ServerFolder.load(root / "generated_servers" / SERVER)


def test_every_rollout_ends_with_the_verdicts_of_its_day(
    opened: Run, folder: ServerFolder, checks: CheckRunner
):
    rows = opened.rows()
    assert len(rows) == 9
    for row in rows:
        play = play_back(opened, row, folder, checks)
        assert play.notes == ()
        for one in play.asked:
            assert len(one.held) in (0, len(play.moments) + 1)
            assert not one.held or one.held[-1] == one.verdict.ok or one.missing


def test_the_oracle_turns_every_goal_green_at_a_call_that_changed_something(
    opened: Run, folder: ServerFolder, checks: CheckRunner
):
    for row in (row for row in opened.rows() if row.agent == "oracle"):
        play = play_back(opened, row, folder, checks)
        goals = [one for one in play.asked if one.verdict.kind == "goal"]
        assert goals
        assert all(all(one.held) for one in play.asked if one.verdict.kind == "frame")
        for goal in goals:
            assert goal.text
            assert goal.held[0] is False
            assert play.moments[goal.turned[-1] - 1].changes
            assert goal.verdict.id in play.moments[goal.turned[-1] - 1].now_hold
            assert goal.why == f"It holds since call {goal.turned[-1]}." or len(goal.turned) > 1


def test_without_its_server_a_rollout_is_shown_and_says_what_is_missing(opened: Run, checks: CheckRunner):
    play: Playback = play_back(opened, opened.rows()[0], None, checks)
    assert play.moments
    assert "grading" in play.notes[0]
    assert all(one.held == () and one.why for one in play.asked)


def test_a_damaged_trajectory_is_a_note(copied: Path, folder: ServerFolder, checks: CheckRunner):
    run = Run.open(copied)
    row = run.rows()[0]
    (copied / "trajectories" / f"{row.id}.json.zst").write_bytes(b"no")
    play = play_back(run, row, folder, checks)
    assert play.moments == []
    assert "cannot be shown" in play.notes[0]
