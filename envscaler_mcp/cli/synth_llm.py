"""`synth --llm` and `scenarios --llm`: what a model writes, its cost, progress and run folder."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from envscaler_mcp.errors import BadInput

from .keys import find_keys
from .output import Output, Steps, table
from .prices import access_beside, prices_of
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.llm import Access
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.spec import Problem
    from envscaler_mcp.synthesis.mining import Funnel
    from envscaler_mcp.synthesis.pipeline import Made, Models, Order, RunFolder
    from envscaler_mcp.synthesis.topic import Topic

RUN = "synth-run"
SHOWN_PROBLEMS = 20
SolverOption = Annotated[
    str | None,
    typer.Option("--solver-llm", metavar="PROVIDER:MODEL", help="Solves each task on its own, three times."),
]
CheckerOption = Annotated[
    str | None,
    typer.Option("--check-llm", metavar="PROVIDER:MODEL", help="Writes checks and judges tools."),
]
EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embed-llm", metavar="PROVIDER:MODEL", help="Gives vectors by which mined topics are compared."
    ),
]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was said on the command line."""

    llm: str
    solver: str | None = None
    checker: str | None = None
    embedder: str | None = None
    scenarios: int = 10
    seed: int = 0
    budget: float | None = None
    price: Sequence[str] = ()
    concurrency: int | None = None
    dry_run: bool = False
    run: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """What stands in the run's folder."""
        return {
            "llm": self.llm,
            "solver_llm": self.solver,
            "check_llm": self.checker,
            "embed_llm": self.embedder,
            "scenarios": self.scenarios,
            "seed": self.seed,
            "budget_usd": self.budget,
            "prices": list(self.price),
        }

    def order(self) -> Order:
        """What is asked of every environment."""
        from envscaler_mcp.synthesis.pipeline import Order

        return Order(scenarios=self.scenarios, seed=self.seed, at_once=self.concurrency or 4)


def synth_llm(
    output: Output, wanted: Wanted, topics: Sequence[str], tasks: Path | None, count: int | None, out: Path
) -> int:
    """Environments of topics, or of the tasks in a file, written by a model."""
    if not topics and tasks is None:
        raise BadInput("synth --llm", "nothing says what to make", "give a TOPIC, or --tasks FILE")
    if wanted.dry_run:
        return _told(output, wanted, len(topics) + (count or 0 if tasks else 0) or 1, tasks)
    session = _Session(output, wanted, wanted.run or out / RUN)

    async def work() -> list[Made]:
        from envscaler_mcp.synthesis.pipeline import synthesise

        async with session.models() as models:
            found = await session.topics(topics, tasks, count, models)
            session.expects(len(found) * wanted.scenarios)
            return await synthesise(found, out, session.shared(models), session.finished)

    return session.play(work, {"topics": list(topics), "tasks": str(tasks) if tasks else None})


def scenarios_llm(output: Output, wanted: Wanted, server: ServerFolder) -> int:
    """More scenarios for a server that stands, written by a model."""
    if wanted.dry_run:
        return _told(output, wanted, 1, None, only_scenarios=True)
    session = _Session(output, wanted, wanted.run or Path("runs") / f"scenarios-{server.card.name}")

    async def work() -> list[Made]:
        from envscaler_mcp.synthesis.pipeline import extend

        async with session.models() as models:
            session.expects(wanted.scenarios)
            made = await extend(server, session.shared(models))
            session.finished(made)
            return [made]

    return session.play(work, {"server": server.card.name})


