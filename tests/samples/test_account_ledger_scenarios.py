"""Account ledger: its scenarios are sound, and no sequence of calls breaks anything."""

from __future__ import annotations

import inspect
import random
from typing import Any

import pytest

from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.samples.account_ledger import CLASS, scenarios
from envscaler_mcp.samples.account_ledger.task import AFTER_CUTOFF, MORNING
from envscaler_mcp.samples.account_ledger.world import world
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import outside
from envscaler_mcp.spec.scenario import Call, Grading, Scenario

FORM = NativeForm(CLASS)
PAIRS = scenarios()
IDS = [scenario.id for scenario, _ in PAIRS]


def resolve(value: Any, results: dict[int, Any]) -> Any:
    if isinstance(value, dict) and "$result" in value:
        step, pointer = value["$result"]
        return results[step][pointer.removeprefix("/")]
    return value


def played(scenario: Scenario, calls: tuple[Call, ...], *, without: int = -1, seed: int = 7) -> Episode:
    """The oracle without one step and what refers to it."""
    episode = Episode.start(FORM, scenario.start, scenario.now, seed)
    results: dict[int, Any] = {}
    for step, call in enumerate(calls):
        try:
            arguments = {name: resolve(value, results) for name, value in call.arguments.items()}
        except KeyError:
            continue
        if step != without and not (outcome := episode.call(call.tool, arguments)).is_error:
            results[step] = outcome.result
        assert episode.broken_rules() == []
    return episode


def verdicts(runner: CheckRunner, grading: Grading, episode: Episode) -> list[bool | None]:
    ran = runner.run([check.source for check in grading.checks], episode.initial, episode.state())
    assert [one.error for one in ran] == [None] * len(ran)
    return [one.ok for one in ran]


@pytest.fixture(scope="module")
def runner():
    with CheckRunner() as running:
        yield running


@pytest.mark.parametrize(("scenario", "grading"), PAIRS, ids=IDS)
class TestScenarios:
    def test_doing_nothing_earns_nothing(
        self, scenario: Scenario, grading: Grading, runner: CheckRunner
    ) -> None:
        kinds = [check.kind == "guard" for check in grading.checks]
        assert verdicts(runner, grading, played(scenario, ())) == kinds

    @pytest.mark.parametrize("seed", [1, 991])
    def test_the_oracle_solves_it(
        self, scenario: Scenario, grading: Grading, runner: CheckRunner, seed: int
    ) -> None:
        assert grading.oracle
        assert grading.frame
        episode = played(scenario, grading.oracle, seed=seed)
        assert all(verdicts(runner, grading, episode))
        assert outside(grading.frame, episode.initial, episode.state(), FORM.roles) == ()
        assert {one.path for one in episode.diff() if not one.created} == set(grading.frame.changed)

    def test_every_write_is_needed(self, scenario: Scenario, grading: Grading, runner: CheckRunner) -> None:
        assert grading.oracle
        for step, call in enumerate(grading.oracle):
            assert not all(verdicts(runner, grading, played(scenario, grading.oracle[:step])))
            if FORM.tools[call.tool] == "write":
                rest = played(scenario, grading.oracle, without=step)
                assert not all(verdicts(runner, grading, rest))

    def test_the_instruction_names_no_tool_and_no_id(self, scenario: Scenario, grading: Grading) -> None:
        assert not any(tool in scenario.instruction for tool in FORM.tools)
        ids = [key for rows in scenario.start.values() for key in rows]
        assert not any(key in scenario.instruction for key in ids)
        assert scenario.id == grading.id


TEXTS = ["", "  ", "x", "AC-9999", "a/b~c", "ж\u202e🙂", "two\nlines", "x" * 141]
OTHER: dict[str, list[Any]] = {
    "amount": [1, 5_000, 60_000, 250_000, 1_000_000, 1_000_001, 0, -1, 10**12, 10**30, True, 1.5],
    "reference": ["Rent", "Freight", *TEXTS],
    "holder": TEXTS,
    "kind": ["deposit", "dispute", "legal", "love"],
    "expires_on": ["0001-01-01", "9999-12-31", "2026-04-02", "2026-04-03", "2026-04-08", "soon"],
    "title": ["Sum", *TEXTS],
    "account_ids": [["AC-1001"], ["AC-1001", "AC-1002"], [], ["none"], ["AC-1001"] * 2],
    "count": [0, 7, -1, 10**30],
    "total": [0, -7, 10**30, -(10**30)],
    "action": ["transfer", "approval", "release", "daily_limit", "sing"],
    "subject_id": ["TR-0130", "HD-06", "AC-1001", "none"],
    "reason": ["own_hold", "bored"],
    "explanation": ["Because.", *TEXTS],
    "status": ["pending", "settled", "gone"],
    "limit": [20, 50, 51, 0, -(10**30)],
    "offset": [0, 10, 10**30, -1],
}
ROWS = {
    "account_id": "accounts", "source_id": "accounts", "target_id": "accounts", "transfer_id": "transfers",
    "hold_id": "holds", "clerk_id": "clerks",
}  # fmt: skip


def arguments_for(tool: str, state: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    parameters = inspect.signature(getattr(CLASS, tool)).parameters.values()
    wanted = [one.name for one in parameters if one.name != "self" and chance.random() < 0.98]
    values = {
        name: [*list(state[ROWS[name]])[-40:], "none"] if name in ROWS else OTHER[name] for name in wanted
    }
    return {name: chance.choice(values[name]) for name in wanted}


@pytest.mark.parametrize("seed", range(4))
def test_no_sequence_of_calls_breaks_anything(seed: int) -> None:
    chance = random.Random(seed)
    often = [
        "request_transfer",
        "approve_transfer",
        "approve_transfer",
        "settle_transfer",
        "reverse_transfer",
    ]
    tools = [*sorted(FORM.tools), *often]
    seen: set[str | None] = set()
    for now in (MORNING, AFTER_CUTOFF):
        episode = Episode.start(FORM, world(), now, seed)
        for _ in range(300):
            tool = chance.choice(tools)
            before = episode.digest()
            outcome = episode.call(tool, arguments_for(tool, episode.state(), chance))
            assert outcome.code != "tool_crashed", outcome.result
            assert episode.broken_rules() == []
            if outcome.is_error or FORM.tools[tool] == "read":
                assert episode.digest() == before
            seen.add(outcome.code)
    assert {None, "invalid_arguments", "not_pending", "supervisor_only", "currency_mismatch"} <= seen
