import datetime as dt
from typing import Any

import pytest

from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner
from envscaler_mcp.scoring import ask_and_score, checks_reject, defects, reward_of, score
from envscaler_mcp.spec import Check, Frame, Grading

INITIAL = {"rows": {"a": {"n": 1}, "b": {"n": 1}}}
FINAL = {"rows": {"a": {"n": 2}, "b": {"n": 1}}}
YES, NO, CRASH = (
    CheckResult(True),
    CheckResult(False),
    CheckResult(None, "ZeroDivisionError: division by zero"),
)


def grading(*kinds: str, weights: Any = None, frame: Frame | None = None) -> Grading:
    checks = tuple(
        Check(id=f"c{n}", kind=kind, text="", source="", weight=(weights or {}).get(n, 1))  # type: ignore[arg-type]
        for n, kind in enumerate(kinds)
    )
    return Grading(id="x", checks=checks, frame=frame)


def test_success_takes_everything() -> None:
    framed = grading("goal", "guard", frame=Frame(changed=("/rows/a/n",)))
    assert score(framed, INITIAL, FINAL, answers=[YES, YES]).success
    assert not score(framed, INITIAL, FINAL, answers=[YES, NO]).success
    assert not score(framed, INITIAL, FINAL, answers=[YES, YES], broken_rules=["r"]).success


def test_the_frame_names_the_collateral() -> None:
    scored = score(grading("goal", frame=Frame()), INITIAL, FINAL, answers=[YES])
    assert (scored.success, scored.reward, scored.collateral) == (False, 0.0, ("/rows/a/n",))
    assert not checks_reject(scored)


def test_without_a_frame_there_is_no_verdict_on_it() -> None:
    scored = score(grading("goal"), INITIAL, FINAL, answers=[YES])
    assert scored.success
    assert [verdict.kind for verdict in scored.verdicts] == ["goal"]


def test_unclassified_checks_count_for_the_paper_only() -> None:
    scored = score(grading("goal", "unclassified", "unclassified"), INITIAL, FINAL, answers=[YES, NO, CRASH])
    assert scored.success
    assert (scored.progress, scored.reward_paper) == (1.0, 0.3333)


def test_nothing_asked_is_nothing_won() -> None:
    assert not score(grading("guard", "unclassified"), INITIAL, FINAL, answers=[YES, YES]).success
    assert score(grading(), INITIAL, FINAL, answers=[]).reward_paper == 0.0


def test_progress_is_weighted_over_goals() -> None:
    scored = score(grading("goal", "goal", "guard", weights={0: 3}), INITIAL, FINAL, answers=[YES, NO, NO])
    assert (scored.progress, scored.reward, scored.reward_paper) == (0.75, 0.0, 0.3333)
    assert [reward_of(scored, kind) for kind in ("success", "progress", "paper")] == [0.0, 0.75, 0.3333]


def test_a_crash_is_a_defect_and_not_merely_false() -> None:
    scored = score(grading("goal", "goal"), INITIAL, FINAL, answers=[CRASH, YES])
    assert not scored.success
    assert [verdict.id for verdict in defects(scored)] == ["c0"]
    assert defects(score(grading("goal"), INITIAL, FINAL, answers=[NO])) == ()


@pytest.fixture(scope="module")
def runner() -> Any:
    with CheckRunner() as running:
        yield running


def test_with_real_checks(runner: CheckRunner) -> None:
    source = (
        "def check(initial, final):\n    return final['rows']['a']['n'] == initial['rows']['a']['n'] + 1\n"
    )
    asked = Grading(
        id="x",
        checks=(Check(id="up", kind="goal", text="", source=source),),
        frame=Frame(changed=("/rows/a",)),
    )
    assert ask_and_score(runner, asked, INITIAL, FINAL).success
    assert not ask_and_score(runner, asked, INITIAL, INITIAL).success


def test_checks_see_the_time_of_the_scenario(runner: CheckRunner) -> None:
    source = """
import datetime

def check(initial, final):
    return datetime.date.today() == datetime.date(2031, 5, 6) and datetime.datetime.now().hour == 9
"""
    asked = Grading(id="x", checks=(Check(id="today", kind="goal", text="", source=source),))
    then = dt.datetime(2031, 5, 6, 9, tzinfo=dt.UTC)
    assert ask_and_score(runner, asked, INITIAL, FINAL, now=then).success
    assert not ask_and_score(runner, asked, INITIAL, FINAL, now=then + dt.timedelta(days=1)).success
