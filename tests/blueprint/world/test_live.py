"""A live environment does what an episode does, only faster."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest

from envscaler_mcp.blueprint.world.live import Live, LiveEpisode
from envscaler_mcp.interop.native import read_native
from envscaler_mcp.runtime.standalone.episode import Episode, UnknownTool
from envscaler_mcp.samples import account_ledger, surgery_waitlists
from envscaler_mcp.spec import Call, Grading, Scenario

SAMPLES = {package.NAME: read_native(package) for package in (surgery_waitlists, account_ledger)}


@pytest.fixture(scope="module", params=sorted(SAMPLES))
def sample(request: pytest.FixtureRequest) -> tuple[Live, list[tuple[Scenario, Grading]]]:
    environment, scenarios = SAMPLES[request.param]
    return Live.of(environment), scenarios


def calls(scenarios: list[tuple[Scenario, Grading]]) -> list[Call]:
    steps = [step for _, grading in scenarios for step in grading.oracle or ()]
    return [step for step in steps if not any(isinstance(one, dict) for one in step.arguments.values())]


def pair(live: Live, scenario: Scenario) -> tuple[LiveEpisode, Episode]:
    now = dt.datetime.fromisoformat(str(scenario.now))
    episode = Episode.start(live.form, scenario.start, now, scenario.seed)
    return live.start(scenario.start, now, scenario.seed), episode


def test_every_call_comes_to_what_an_episode_comes_to(sample) -> None:
    live, scenarios = sample
    steps = calls(scenarios)
    rng = random.Random(4)
    for scenario, _ in scenarios[:4]:
        played, episode = pair(live, scenario)
        for step in rng.sample(steps, min(40, len(steps))):
            assert played.call(step.tool, step.arguments) == episode.call(step.tool, step.arguments)
        assert played.state() == episode.state()
        assert played.diff() == episode.diff()
        assert played.broken_rules() == episode.broken_rules() == []


def test_forks_go_their_own_ways(sample) -> None:
    live, scenarios = sample
    scenario, grading = next(pair for pair in scenarios if calls([pair]))
    begun, _ = pair(live, scenario)
    before = begun.state()
    forks = [begun.fork() for _ in range(3)]
    for turn, step in enumerate(calls([(scenario, grading)])):
        forks[turn % 3].call(step.tool, step.arguments)
        assert begun.state() == before
    untouched = begun.fork()
    assert begun.diff() == []
    assert untouched.mark() == begun.mark()
    assert any(fork.mark() != begun.mark() for fork in forks)


def test_would_says_the_code_and_does_nothing(sample) -> None:
    live, scenarios = sample
    rng = random.Random(1)
    begun, episode = pair(live, scenarios[0][0])
    before = begun.mark()
    for step in rng.sample(calls(scenarios), 20):
        assert begun.would(step.tool, step.arguments) == episode.fork().call(step.tool, step.arguments).code
    assert begun.mark() == before


def test_a_state_given_out_is_the_callers_own(sample) -> None:
    live, scenarios = sample
    begun, _ = pair(live, scenarios[0][0])
    given: dict[str, Any] = begun.state()
    for rows in given.values():
        rows.clear()
    assert begun.state() != given


def test_an_unknown_tool_is_a_mistake_of_the_caller(sample) -> None:
    live, scenarios = sample
    begun, _ = pair(live, scenarios[0][0])
    with pytest.raises(UnknownTool):
        begun.call("fly", {})
