"""Whether anything notices the faults that were put in: the trial's calls again, on each mutant."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from envscaler_mcp.runtime.remote import RemoteEpisode
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Call, Environment, Problem
from envscaler_mcp.synthesis.outline.draft import Draft

from .bench import scenario_of, worker_of
from .code_mutants import CodeMutant, code_mutants, with_mutants
from .evidence import shown
from .judging import CRASHES, objections
from .trial import Trial, Trying, try_call


@dataclass(frozen=True)
class MutantTrial:
    """What became of the mutants.

    Attributes:
        killed: something noticed it.
        survived: it acted otherwise than the original, and nothing noticed; with the evidence.
        unreached: it never acted otherwise: the trial does not come there, or the fault is none.
    """

    killed: tuple[CodeMutant, ...] = ()
    survived: tuple[tuple[CodeMutant, str], ...] = ()
    unreached: tuple[CodeMutant, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """A contract that lets a fault pass is too weak."""
        return tuple(
            Problem(
                code="contract_too_weak",
                where=f"contracts/{mutant.tool}",
                message=(
                    f"With a fault in the body ({mutant.operator}: {mutant.line!r}) the contract has nothing"
                    f" against what happened. {evidence}"
                ),
            )
            for mutant, evidence in self.survived
        )


async def try_mutants(
    environment: Environment,
    draft: Draft,
    module: ast.Module,
    trial: Trial,
    runner: CheckRunner,
    *,
    tools: frozenset[str] | None = None,
    seed: int = 0,
) -> MutantTrial:
    """Put faults into the tools, and play the calls of a trial on each.

    Args:
        environment: the environment, assembled.
        draft: what it was assembled from.
        module: its syntax tree.
        trial: what the faultless environment did.
        runner: asks the contracts.
        tools: only mutants of these.
        seed: of the trial.
    """
    named = {f"mutant{n:04}": one for n, one in enumerate(code_mutants(module, draft.outline, tools))}
    carrier = _carrier(environment, draft, module, named)
    fates: dict[str, Fate] = {}
    async with worker_of(carrier) as process:
        root = await process.begin(scenario_of(draft.start, seed))
        path: tuple[Call, ...] = ()
        work = _Work(draft, runner, named, fates)
        for one in trial.tries:
            for call in one.path[len(path) :]:
                await root.call(call.tool, dict(call.arguments))
            path = one.path or path
            if one.valid and one.path == path:
                await work.all_mutants(root, one)
    return _summed_up(named, fates)


KILLED = True
Fate = bool | str
"""True: noticed. A text: it acted otherwise, and nothing noticed."""


def _carrier(
    environment: Environment, draft: Draft, module: ast.Module, named: Mapping[str, CodeMutant]
) -> Environment:
    """The environment with all mutants as tools of their own."""
    cards = {tool.name: tool for tool in environment.card.tools}
    more = (cards[mutant.tool].model_copy(update={"name": name}) for name, mutant in named.items())
    card = environment.card.model_copy(update={"tools": (*environment.card.tools, *more)})
    source = with_mutants(module, draft.outline, named)
    return Environment(card, source, environment.policy)


def _summed_up(named: Mapping[str, CodeMutant], fates: Mapping[str, Fate]) -> MutantTrial:
    pairs = [(mutant, fates.get(name)) for name, mutant in named.items()]
    return MutantTrial(
        killed=tuple(mutant for mutant, fate in pairs if fate is KILLED),
        survived=tuple((mutant, fate) for mutant, fate in pairs if isinstance(fate, str)),
        unreached=tuple(mutant for mutant, fate in pairs if fate is None),
    )


def _differ(one: Trying, now: Trying) -> bool:
    """Whether a call came to something else. Where several refusals hold, any of them may be told."""
    if one.outcome.is_error and now.outcome.is_error:
        return now.after != one.after or (now.came_to != one.came_to and now.came_to in CRASHES)
    return (one.after, one.outcome, one.broken) != (now.after, now.outcome, now.broken)


@dataclass(frozen=True)
class _Work:
    draft: Draft
    runner: CheckRunner
    named: Mapping[str, CodeMutant]
    fates: dict[str, Fate]

    async def all_mutants(self, root: RemoteEpisode, one: Trying) -> None:
        """Play one call on every mutant of its tool that nothing has noticed yet."""
        for name, mutant in self.named.items():
            if mutant.tool == one.call.tool and self.fates.get(name) is not KILLED:
                call = one.call.model_copy(update={"tool": name})
                again = await try_call(root, one.path, call)
                self._look(name, one, replace(again, call=one.call))

    def _look(self, name: str, one: Trying, now: Trying) -> None:
        if not _differ(one, now):
            return
        tool = self.draft.outline.tool(one.call.tool)
        noticed = any(True for _ in objections(tool, self.draft.contracts.get(tool.name), now, self.runner))
        if noticed:
            self.fates[name] = KILLED
        else:
            self.fates.setdefault(name, shown(now))
