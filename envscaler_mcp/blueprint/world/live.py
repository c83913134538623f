"""A compiled environment alive in this process: thousands of calls and forks per second.

What our own compiler writes is trusted, so it runs here and not in a worker. Calls, refusals, ids and states
are those of `runtime.standalone.episode`, without what planning has no use for: journal, digests and the
validation of rows after each write. A certificate is never made from it: certify plays through MCP.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from envscaler_mcp.runtime.standalone.difference import MISSING, Change, diff, escape
from envscaler_mcp.runtime.standalone.environment import Clock, Environment, Refusal, broken_rules
from envscaler_mcp.runtime.standalone.episode import Outcome, UnknownTool
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.native import NativeForm, NativeWorld
from envscaler_mcp.runtime.standalone.schemas import dump_result, validate_arguments
from envscaler_mcp.spec import environment as spec

from .kept import Stage, Whole

State = dict[str, Any]


class Live:
    """The class of one environment, loaded. Its episodes share one stage: no threads."""

    def __init__(self, form: NativeForm) -> None:
        self.form = form
        self._stage: Stage | None = None

    @classmethod
    def of(cls, environment: spec.Environment) -> Live:
        """Load a native environment that we compiled.

        Raises:
            TypeError: it is not native.
        """
        card = environment.card
        form = load_form(
            environment.source, name=card.name, form=card.form, class_name=card.class_name, tools=[]
        )
        if not isinstance(form, NativeForm):
            raise TypeError(f"{card.name} is not a native environment")
        return cls(form)

    @property
    def tools(self) -> Mapping[str, str]:
        """Tool name → `read` or `write`."""
        return self.form.tools

    def start(self, state: State, now: dt.datetime, seed: int) -> LiveEpisode:
        """A fresh episode.

        Raises:
            BadStart: the state does not fit the environment.
        """
        world = self.form.start(state, Clock(now, seed))
        assert isinstance(world, NativeWorld)  # it is what a native form makes
        stage = Stage(world.environment)
        self._stage = self._stage or stage
        whole = stage.keep()
        return LiveEpisode(self.form, self._stage, whole, whole, Clock(now, seed))


class LiveEpisode:
    """One episode. Forks share every row that neither side has changed."""

    def __init__(self, form: NativeForm, stage: Stage, initial: Whole, whole: Whole, clock: Clock) -> None:
        self._form = form
        self._stage = stage
        self._initial = initial
        self._whole = whole
        self._clock = clock

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Outcome:
        """Play one call; what is refused changes nothing.

        Raises:
            UnknownTool: there is no such tool.
        """
        if tool not in self._form.tools:
            raise UnknownTool(f"Unknown tool: {tool}")
        clock = _copy(self._clock)
        try:
            result = self._ask(tool, arguments, clock)
        except Refusal as refusal:
            said = {"code": refusal.code, "message": refusal.message}
            return Outcome(said, is_error=True, code=refusal.code)
        if self._form.settles(tool):
            self._whole, self._clock = self._stage.keep(), clock
        return Outcome(result)

    def would(self, tool: str, arguments: Mapping[str, Any]) -> str | None:
        """The code with which this call would be refused now; None where it would be done."""
        whole, clock = self._whole, self._clock
        code = self.call(tool, arguments).code
        self._whole, self._clock = whole, clock
        return code

    def fork(self) -> LiveEpisode:
        """An independent copy that shares the past."""
        return LiveEpisode(self._form, self._stage, self._initial, self._whole, self._clock)

    def later(self, now: dt.datetime) -> LiveEpisode:
        """A fork at another time of its clock."""
        clock = Clock(now, self._clock.seed, dict(self._clock.given))
        return LiveEpisode(self._form, self._stage, self._initial, self._whole, clock)

    def state(self) -> State:
        """The state as JSON, of its own: it may be changed."""
        return {
            name: {key: _own(one.json()) for key, one in kept.items()} for name, kept in self._whole.items()
        }

    def rows(self, collection: str) -> Mapping[str, Mapping[str, Any]]:
        """The rows of a collection as JSON, by key; shared, so not to be changed."""
        return self._whole[collection].shown()

    def diff(self) -> list[Change]:
        """What the calls so far changed, sorted by path."""
        changes = [
            change
            for name, kept in self._whole.items()
            if kept is not self._initial[name]
            for key in {**self._initial[name], **kept}
            for change in self._change(name, key)
        ]
        return sorted(changes, key=lambda change: change.path)

    def broken_rules(self) -> list[str]:
        """Ids of the rules that the state breaks."""
        return broken_rules(self._shown(self._clock))

    def mark(self) -> bytes:
        """Equal for equal states, ids included: what a search keeps of a state that it has seen."""
        texts = (
            f"{name}/{key}{one.text()}" for name, kept in self._whole.items() for key, one in kept.items()
        )
        return hashlib.blake2b("\n".join(texts).encode(), digest_size=16).digest()

    @property
    def now(self) -> dt.datetime:
        """The episode's time."""
        return self._clock.now

    def _ask(self, tool: str, arguments: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
        method = getattr(self._form.cls, tool)
        checked = validate_arguments(method, dict(arguments))
        environment = self._shown(clock)
        try:
            return dump_result(method, method(environment, **checked))
        except BaseException:
            self._stage.undo()
            raise

    def _shown(self, clock: Clock) -> Environment:
        environment = self._stage.show(self._whole)
        environment._clock = clock  # pyright: ignore[reportPrivateUsage]  # as NativeForm does
        return environment

    def _change(self, name: str, key: str) -> list[Change]:
        before, after = self._initial[name].get(key), self._whole[name].get(key)
        if before is after:
            return []
        if before is None or after is None:
            path = f"/{name}/{escape(key)}"
            return [Change(path, before.json() if before else MISSING, after.json() if after else MISSING)]
        return diff({name: {key: before.json()}}, {name: {key: after.json()}}, self._form.roles)


def _copy(clock: Clock) -> Clock:
    return Clock(clock.now, clock.seed, dict(clock.given))


def _own(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [*value] if isinstance(value, list) else value for name, value in row.items()}
