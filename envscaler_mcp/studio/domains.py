"""The tools that need no code: a description of a domain becomes a server with certified scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import anyio.to_thread
from pydantic import Field

from envscaler_mcp.blueprint.new_domain import starter
from envscaler_mcp.blueprint.reading import Domain, domain_named, domain_names, parse_domain, read_domain
from envscaler_mcp.blueprint.synth import Order, closest, planned, run_jobs
from envscaler_mcp.errors import BadInput, BadInputs
from envscaler_mcp.spec import read_bytes, write_text

from .answers import DomainRead, Found, Made, Nearest
from .drafts import Drafts
from .offering import offered
from .parts import Name

FILES = "domains"
SHOWN = 5
Topic = Annotated[str, Field(description="In a few words, such as hotel bookings.")]
Yaml = Annotated[str, Field(description="The whole description, as domain_template shows the language.")]
Count = Annotated[
    int, Field(description="Scenarios to make, 1 to 40; each takes about a second.", ge=1, le=40)
]
Seed = Annotated[int, Field(description="The same seed gives the same server.", ge=0)]


class Domains:
    """Describes domains, and lets the compiler make servers of them.

    Args:
        drafts: descriptions are kept beside them.
        out: the folder that servers are rendered into.
    """

    def __init__(self, drafts: Drafts, out: Path) -> None:
        self._drafts = drafts
        self._files = drafts.folder / FILES
        self._out = out

    @offered("read")
    async def find_domains(self, topic: Topic) -> list[Nearest]:
        """The described domains that are nearest to a topic; start_from_topic makes a server of one."""
        known = [domain_named(name) for name in domain_names()]
        return [
            Nearest(
                name=one.domain.name,
                title=one.domain.title,
                about=one.domain.about,
                closeness=one.score,
                close_enough=one.close,
            )
            for one in closest(topic, known)[:SHOWN]
        ]

    @offered("read")
    async def domain_template(self, name: Name) -> str:
        """A commented description to fill in; or the text of a domain of this name, to adapt."""
        kept = self._files / f"{name}.yaml"
        if kept.is_file():
            return read_bytes(kept).decode("utf-8")
        if name in domain_names():
            return domain_named(name).path.read_text(encoding="utf-8")
        return starter(name)

    @offered("write")
    async def write_domain(self, name: Name, text: Yaml) -> DomainRead:
        """Keep a description of a domain. Everything that is wrong in it is told at once, with its line."""
        file = self._files / f"{name}.yaml"
        async with self._drafts.turn():
            write_text(file, text)
        try:
            domain = parse_domain(text, file.name)
        except BadInput as error:
            return DomainRead(name=name, options=[], problems=_told(error))
        return DomainRead(name=name, options=list(domain.options), problems=[])

    @offered("write")
    async def start_from_topic(self, topic: Topic, scenarios: Count = 3, seed: Seed = 0) -> Made:
        """Make a server of the described domain nearest to a topic: code, certified scenarios, everything."""
        known = [domain_named(name) for name in domain_names()]
        best = closest(topic, known)[0]
        if not best.close:
            remedy = "describe it with domain_template and write_domain, or write it with start_draft"
            raise BadInput(
                f"topic {topic!r}", f"no domain is close; the nearest is {best.domain.name}", remedy
            )
        return await self._make(best.domain, "", scenarios, "mixed", seed)

    @offered("write")
    async def make_from_domain(
        self,
        name: Name,
        scenarios: Count = 3,
        difficulty: Annotated[
            Literal["easy", "medium", "hard", "mixed"], Field(description="Of the scenarios.")
        ] = "mixed",
        seed: Seed = 0,
    ) -> Made:
        """Compile a description into a server with certified scenarios. No model is asked."""
        file = self._files / f"{name}.yaml"
        if file.is_file():
            return await self._make(read_domain(file), str(file.resolve()), scenarios, difficulty, seed)
        return await self._make(domain_named(name), "", scenarios, difficulty, seed)

    async def _make(
        self,
        domain: Domain,
        file: str,
        scenarios: int,
        difficulty: Literal["easy", "medium", "hard", "mixed"],
        seed: int,
    ) -> Made:
        jobs = planned([domain], 1, Order(scenarios, difficulty, seed), files=[file])
        if not jobs:
            raise BadInput(domain.name, "nothing that clients can take can be made of it", "make it smaller")
        (made,) = await anyio.to_thread.run_sync(run_jobs, jobs, self._out)
        return Made(
            path=made.path,
            tools=made.tools,
            rules=made.rules,
            scenarios=made.scenarios,
            tiers=made.tiers,
            rejected=made.rejected,
            problems=[Found.of(problem) for problem in made.problems],
        )


def _told(error: BadInput) -> list[str]:
    return [str(one) for one in error.problems] if isinstance(error, BadInputs) else [str(error)]
