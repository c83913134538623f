"""Every planted fault is noticed by a gate that has a name, and nothing unsound comes through."""

from __future__ import annotations

import asyncio

import pytest

from envscaler_mcp.runtime.folder import ServerFolder
from tests.synthesis.scenarios.faults import FAULTS, Fault
from tests.synthesis.scenarios.planted import caught


@pytest.fixture(scope="module")
def found(server: ServerFolder) -> dict[str, tuple[str, ...]]:
    """Fault → what noticed it; workers are started once for all of them."""
    return asyncio.run(caught(server, FAULTS))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_noticed(found: dict[str, tuple[str, ...]], fault: Fault) -> None:
    assert set(found[fault.name]) & set(fault.gates), found[fault.name]


def test_every_kind_of_answer_has_faults() -> None:
    assert {fault.where for fault in FAULTS} == {
        "start state", "task", "check", "oracle", "instruction", "solver",
    }  # fmt: skip
