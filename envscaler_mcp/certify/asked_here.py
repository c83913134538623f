"""Checks asked in this very process, for gradings that nobody but our own compiler has written.

Where they count most, and now and then, the interpreter that scores rollouts is asked as well; a check
that the two answer differently is a defect.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner
from envscaler_mcp.spec import State

AT_FIRST = 4
"""So many pairs of states of each grading are asked of both; start and oracle end are among them."""
AFTERWARDS = 12
"""Then one pair in so many; and every pair that passes."""


class AskedHere:
    """Asks checks here, and sometimes `runner` too.

    Args:
        runner: the interpreter that scores rollouts.
    """

    def __init__(self, runner: CheckRunner) -> None:
        self._runner = runner
        self._pairs: Counter[int] = Counter()

    def run(
        self, sources: Sequence[str], initial: State, final: State, *, now: dt.datetime | None = None
    ) -> list[CheckResult]:
        """Answers in the order of the sources; our own compiler's checks ask for no time here."""
        here = [_ask(source, initial, final) for source in sources]
        number = self._pairs[key := hash(tuple(sources))]
        self._pairs[key] += 1
        if number >= AT_FIRST and number % AFTERWARDS and not all(answer.ok for answer in here):
            return here
        there = self._runner.run(sources, initial, final, now=now)
        return [_agreed(one, other) for one, other in zip(here, there, strict=True)]


def _ask(source: str, initial: State, final: State) -> CheckResult:
    try:
        said = _check(source)(initial, final)
    except Exception as error:  # noqa: BLE001 (a check that crashes is a finding)
        return CheckResult(None, f"{type(error).__name__}: {error}"[:200])
    return CheckResult(said) if isinstance(said, bool) else CheckResult(None, "returned no bool")


def _agreed(here: CheckResult, there: CheckResult) -> CheckResult:
    if here.ok is there.ok:
        return there
    return CheckResult(None, f"CPython says {here.ok}, the checks' interpreter {there.ok} ({there.error})")


@lru_cache(maxsize=512)
def _check(source: str) -> Callable[[State, State], Any]:
    namespace: dict[str, Any] = {}
    exec(compile(source, "check.py", "exec"), namespace)  # noqa: S102 (our own compiler's output)
    return namespace["check"]
