"""Checks of a grading, asked as certify asks them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score
from envscaler_mcp.spec import Grading, Score

State = Mapping[str, Any]


class Judge:
    """Says which checks hold."""

    def __init__(self, runner: CheckRunner) -> None:
        self._runner = runner

    def score(self, grading: Grading, initial: State, final: State) -> Score:
        return ask_and_score(self._runner, grading, dict(initial), dict(final))

    def holding(self, grading: Grading, initial: State, final: State) -> set[str]:
        verdicts = self.score(grading, initial, final).verdicts
        assert not [one for one in verdicts if one.error]
        return {one.id for one in verdicts if one.ok and one.kind in ("goal", "guard")}


@contextmanager
def judge() -> Generator[Judge]:
    with CheckRunner() as runner:
        yield Judge(runner)