@dataclass
class _Session:
    """One run: its folder, its ledger, and what it tells."""

    output: Output
    wanted: Wanted
    path: Path
    done: list[Made] = field(default_factory=list["Made"])
    asked: dict[str, Any] = field(default_factory=dict[str, Any])
    access: Access | None = None
    steps: Steps | None = None
    funnel: Funnel | None = None
    unread: list[Problem] = field(default_factory=list["Problem"])
    began: float = field(default_factory=time.monotonic)

    @property
    def folder(self) -> RunFolder:
        """Where the run keeps what it knows."""
        from envscaler_mcp.synthesis.pipeline import RunFolder

        return RunFolder(self.path)

    @asynccontextmanager
    async def models(self) -> AsyncGenerator[Models]:
        """The models that were named, as long as the run lasts."""
        from envscaler_mcp.llm import embedder_of, llm_of
        from envscaler_mcp.synthesis.pipeline import Models

        wanted = self.wanted
        self.access = access_beside(self.folder.calls, wanted.budget, wanted.price)
        async with self.access as access:
            author = llm_of(wanted.llm, access)
            checker = llm_of(wanted.checker, access.under("--check-llm")) if wanted.checker else None
            solver = llm_of(wanted.solver, access.under("--solver-llm")) if wanted.solver else None
            vectors = self._vectors(access)
            embedder = embedder_of(vectors, access.under("--embed-llm")) if vectors else None
            self._warn()
            yield Models(author, checker, solver, embedder)

    def _vectors(self, access: Access) -> str:
        """The model that gives vectors: the one that was named, or the author's neighbour."""
        from envscaler_mcp.llm import embeddings_beside

        if self.wanted.embedder or not self.asked.get("tasks"):
            return self.wanted.embedder or ""
        return embeddings_beside(self.wanted.llm, access)

    async def topics(
        self, said: Sequence[str], tasks: Path | None, count: int | None, models: Models
    ) -> list[Topic]:
        """What the environments are to be about."""
        from envscaler_mcp.synthesis.pipeline import topics_of
        from envscaler_mcp.synthesis.topic import Topic

        found = [Topic(title=_speakable(one)[:80], introduction=one[80:] and one[:2000]) for one in said]
        if tasks is None:
            return found
        mined, self.unread = await topics_of(tasks, count or 0, models, self.folder)
        self.funnel = mined.funnel
        self.output.note(f"{len(mined.topics)} topics from {tasks}, compared by {mined.compared_by}")
        if not mined.topics and not found:
            raise BadInput(
                str(tasks), "no task in it is worth an environment", "see mining/events.jsonl there"
            )
        return [*found, *mined.topics]

    def shared(self, models: Models) -> Any:
        """What all environments share."""
        from envscaler_mcp.synthesis.pipeline import Run

        return Run(self.wanted.order(), models, self.folder, self.tell)

    def tell(self, name: str, line: str) -> None:
        """Progress: an environment and what it is at."""
        if self.steps and line.endswith((": certified", ": agreed")):
            self.steps.advance(f"{name}: {line}")
        else:
            self.output.note(f"{name}: {line}")

    def expects(self, scenarios: int) -> None:
        """So many scenarios are to come."""
        self.output.note(f"{scenarios} scenarios are wanted; the run is kept in {self.path}")

    def finished(self, made: Made) -> None:
        """One environment is done."""
        self.done.append(made)
        self.tell(made.name, f"{made.scenarios} certified, {made.rejected} rejected")
        self._write("running")

    def play(self, work: Callable[[], Awaitable[list[Made]]], asked: dict[str, Any]) -> int:
        """Run to the end, and say how it went; what is done stands, whatever happens."""
        self.asked = {**self.wanted.to_json(), **asked}
        self.output.resume = "say the same again; no call is paid for twice"
        status = "stopped"
        try:
            with self.output.progress(
                "certified", self.wanted.scenarios * max(1, len(asked.get("topics", [])))
            ) as steps:
                self.steps = steps
                made = asyncio.run(_awaited(work))
            status = "complete"
        finally:
            self.steps = None
            if self.access:
                self._write(status)
        return self._ended(made)

    def _write(self, status: Any) -> None:
        if self.access:
            self.folder.write(status, self.asked, self.access.ledger, self.done)

    def _warn(self) -> None:
        if self.wanted.solver and self.wanted.solver == self.wanted.llm:
            self.output.note(
                "warning: --solver-llm is the author itself; agreement of one model with itself proves less"
            )

    def _ended(self, made: Sequence[Made]) -> int:
        total = self.access.ledger.total() if self.access else None
        tokens = total.usage.input + total.usage.output if total else 0
        cost = total.cost_usd if total and tokens else 0.0
        seconds = round(time.monotonic() - self.began, 1)
        fallen: Counter[str] = Counter()
        for one in made:
            fallen.update(one.rejections)
        self.output.result(
            {
                "environments": [one.model_dump(mode="json", exclude={"order", "card"}) for one in made],
                "cost_usd": cost,
                "tokens": tokens,
                "seconds": seconds,
                "rejections": dict(sorted(fallen.items())),
                "run": str(self.path),
                "mining": self.funnel.to_json() if self.funnel else [],
                "unread": [one.model_dump(mode="json") for one in self.unread],
                "ledger": self.access.ledger.to_json() if self.access else {},
            },
            *self._mined(),
            _table(made),
            *_problems(made),
            f"{sum(one.scenarios for one in made)} certified scenarios in "
            f"{sum(bool(one.path) for one in made)} environments; {sum(fallen.values())} tasks "
            f"were rejected. {seconds:.0f} s, {tokens:,} tokens, "
            f"{_dollars(cost)}. Everything that happened: {self.path}/summary.md",
        )
        return DONE if made and all(one.sound for one in made) and not self.unread else SHORT

    def _mined(self) -> Iterator[Any]:
        """Rows that hold no request, and the way from the others to topics."""
        yield from _short([f"{one.where}: {one.message}" for one in self.unread])
        if self.funnel:
            yield table(("step", "in", "kept"), self.funnel.steps, f"Topics; see {self.path}/mining")


