"""How a run stands while it is played."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from rich.console import Console

from envscaler_mcp.cli.eval_live import Board, watched
from envscaler_mcp.cli.output import Output
from tests.harness.rows import row


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(board: Board) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(board.picture())
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_resumed_run_counts_what_it_holds_and_paces_what_is_new():
    clock = Clock()
    board = Board(["a", "b"], 10, [row("passed", 1.0), row("failed", 0.0)], clock)
    assert board.seconds_left is None
    clock.now = 8.0
    for _ in range(4):
        board.add(row("passed", 1.0, agent="b", cost_usd=0.25, tokens=100))
    assert board.seconds_left == 8.0
    line = board.line()
    for part in (
        "6/10",
        "83 % passed",
        "0.5/s",
        "$1.00",
        "0:08 gone",
        "about 0:08 left",
        "5 passed, 1 failed",
    ):
        assert part in line
    assert "400" in drawn(board)


def test_what_is_no_evidence_is_no_failure_and_is_told_by_kind():
    board = Board(["a"], 3, clock=Clock())
    board.add(row("passed", 1.0))
    for _ in range(2):
        board.add(row("infrastructure_error", None, error="ConnectError: nobody there\nmore"))
    assert "100 % passed" in board.line()
    assert "2 × infrastructure error: ConnectError: nobody there" in drawn(board)
    assert "left" not in board.line()


def test_a_log_gets_the_end_and_what_broke_and_quiet_gets_nothing(capsys: pytest.CaptureFixture[str]):
    for quiet, expected in ((False, ["r: agent error (oh)", "eval 50/50"]), (True, [])):
        with watched(Output(quiet=quiet), Board(["a"], 50, clock=Clock())) as told:
            for number in range(50):
                told(row("passed", 1.0) if number else row("agent_error", 0.0, error="oh"))
        lines = capsys.readouterr().err.splitlines()
        assert [line[: len(one)] for line, one in zip(lines, expected, strict=True)] == expected
