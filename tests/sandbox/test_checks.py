"""Checks: Monty's verdicts, limits, isolation of one from the next, and the way to a worker."""

from __future__ import annotations

import asyncio
import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.sandbox import checks
from envscaler_mcp.sandbox.check_policy import plan
from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner

STATE: dict[str, Any] = {"rows": {"a": {"n": 1, "tags": ["x"]}}}


def source(body: str, top: str = "") -> str:
    return f"{top}\ndef check(initial, final):\n    {body}\n"


@pytest.fixture(scope="module")
def runner() -> Iterator[CheckRunner]:
    with CheckRunner() as made:
        yield made


def ask(runner: CheckRunner, *sources: str) -> list[CheckResult]:
    return runner.run(sources, STATE, copy.deepcopy(STATE))


def test_verdicts_come_in_order(runner: CheckRunner):
    bodies = ("return True", "return initial == final", "return final['rows']['a']['n'] == 2")
    assert ask(runner, *map(source, bodies)) == [CheckResult(True), CheckResult(True), CheckResult(False)]


def test_no_checks_no_results(runner: CheckRunner):
    assert ask(runner) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("return 1", "returned int, not a bool"),
        ("return float('nan')", "returned float, not a bool"),
        ("return {1}", "returned set, not a bool"),
        ("return '\\ud800'", "returned str, not a bool"),
        ("return 10 ** 400", "returned int, not a bool"),
        ("return (True, None)", "returned tuple, not a bool"),
        ("pass", "returned NoneType, not a bool"),
        ("return final['nope']", "KeyError: nope"),
        ("return check(initial, final)", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_what_is_no_bool_is_no_verdict(runner: CheckRunner, body: str, error: str):
    assert ask(runner, source(body)) == [CheckResult(None, error)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("def check(initial, final:", "SyntaxError: '(' was never closed in line 1"),
        (
            "def test(initial, final):\n    return True",
            "the source defines no function check(initial, final)",
        ),
        ("x = " + "(" * 500 + ")" * 500, "SyntaxError: too many nested parentheses in line 1"),
        ("#" * 70000, "the source is longer than 65536 characters"),
        ("x = '\ud800'", "the source cannot be parsed (UnicodeEncodeError)"),
    ],
)
def test_what_is_no_check_says_why(runner: CheckRunner, text: str, error: str):
    assert ask(runner, text, source("return True")) == [CheckResult(None, error), CheckResult(True)]


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "rows = []\n    while True: rows.append('x' * 1000)",
        "return 9 ** 9 ** 9 > 1",
        "while True: print('x' * 1000)",
    ],
)
def test_what_is_stopped_costs_only_itself(runner: CheckRunner, body: str):
    first, stopped, last = ask(runner, source("return True"), source(body), source("return initial == final"))
    assert (first.ok, stopped.ok, last.ok) == (True, None, True)
    assert (stopped.error or "").startswith("stopped: ")
    assert "\n" not in (stopped.error or "")


@pytest.mark.parametrize("body", ["return True", "final['rows'] = {}; return True"])
def test_what_the_clock_stopped_is_asked_once_more(
    runner: CheckRunner, monkeypatch: pytest.MonkeyPatch, body: str
):
    """The machine may have been busy; what is endless is stopped again."""
    feed, stops = checks._feed, [1]

    def slow(session: Any, code: str, inputs: Any = None) -> Any:
        attempt = feed(session, code, inputs)
        if "return True" in code and stops:
            stops.pop()
            return checks._crashed("TimeoutError", "time limit exceeded")
        return attempt

    monkeypatch.setattr(checks, "_feed", slow)
    assert ask(runner, source(body))[0].ok
    assert not stops


