"""An adapted class does what the class does: value for value, after any refusal, restore or fork."""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import subprocess
import sys
from typing import Any

import pytest

from envscaler_mcp.runtime.standalone.encoding import Encoder
from envscaler_mcp.runtime.standalone.environment import Clock
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.plain import PlainForm

from .odd_classes import CLASSES, METHODS

NOW = dt.datetime(2025, 6, 1, 9, tzinfo=dt.UTC)
START: dict[str, Any] = {"items": {"k0": {"id": "k0", "amount": 1}}, "rooms": {"é-1": [1, 2.0]}}
CALLS = 60
Call = tuple[str, dict[str, Any]]

ALL = pytest.mark.parametrize("name", CLASSES)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def form_of(name: str) -> PlainForm:
    tools = [
        {"name": method, "annotations": {"readOnlyHint": False}, "inputSchema": {"properties": {}}}
        for method in METHODS
    ]
    loaded = load_form(CLASSES[name], name=name, form="plain", class_name="Shop", tools=tools)
    assert isinstance(loaded, PlainForm)
    return loaded


def start_of(name: str) -> dict[str, Any]:
    return {"extra": START} if name == "objects" else START


def episode_of(name: str, *, keep_refused: bool = False) -> Episode:
    episode = Episode.start(form_of(name), start_of(name), NOW, 7)
    episode.keep_refused = keep_refused
    return episode


def calls_of(seed: int, count: int = CALLS) -> list[Call]:
    """Calls as an agent makes them: mostly sensible, some on what is not there."""
    chance = random.Random(seed)
    calls: list[Call] = []
    for _ in range(count):
        method = chance.choice(METHODS)
        given: dict[str, Any] = {"key": f"k{chance.randint(0, 4)}", "amount": chance.randint(0, 5)}
        if method == "configured":
            given = {}
        elif method == "drop":
            given.pop("amount")
        calls.append((method, given))
    return calls


def without_exceptions(calls: list[Call]) -> list[Call]:
    """Those after which upstream goes on: it ends an episode when a tool raises."""
    there: list[str] = []
    kept: list[Call] = []
    for tool, given in calls:
        key = given.get("key")
        if tool == "put" and key not in there:
            there.append(given["key"])
        if key is not None and (key not in there or (tool == "change" and given["amount"] > 3)):
            continue
        if tool == "drop":
            there.remove(given["key"])
        kept.append((tool, given))
    return kept


def outcomes(episode: Episode, calls: list[Call]) -> list[Any]:
    return [[episode.call(tool, given).result, episode.digest()] for tool, given in calls]


class Bare:
    """The class on its own, as upstream runs it: one instance, no snapshots; only the clock is ours."""

    def __init__(self, name: str) -> None:
        self.form = form_of(name)
        self.clock = Clock(NOW, 7)
        world: Any = self.form.start(start_of(name), self.clock)
        self.instance = world.instance
        self.before = self._shown()

    def call(self, tool: str, given: dict[str, Any]) -> Any:
        self.form.seeded.play(self.clock)
        value = Encoder().encode(getattr(self.instance, tool)(**given), [])
        return value if isinstance(value, dict) else {"result": value}

    def tick(self) -> None:
        """A second later, where the attributes changed."""
        shown = self._shown()
        if shown != self.before:
            self.clock.now += dt.timedelta(seconds=1)
        self.before = shown

    def state(self) -> dict[str, Any]:
        """The attributes."""
        return json.loads(self.before)[0]

    def _shown(self) -> str:
        encoder = Encoder()
        return json.dumps([encoder.encode(dict(vars(self.instance)), []), encoder.marks])


@ALL
@pytest.mark.parametrize("seed", range(4))
def test_as_released_it_plays_as_the_class_alone_does(name: str, seed: int) -> None:
    episode, bare = episode_of(name, keep_refused=True), Bare(name)
    for tool, given in without_exceptions(calls_of(seed, 150)):
        wanted = bare.call(tool, given)
        assert episode.call(tool, given).result == wanted
        bare.tick()
        assert episode.state() == bare.state()


@ALL
def test_a_refused_call_leaves_nothing_behind(name: str) -> None:
    """With the refused calls and without them, the others come to the same."""
    episode, other = episode_of(name), episode_of(name)
    for tool, given in calls_of(1):
        outcome = episode.call(tool, given)
        if not outcome.is_error:
            assert other.call(tool, given).result == outcome.result
        assert other.digest() == episode.digest()


@ALL
@pytest.mark.parametrize("kept", [False, True])
def test_forks_and_rebuilds_have_the_same_future(name: str, kept: bool) -> None:
    episode = episode_of(name, keep_refused=kept)
    outcomes(episode, calls_of(2, 15))
    fork = episode.fork()
    again = Episode.rebuild(
        form_of(name), episode.start_state, episode.header, episode.journal, keep_refused=kept
    )
    future = calls_of(3, 25)
    wanted = outcomes(episode, future)
    assert outcomes(fork, future) == wanted
    assert outcomes(again, future) == wanted


@ALL
def test_a_snapshot_brings_everything_back(name: str) -> None:
    episode = episode_of(name)
    outcomes(episode, calls_of(2, 15))
    snapshot = episode.snapshot()
    if not snapshot:
        assert name in ("objects", "shared_class_state", "containers")
        return
    future = calls_of(5, 25)
    wanted = outcomes(episode, future)
    episode.restore(snapshot)
    assert outcomes(episode, future) == wanted


@ALL
def test_episodes_do_not_meet(name: str) -> None:
    form = form_of(name)
    alone = outcomes(episode_of(name), calls_of(4, 20))
    one, other = (Episode.start(form, start_of(name), NOW, seed) for seed in (7, 8))
    mixed: list[Any] = []
    for call in calls_of(4, 20):
        mixed += outcomes(one, [call])
        outcomes(other, [call])
    assert mixed == alone


def test_a_config_that_the_constructor_keeps_is_the_attributes_that_are_laid_over_it() -> None:
    episode = episode_of("aliases")
    for kept in (False, True):
        episode.keep_refused = kept
        episode.call("put", {"key": "k9", "amount": 1})
        assert not episode.call("change", {"key": "k9", "amount": 2}).is_error
        assert episode.call("change", {"key": "none", "amount": 2}).is_error
        assert episode.call("configured", {}).result["data"]["items"]["k9"]["amount"] == 2
        assert episode.state()["last"]["amount"] == 2


PLAYED = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from tests.runtime.test_odd_classes import calls_of, episode_of, outcomes
from tests.runtime.odd_classes import CLASSES
print(json.dumps({name: outcomes(episode_of(name), calls_of(6, 30)) for name in CLASSES}))
"""


def test_digests_do_not_depend_on_the_hash_seed_or_the_time_zone() -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-c", PLAYED],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(texts) == 1
