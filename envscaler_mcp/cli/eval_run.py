"""Which run `eval` plays: a new one out of what was said, or one to go on with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import RunCard, Suite, SuiteLock, first_error, versions

if TYPE_CHECKING:
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.harness.task import Task

Settings = TypeVar("Settings", bound=BaseModel)
DEFAULT_AGENTS = ("oracle", "noop")


@dataclass(frozen=True)
class Overrides:
    """What the command line says instead of the suite; what is None was not said."""

    repeats: int | None = None
    tier: str | None = None
    scenarios: str | None = None
    mode: str | None = None
    user: str | None = None
    ask_user: bool | None = None
    max_turns: int | None = None
    max_seconds: float | None = None

    def over(self, suite: Suite) -> Suite:
        """The suite with what was given in place of its own.

        Raises:
            BadInput: a value is none of those allowed.
        """
        limits = _with(suite.limits, turns=self.max_turns, seconds=self.max_seconds)
        selection = _with(suite.scenarios, tier=self.tier, ids=_listed(self.scenarios))
        changed = suite.model_copy(update={"limits": limits, "scenarios": selection})
        return _with(changed, repeats=self.repeats, mode=self.mode, user=self.user, ask_user=self.ask_user)


@dataclass(frozen=True)
class Request:
    """What a person asks `eval` for."""

    targets: list[str]
    agents: list[str]
    resume: Path | None
    out: Path | None
    overrides: Overrides

    def run(self) -> Run:
        """The run to go on with, or a new one; nothing is written yet.

        Raises:
            BadInput: what was said does not fit together, or not to the run to go on with.
        """
        return self._resumed(self.resume) if self.resume else self._new()

    def _new(self) -> Run:
        from envscaler_mcp.agents.hosted import prompt_digest
        from envscaler_mcp.harness.run import Run

        suite = self.overrides.over(_suite(self.targets))
        started = dt.datetime.now(dt.UTC).replace(microsecond=0)
        agents = tuple(dict.fromkeys((*suite.agents, *self.agents))) or DEFAULT_AGENTS
        known = {**versions(), "agent_prompt": prompt_digest(suite.mode)}
        return Run.create(RunCard(suite=suite, agents=agents, versions=known, started=started), self.out)

    def _resumed(self, path: Path) -> Run:
        from envscaler_mcp.harness.run import Run

        run = Run.open(path)
        self._refuse_others(run)
        suite = self.overrides.over(run.card.suite)
        _refuse_another_talk(run.path, run.card.suite, suite)
        run.card = run.card.model_copy(update={"suite": suite, "status": "running"})
        return run

    def _refuse_others(self, run: Run) -> None:
        """What is said beside --resume may only repeat what the run was begun with."""
        suite = run.card.suite
        strange = sorted(set(self.agents) - set(run.card.agents))
        if self.targets and _suite(self.targets).servers != suite.servers:
            strange += self.targets
        if strange:
            begun = (
                f"it was begun with {', '.join(suite.servers)} and the agents {', '.join(run.card.agents)}"
            )
            remedy = "say --resume alone, or begin a new run"
            raise BadInput(str(run.path), f"{begun}, not with {', '.join(strange)}", remedy)

    def settle_inputs(self, run: Run, tasks: Sequence[Task]) -> None:
        """Note what a run is played with: what it was begun with, or what its suite was locked with.

        Raises:
            BadInput: servers, scenarios or gradings are others.
        """
        from envscaler_mcp.harness.locking import lock_of, lock_path, refuse_other

        lock = lock_of(run.card.suite, tasks)
        if not run.fresh:
            refuse_other(lock, run.card.lock, str(run.path), "begin a new run")
        elif self.targets and (path := lock_path(Path(self.targets[0]))).is_file():
            remedy = f"bring back what was locked, or say: envscaler-mcp suite lock {self.targets[0]}"
            refuse_other(lock, SuiteLock.load(path), str(path), remedy)
        run.card = run.card.model_copy(update={"lock": lock})


def _refuse_another_talk(path: Path, begun: Suite, suite: Suite) -> None:
    """Rollouts with and without a user, or with another one, do not add up."""
    for word, then, now in (("mode", begun.mode, suite.mode), ("user-llm", begun.user, suite.user)):
        if then != now:
            message = f"it was begun with --{word} {then or 'none'}, not {now}"
            raise BadInput(str(path), message, "say --resume alone, or begin a new run")


def _with(settings: Settings, **given: object) -> Settings:
    """The settings with what is not None instead."""
    said = {key: value for key, value in given.items() if value is not None}
    try:
        return type(settings).model_validate({**settings.model_dump(), **said})
    except ValidationError as error:
        raise BadInput("eval", first_error(error), "see envscaler-mcp eval --help") from error


def _listed(said: str | None) -> tuple[str, ...] | None:
    """`001,002` as ids; None where nothing was said."""
    return None if said is None else tuple(part for one in said.split(",") if (part := one.strip()))


def _suite(targets: list[str]) -> Suite:
    """A suite from its file, or one made of servers."""
    if not targets:
        raise BadInput("eval", "there is nothing to evaluate", "name a suite or servers, or say --resume RUN")
    files = [target for target in targets if target.endswith((".yaml", ".yml"))]
    if not files:
        return Suite(servers=tuple(targets))
    if len(targets) > 1:
        where = " ".join(targets)
        raise BadInput(where, "one suite at a time, and no servers beside it", "name the suite alone")
    return Suite.load(Path(files[0]))
