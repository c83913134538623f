"""Faults that are planted into a sound environment are noticed, and nothing is where there is none."""

from __future__ import annotations

import pytest

from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.synthesis.quality.examining import Examiner
from envscaler_mcp.synthesis.quality.trial import Effort
from tests.synthesis.planted_faults import FAULTS, SOME, found_in, gates_of, sound, table

BY_KIND = {fault.kind: fault for fault in FAULTS}
QUICK = Effort(calls=8, most=120, states=1)


@pytest.fixture(scope="module")
def looking():
    with CheckRunner() as runner:
        yield Examiner(runner, QUICK)


async def test_nothing_is_found_where_nothing_is_planted(looking):
    assert await found_in(sound(), looking) == []


@pytest.mark.parametrize(
    ("kind", "gate"),
    [
        ("an import", "assembly"),
        ("a way out of the sandbox", "policy"),
        ("invariant that changes the state", "policy"),
        ("refusal that never comes", "refusals told"),
        ("off by one in a limit", "rules"),
        ("vacuous invariant", "rules"),
        ("half an invariant", "rules"),
        ("writes what it does not promise", "promises"),
        ("a read that writes", "conduct"),
        ("cascade reaches too far", "contract"),
        ("an id that differs by process", "boot"),
    ],
)
async def test_each_gate_notices_its_kind_of_fault(looking, kind, gate):
    problems = await found_in(BY_KIND[kind].change(sound()), looking, frozenset())
    assert gates_of(problems)[:1] == [gate]
    assert all(problem.where.split("/")[0] in {"tools", "rules", "contracts"} for problem in problems)


@pytest.mark.slow
async def test_nearly_all_kinds_are_caught():
    assert SOME.states > 1
    text, count = await table()
    assert count >= 0.95 * len(FAULTS), text
