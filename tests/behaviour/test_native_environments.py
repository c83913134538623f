"""What must hold of every native environment, whatever is called: 10,000 seeded random calls each (slow)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envscaler_mcp.certify import Prober
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.samples import account_ledger, surgery_waitlists

SAMPLES = [account_ledger, surgery_waitlists]
EXAMPLES, CALLS = 100, 100
A_FEW = 20
GARBAGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "0001-01-01", "9999-12-31", "2026-02-30", "' OR 1=1", "\u202e\u200b", "../../etc"]),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


class Walk:
    """Random calls on one environment, each judged at once."""

    def __init__(self, sample: ModuleType, seed: int) -> None:
        scenario, _ = sample.scenarios()[0]
        self.tools = describe(sample.CLASS).tools
        self.episode = Episode.start(NativeForm(sample.CLASS), scenario.start, scenario.now, seed)
        self.seed = seed
        self.state = self.episode.state()

    def call(self, number: int, garbage: Any) -> None:
        """One call, mostly plausible, sometimes with one argument that is garbage."""
        prober = Prober(self.tools, self.state, f"{self.seed} {number}")
        call = prober.valid(prober.pick(self.tools)["name"])
        arguments = dict(call.arguments)
        if arguments and number % 3 == 0:
            arguments[prober.pick(sorted(arguments))] = garbage
        outcome = self.episode.call(call.tool, arguments)
        after = self.episode.state()
        told = f"{call.tool}({arguments}) -> {outcome}"
        assert outcome.code != "tool_crashed", told
        assert not self.episode.broken_rules(), told
        if outcome.is_error or self.episode.form.tools[call.tool] == "read":
            assert after == self.state, told
        self.state = after


@pytest.mark.parametrize("examples", [A_FEW, pytest.param(EXAMPLES, marks=pytest.mark.slow)])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.NAME)
def test_no_call_crashes_breaks_a_rule_or_writes_where_it_must_not(sample: ModuleType, examples: int) -> None:
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 2**31), garbage=st.lists(GARBAGE, min_size=4, max_size=8))
    def walks(seed: int, garbage: list[Any]) -> None:
        walk = Walk(sample, seed)
        for number in range(CALLS):
            walk.call(number, garbage[number % len(garbage)])

    walks()


JOURNAL = """
import sys
from pathlib import Path
from envscaler_mcp.certify import Prober
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.episode import Episode

folder = ServerFolder.load(Path(sys.argv[1]))
form = folder.bundle.form_of()
for name in folder.ids:
    scenario = folder.scenario(name)
    episode = Episode.start(form, scenario.start, scenario.now, scenario.seed)
    prober = Prober(folder.bundle.tools, episode.state(), name)
    for _ in range(80):
        call = prober.valid(prober.pick(folder.bundle.tools)["name"])
        episode.call(call.tool, call.arguments)
    print(dumps([episode.header, episode.journal]))
"""


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.NAME)
def test_journals_are_byte_equal_whatever_the_hash_seed(sample: ModuleType, root: Path) -> None:
    def journal(hash_seed: str) -> bytes:
        folder = str(root / "generated_servers" / sample.NAME)
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", JOURNAL, folder],
            capture_output=True,
            check=True,
            env=environment,
            cwd=root,
        )
        return done.stdout

    first = journal("1")
    assert first.count(b"state_digest") > 1000
    assert first == journal("2")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.NAME)
def test_a_native_environment_has_the_substance_of_its_kind(sample: ModuleType, root: Path) -> None:
    card = ServerFolder.load(root / "generated_servers" / sample.NAME).card
    assert len(card.tools) >= 14
    assert len(card.entities) >= 5
    assert len(card.rules) >= 6
    assert all(tool.refusals for tool in card.tools if tool.kind == "write")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.NAME)
def test_every_committed_scenario_is_certified(sample: ModuleType, root: Path) -> None:
    folder = ServerFolder.load(root / "generated_servers" / sample.NAME)
    gradings = [grading for name in folder.ids if (grading := folder.grading(name))]
    assert len(gradings) == len(folder.ids) >= 8
    certificates = [grading.certificate for grading in gradings if grading.certificate]
    assert {certificate.tier for certificate in certificates} == {"certified"}
    mutants = [count for certificate in certificates for count in certificate.mutants.values()]
    made = sum(count.made for count in mutants)
    assert sum(count.killed for count in mutants) == made
    assert sum(count.killed_by_goals for count in mutants) >= 0.95 * made
    assert all(one.variants.accepted == one.variants.made > 0 for one in certificates)
    bands = {folder.scenario(name).difficulty.band for name in folder.ids}
    tags = {tag for name in folder.ids for tag in folder.scenario(name).tags}
    assert bands == {"easy", "medium", "hard"}
    assert {"partial-refusal", "conditional", "aggregate", "implied-consequence"} <= tags, json.dumps(
        sorted(tags)
    )
