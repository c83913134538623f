"""How `eval` plays a run, and what it says of it in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import RolloutRow

from .contest import Contest
from .eval_live import Board, watched
from .eval_talk import refuse_unready_talk
from .eval_troupe import Troupe, users_in
from .forecast import say_forecast
from .output import Output
from .scoreboard import agents_json, remarks, run_tables, score_table
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.harness.evaluate import Planned
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.harness.task import Task
    from envscaler_mcp.harness.users import Users
    from envscaler_mcp.llm import Access, Budget

EXECUTORS = ("local", "ray")


@dataclass(frozen=True)
class Playing:
    """Everything that a run is played with."""

    run: Run
    tasks: Sequence[Task]
    access: Access
    contest: Contest
    concurrency: int
    trusted: bool
    executor: str = "local"

    def forecast(self, output: Output) -> int:
        """Say what it would take; no key is needed, and nothing is spent.

        Raises:
            BadInput: a spec names no agent.
        """
        self.contest.refuse_nonsense(self.access)
        card = self.run.card
        return say_forecast(output, card.agents, self.tasks, card.suite, self.access)

    def play(self, output: Output) -> int:
        """Play what the run does not hold yet; print the scores."""
        from envscaler_mcp.harness.evaluate import plan

        agents = self.contest.agents(self.access)
        self.contest.warn(output)
        users = self._users()
        planned = plan(self.tasks, self.run.card.agents, self.run.card.suite.repeats)
        self.run.begin()
        output.resume = f"say the same with --resume {self.run.path}"
        board = Board(self.run.card.agents, len(planned), self.run.rows())
        with watched(output, board) as told:
            if self.executor == "ray":
                return self._say(output, self._on_ray(planned, told))

            async def played() -> list[RolloutRow]:
                from envscaler_mcp.harness.evaluate import evaluate

                async with self.access:
                    return await evaluate(
                        self.run,
                        planned,
                        self.run.card.suite,
                        concurrency=self.concurrency,
                        agents=agents,
                        users=users,
                        trusted=self.trusted,
                        progress=lambda finished: told(finished.row),
                    )

            rows = asyncio.run(played())
        return self._say(output, rows)

    def _left_out(self, rows: Sequence[RolloutRow]) -> list[str]:
        """What the budget had no room for."""
        card, budget = self.run.card, self.access.budget
        left = len(self.tasks) * len(card.agents) * card.suite.repeats - len(rows)
        if budget is None or not left:
            return []
        return [
            f"${budget.spent:.4f} of ${budget.limit:.2f} are spent and the next call might exceed them: "
            f"{left} rollouts were not played. Go on with --resume {self.run.path} and a larger --budget."
        ]

    def _on_ray(self, planned: Sequence[Planned], told: Callable[[RolloutRow], None]) -> list[RolloutRow]:
        from envscaler_mcp.harness.ray_executor import evaluate_on_ray

        suite, access = self.run.card.suite, self.access
        return evaluate_on_ray(
            self.run,
            planned,
            suite,
            concurrency=self.concurrency,
            cast=Troupe(self.contest, suite, access.prices, access.streams),
            trusted=self.trusted,
            progress=lambda finished: told(finished.row),
        )

    def _users(self) -> Users | None:
        """Whom the agents talk with; which one that is stands in the run's card."""
        card = self.run.card
        users = users_in(card.suite, self.access)
        if users:
            self.run.card = card.model_copy(update={"versions": {**card.versions, **users.versions}})
        return users

    def _say(self, output: Output, rows: Sequence[RolloutRow]) -> int:
        from envscaler_mcp.view.overview import overview

        card = self.run.card
        scenarios = {(task.folder.card.name, task.scenario.id): task.scenario for task in self.tasks}
        found = overview(card, rows, scenarios)
        output.result(
            {
                "run": str(self.run.path),
                "status": card.status,
                "agents": agents_json(found.agents),
                "comparisons": [asdict(one) for one in found.comparisons],
                "difficulty_against_reward": found.correlation,
            },
            score_table(found.agents, f"{len(self.tasks)} scenarios, {card.suite.repeats} × each"),
            *run_tables(found),
            *remarks(found),
            *self._left_out(rows),
            f"Run: {self.run.path} (look at it: envscaler-mcp view {self.run.path})",
        )
        return DONE if card.status == "complete" else SHORT


def playing_of(
    run: Run, access: Access, pass_env: Sequence[str], concurrency: int, executor: str, *, trusted: bool
) -> Playing:
    """A run with the scenarios that its suite takes, and whoever takes part.

    Raises:
        BadInput: servers, scenarios and agents do not fit together, or an agent not to a budget.
    """
    from envscaler_mcp.harness.evaluate import tasks_of
    from envscaler_mcp.runtime.folder import ServerFolder

    card = run.card
    tasks = tasks_of(ServerFolder.find_all(card.suite.servers), card.suite.scenarios)
    refuse_unready_talk(card.suite, card.agents, tasks)
    closed = dict.fromkeys([*(task.folder.path for task in tasks), run.path, Path(".env")])
    contest = Contest(card.agents, pass_env, list(closed))
    if access.budget is not None:
        contest.refuse_unbounded()
    return Playing(run, tasks, access, contest, concurrency, trusted, executor)


def purse_of(run: Run, budget: float | None, executor: str) -> Budget | None:
    """What may be spent by a run and all that it was resumed from.

    Raises:
        BadInput: nobody would add it up.
    """
    from envscaler_mcp.llm import Budget

    if budget is not None and executor == "ray":
        message = "on ray nobody adds up what a run costs"
        raise BadInput("--budget", message, "say limits: {cost_usd: …} in a suite, or --executor local")
    return None if budget is None else Budget(budget, run.spent(), run.keep_spent)


def refuse_unknown_executor(name: str) -> None:
    """Where rollouts are played.

    Raises:
        BadInput: not there.
    """
    if name not in EXECUTORS:
        raise BadInput(
            f"--executor {name}", "there is no such executor", f"use one of: {', '.join(EXECUTORS)}"
        )