async def _awaited(work: Callable[[], Awaitable[list[Made]]]) -> list[Made]:
    return await work()


def _told(
    output: Output, wanted: Wanted, environments: int, tasks: Path | None, *, only_scenarios: bool = False
) -> int:
    from envscaler_mcp.llm import Access, price_of
    from envscaler_mcp.synthesis.mining import read_tasks
    from envscaler_mcp.synthesis.pipeline import forecast

    price = price_of(wanted.llm, Access(keys=find_keys(Path()), prices=prices_of(wanted.price)))
    mined = len(read_tasks(tasks)[0]) if tasks else 0
    found = forecast(
        0 if only_scenarios else environments,
        wanted.scenarios,
        price,
        agreed=wanted.solver is not None,
        tasks=mined,
    )
    told = found.to_json()
    rows = [
        (stage, sums["calls"], sums["tokens"]["input"], sums["tokens"]["output"], _dollars(sums["cost_usd"]))
        for stage, sums in [*told["stages"].items(), ("all", told["total"])]
    ]
    output.result(
        {"environments": [], "cost_usd": 0, "tokens": 0, "seconds": 0, "dry_run": True, "estimate": told},
        table(("stage", "calls", "tokens in", "tokens out", "cost"), rows, "An estimate; nothing was spent"),
        f"{environments} environment{'s' * (environments != 1)}, {wanted.scenarios} certified scenarios "
        f"each, by {wanted.llm}. Lengths of calls are measured, yields are assumed.",
    )
    return DONE


def _speakable(topic: str) -> str:
    """A topic in words.

    Raises:
        BadInput: it is none.
    """
    if sum(letter.isalpha() for letter in topic) < 3:
        raise BadInput(f"topic {topic!r}", "it says nothing", "say in a few words what it is to be about")
    return " ".join(topic.split())


def _table(made: Sequence[Made]) -> Any:
    rows = [
        (
            one.name,
            one.tools,
            one.rules,
            one.scenarios,
            one.rejected,
            _dollars(one.cost_usd),
            one.path or "dropped",
        )
        for one in made
    ]
    return table(("server", "tools", "rules", "certified", "rejected", "cost", "path"), rows)


def _problems(made: Sequence[Made]) -> list[str]:
    every = [
        f"{problem.severity}: {one.name}/{problem.where}: {problem.message}"
        for one in made
        for problem in one.problems
        if problem.severity == "error"
    ]
    return _short(every)


def _short(lines: Sequence[str]) -> list[str]:
    """The first of them, and how many more there are."""
    more = [f"… and {len(lines) - SHOWN_PROBLEMS} more (--json has them all)"]
    return [*lines] if len(lines) <= SHOWN_PROBLEMS else [*lines[:SHOWN_PROBLEMS], *more]


def _dollars(cost: float | None) -> str:
    return "price unknown" if cost is None else f"${cost:,.2f}"
