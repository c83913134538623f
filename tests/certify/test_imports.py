"""Plain classes: screened at most, until a trajectory is adopted."""

import datetime as dt
from pathlib import Path
from typing import Any

from envscaler_mcp.certify import ScenarioReport, certify
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Call, Check, Environment, EnvironmentCard, Grading, Provenance, Scenario
from tests.certify.desks import codes

SOURCE = """
class Counter:
    def __init__(self, init_config=None):
        self.counts = {}

    def add(self, name: str, amount: int):
        if name not in self.counts:
            return {"success": False, "error": "No such counter."}
        self.counts[name] += amount
        return {"success": True, "data": self.counts[name]}
"""
SHARING = SOURCE.replace("class Counter:", "class Counter:\n    calls = []\n").replace(
    "        self.counts[name] += amount",
    "        self.calls.append(1)\n        self.counts[name] += amount + len(self.calls)",
)
MORE = 'def check(initial, final):\n    return final["counts"]["a"] == 3\n'
THERE = 'def check(initial, final):\n    return "a" in final["counts"]\n'
ADD = Call(tool="add", arguments={"name": "a", "amount": 2})


def check(name: str, source: str) -> Check:
    return Check(id=name, kind="unclassified", text=name, source=source)


async def certified(folder: Path, *checks: Check, source: str = SOURCE, oracle: Any = None) -> ScenarioReport:
    properties = {
        "name": {"type": "string", "description": "Name of a counter."},
        "amount": {"type": "integer", "description": "How much."},
    }
    given = {
        "type": "object",
        "properties": properties,
        "required": ["name", "amount"],
        "additionalProperties": False,
    }
    tool = {"name": "add", "kind": "write", "description": "Add to a counter.", "input": given,
            "output": {"type": "object", "additionalProperties": True}}  # fmt: skip
    card = EnvironmentCard.model_validate({
        "name": "counter", "title": "Counter", "introduction": "Counters.", "form": "plain",
        "class_name": "Counter", "tools": [tool], "policy": "", "provenance": Provenance(engine="import"),
    })  # fmt: skip
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    scenario = Scenario(id="1", instruction="Add 2 to a.", start={"counts": {"a": 1}}, now=now)
    grading = Grading(id="1", checks=checks, oracle=oracle)
    write_tree(render(Environment(card, source, "Be kind.\n"), [(scenario, grading)]), folder)
    report = await certify(ServerFolder.load(folder))
    assert report.boots, report.lint
    return report.scenarios[0]


async def test_checks_are_told_apart_by_what_they_say_at_the_start(tmp_path: Path) -> None:
    one = await certified(tmp_path, check("more", MORE), check("there", THERE))
    assert (one.tier, one.problems) == ("screened", ())
    assert one.grading is not None
    assert {each.id: each.kind for each in one.grading.checks} == {"more": "goal", "there": "unclassified"}


async def test_an_adopted_oracle_that_satisfies_every_goal_is_solved(tmp_path: Path) -> None:
    one = await certified(tmp_path / "right", check("more", MORE), oracle=(ADD,))
    assert (one.tier, one.problems) == ("solved", ())
    assert one.grading is not None
    assert one.grading.oracle_digest
    twice = await certified(tmp_path / "wrong", check("more", MORE), oracle=(ADD, ADD))
    assert (twice.tier, codes(twice)) == ("screened", {"oracle_fails"})


async def test_without_a_goal_or_with_a_crash_it_is_rejected(tmp_path: Path) -> None:
    vacuous = await certified(tmp_path / "vacuous", check("there", THERE))
    assert (vacuous.tier, codes(vacuous)) == ("rejected", {"no_goal"})
    crash = check("crash", "def check(initial, final):\n    return 1 // 0 == 1\n")
    crashing = await certified(tmp_path / "crashing", check("more", MORE), crash)
    assert (crashing.tier, codes(crashing)) == ("rejected", {"check_crashes"})


async def test_instances_that_share_state_are_kept_apart_by_modules_of_their_own(tmp_path: Path) -> None:
    one = await certified(tmp_path, check("more", MORE), source=SHARING)
    assert (one.tier, codes(one)) == ("screened", set())