def test_sleeping_files_and_the_environment_are_out_of_reach(
    runner: CheckRunner, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("A_KEY", "canary")
    bodies = (
        "import time; time.sleep(60); return True",
        "return open('/etc/passwd').read() != ''",
        "import os; return os.environ['A_KEY'] == 'canary'",
    )
    for result in ask(runner, *map(source, bodies)):
        assert result.ok is None
        assert "canary" not in (result.error or "")


def test_printing_goes_nowhere(runner: CheckRunner, capfd: pytest.CaptureFixture[str]):
    assert ask(runner, source("print('loud'); return True"))[0].ok
    assert capfd.readouterr() == ("", "")


def test_time_and_chance_stand_still(runner: CheckRunner):
    body = "import datetime as d, random; return str(d.datetime.now())[:10] == '{}' and random.random() < 2"
    assert runner.run([source(body.format("2026-01-01"))], {}, {})[0].ok
    assert runner.run([source(body.format("2027-05-06"))], {}, {}, now=dt.datetime(2027, 5, 6))[0].ok


TRACES = {
    "assigns into": "final['rows'] = {}; return True",
    "through an alias": "rows = final['rows']; rows['a']['n'] = 9; return True",
    "by a method": "final['rows'].clear(); return True",
    "in a loop": "for row in final['rows'].values(): row['n'] = 9\n    return True",
    "by a bound method": "f = final['rows'].clear; f(); return True",
    "by a method of the type": "dict.update(final['rows'], {'a': {'n': 9}}); return True",
    "in place": "final['rows']['a']['tags'] += ['y']; return True",
    "in an own container": "own = [final['rows']]; own[0]['a'] = 9; return True",
    "by a helper": "def put(x): x['rows'] = {}\n    put(final); return True",
    "with a renamed maker": "list = lambda x: x\n    own = list(final); own['rows'] = {}; return True",
    "by getattr": "getattr(final, 'clear')(); return True",
    "by the dunder": "final.__setitem__('rows', {}); return True",
}


@pytest.mark.parametrize("name", TRACES)
def test_a_check_that_changes_its_states_changes_no_other(runner: CheckRunner, name: str):
    before = source("return final['rows']['a'] == {'n': 1, 'tags': ['x']} and initial == final")
    assert plan(source(TRACES[name])).place == "alone"
    assert [result.ok for result in ask(runner, source(TRACES[name]), before)][1] is True


def test_names_of_one_check_are_not_there_for_the_next(runner: CheckRunner):
    define = source("return norm(1) == 2", top="def norm(x):\n    return x + 1")
    use = source("return norm(1) == 2")
    shadow = source("return len(initial) == 0", top="def len(x):\n    return 0")
    count = source("return len(initial) == 1")
    assert [r.ok for r in ask(runner, define, use, shadow, count, define)] == [True, None, True, True, True]


def test_ordinary_checks_share_a_session():
    ordinary = (
        "seen = set()\n    for row in final['rows'].values(): seen.add(row['n'])\n    return 1 in seen",
        "n = {}\n    n['a'] = n.get('a', 0) + 1\n    return n['a'] == 1",
        "total = 0\n    for row in final['rows'].values():\n        total += row['n']\n    return total == 1",
        "import datetime\n    return datetime.date(2026, 1, 1).isoformat() == '2026-01-01'",
    )
    assert {plan(source(body)).place for body in ordinary} == {"shared"}


def test_what_monty_cannot_do_a_worker_does(runner: CheckRunner):
    bodies = (
        "return round(2.675, 2) == 2.67",
        "import uuid; return uuid.UUID(int=1).version is None",
        "del final['rows']; return final == {}",
        "return 'aXb'.translate({88: None}) == 'ab'",
        "import uuid; return 1",
        "import uuid; return {}['nope']",
    )
    results = ask(runner, *map(source, bodies))
    assert [result.ok for result in results] == [True, True, True, True, None, None]
    assert results[4].error == "returned int, not a bool"
    assert results[5].error == "KeyError: 'nope'"


def test_a_worker_is_held_to_the_limits_and_the_policy(runner: CheckRunner):
    bodies = (
        "import uuid\n    while True: pass",
        "import uuid\n    rows = [0]\n    while True: rows += rows",
        "import uuid; return open('/etc/passwd').read() != ''",
        "return round(open('/etc/passwd'), 2) == 1",
        "import uuid; return True",
    )
    results = ask(runner, *map(source, bodies))
    assert [result.ok for result in results] == [None, None, None, None, True]
    assert results[0].error == "stopped: took longer than 1 s"
    assert "policy" not in (results[2].error or "")
    assert (results[3].error or "").startswith("line 3: uses open")


async def test_threads_share_a_runner(runner: CheckRunner):
    sources = [source(f"return final['n'] == {n}") for n in range(5)]
    runs = (asyncio.to_thread(runner.run, sources, {"n": n}, {"n": n}) for n in range(5))
    for n, results in enumerate(await asyncio.gather(*runs)):
        assert [result.ok for result in results] == [m == n for m in range(5)]


def test_a_closed_runner_starts_again(runner: CheckRunner):
    runner.close()
    assert ask(runner, source("return True"))[0].ok


def adapted(check: str) -> str:
    """A released check in our form; the few that look at `initial_state` get the state as a global."""
    entry = "def check(initial, final):\n    global initial_state\n    initial_state = initial\n"
    if "initial_state" not in check:
        entry = "def check(initial, final):\n"
    return f"{check}\n\n{entry}    return check_func(final)\n"


def test_monty_agrees_with_cpython_on_real_checks(runner: CheckRunner, shared: Path):
    folder = shared / "data" / "envscaler"
    rows = [
        row
        for file in (folder / "scenarios.json", folder / "one_pipeline_run" / "scenarios.json")
        for row in json.loads(file.read_text())
    ]
    count = 0
    for row in rows:
        start = row["init_config"] if isinstance(row["init_config"], dict) else json.loads(row["init_config"])
        sources = [adapted(check["check_func"]) for check in row["checklist_with_func"]]
        count += len(sources)
        results = runner.run(sources, start, start)
        assert [result.ok for result in results] == [by_cpython(text, start) for text in sources]
    assert count == 1173


def by_cpython(text: str, state: dict[str, Any]) -> bool | None:
    names: dict[str, Any] = {}
    exec(text, names)
    try:
        said = names["check"](copy.deepcopy(state), copy.deepcopy(state))
    except (LookupError, TypeError, ValueError, AttributeError, NameError, ArithmeticError):
        return None
    return said if type(said) is bool else None
