"""What every stage is given: a model to ask, the prompts, and a log of what happened."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal, TypeVar, cast

from jinja2 import Environment as JinjaEnvironment
from jinja2 import meta
from pydantic import BaseModel, ConfigDict, ValidationError

from envscaler_mcp.llm import Llm, Request
from envscaler_mcp.llm.request import Message
from envscaler_mcp.render.templating import fill_of, templates_root
from envscaler_mcp.runtime.standalone.canonical import digest_bytes, dumps
from envscaler_mcp.spec import Json, Part, Problem

PROMPTS = "prompts"
SYSTEM = "synthesis_system"
MOST_TOKENS = 16_384

Kind = Literal["asked", "problem", "repaired", "dropped", "kept", "note"]


class AnswerPart(BaseModel):
    """A piece of what a model answers: closed, and without defaults, so that providers can hold it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Problems:
    """What a stage returns in place of a value."""

    found: tuple[Problem, ...]

    @classmethod
    def of(cls, code: str, where: str, message: str) -> Problems:
        """A single one."""
        return cls((Problem(code=code, where=where, message=message),))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)


class Event(Part):
    """One line of the log: at which stage, what, where in the artefact, and the words for it.

    An `asked` event carries the request's digest, who answered, its tokens, and its cost where one is known.
    """

    stage: str
    kind: Kind
    where: str = ""
    message: str = ""
    code: str = ""
    request: str | None = None
    model: str | None = None
    known: bool | None = None
    tokens: int | None = None
    cost_usd: float | None = None


@dataclass
class Log:
    """What happened so far. `told` hears of each event as it happens: progress, or a file."""

    told: Callable[[Event], None] | None = None
    events: list[Event] = field(default_factory=list[Event])

    def add(self, event: Event) -> None:
        """Keep an event."""
        self.events.append(event)
        if self.told:
            self.told(event)

    @property
    def models(self) -> tuple[str, ...]:
        """Who answered; with `replay:` those who did so then."""
        return tuple(sorted({event.model for event in self.events if event.model}))

    @property
    def tokens(self) -> int:
        """Tokens of all answers."""
        return sum(event.tokens or 0 for event in self.events)

    @property
    def cost_usd(self) -> float:
        """Dollars for all answers whose price is known, in whatever order they came."""
        return math.fsum(event.cost_usd or 0.0 for event in self.events)

    def counts(self) -> dict[str, dict[str, int]]:
        """Stage → kind of event → how many."""
        counted: dict[str, Counter[str]] = {}
        for event in self.events:
            counted.setdefault(event.stage, Counter())[event.kind] += 1
        return {stage: dict(kinds) for stage, kinds in counted.items()}


@dataclass(frozen=True)
class Author:
    """A model with the prompts of its stages.

    Authors made by `at` and `by` share log and prompts; the pipeline reads both off any of them.

    Attributes:
        llm: who is asked.
        stage: the stage on whose account calls go.
        log: what happened.
        prompts: name of each prompt that was used → its digest, for the provenance.
    """

    llm: Llm
    stage: str = "synthesis"
    log: Log = field(default_factory=Log)
    prompts: dict[str, str] = field(default_factory=dict[str, str])

    def at(self, stage: str) -> Author:
        """The same author at another stage."""
        return replace(self, stage=stage)

    def by(self, llm: Llm) -> Author:
        """Another model at the same stage."""
        return replace(self, llm=llm)

    async def ask(
        self,
        prompt: str,
        answer: type[Answer],
        /,
        *,
        attempt: int = 0,
        max_tokens: int = MOST_TOKENS,
        **values: object,
    ) -> Answer | Problems:
        """What the model answers to a prompt, or why it cannot be used (after one repair round).

        Args:
            prompt: name of `templates/prompts/<prompt>.md.jinja`.
            answer: the shape of the answer; best an `AnswerPart` without defaults.
            attempt: sets apart requests that read the same and are to be answered anew.
            max_tokens: room for the answer.
            values: what the prompt may use.

        Raises:
            ProviderFailed: there is no answer to be had.
            BudgetReached: it might cost more than is left.
        """
        request = Request(
            stage=f"{self.stage}.{prompt}"[:60],
            system=self._text(SYSTEM),
            messages=(Message(role="user", text=self._text(prompt, **values)),),
            answer_schema=schema_of(answer),
            max_tokens=max_tokens,
            attempt=attempt,
        )
        reply = await self.llm.complete(request)
        self.log.add(
            Event(
                stage=self.stage,
                kind="asked",
                where=prompt,
                request=request.digest(),
                model=reply.model,
                known=reply.known,
                tokens=reply.usage.input + reply.usage.output,
                cost_usd=reply.cost_usd,
            )
        )
        return self._read(prompt, answer, reply.value, reply.problems)

    def note(self, kind: Kind, where: str, message: str, code: str = "") -> None:
        """Put a line into the log."""
        self.log.add(Event(stage=self.stage, kind=kind, where=where, message=message, code=code))

    def tell(self, problems: Iterable[Problem]) -> None:
        """Put problems into the log."""
        for problem in problems:
            self.note("problem", problem.where, problem.message, problem.code)

    def _text(self, prompt: str, **values: object) -> str:
        self.prompts[prompt] = prompt_digest(prompt)
        return fill_of(PROMPTS, f"{prompt}.md", **values)

    def _read(
        self, prompt: str, answer: type[Answer], value: Json, problems: tuple[Problem, ...]
    ) -> Answer | Problems:
        found = problems
        if not found:
            try:
                return answer.model_validate_json(dumps(value))
            except ValidationError as error:
                found = tuple(_misfits(prompt, error))
        self.tell(found)
        return Problems(found)


def schema_of(answer: type[BaseModel]) -> Json:
    """The JSON Schema of an answer, without titles."""
    return _untitled(answer.model_json_schema())


@cache
def prompt_digest(prompt: str) -> str:
    """Digest of a prompt's template and of those it includes."""
    folder = templates_root() / PROMPTS
    seen: dict[str, bytes] = {}
    waiting = [f"{prompt}.md.jinja"]
    while waiting:
        name = waiting.pop()
        seen[name] = (folder / name).read_bytes()
        tree = JinjaEnvironment(autoescape=False).parse(seen[name].decode("utf-8"))
        waiting += [part for part in meta.find_referenced_templates(tree) if part and part not in seen]
    return digest_bytes(b"\0".join(seen[name] for name in sorted(seen)))


def _misfits(prompt: str, error: ValidationError) -> Iterator[Problem]:
    for one in error.errors(include_url=False)[:8]:
        place = "/".join(str(step) for step in one["loc"])
        message = one["msg"].removeprefix("Value error, ")
        yield Problem(code="answer_invalid", where=f"{prompt}/{place}", message=message)


def _untitled(value: Json) -> Json:
    """Titles of pydantic say nothing; a property may be called `title`, too."""
    if isinstance(value, list):
        return [_untitled(part) for part in cast("list[Json]", value)]
    if not isinstance(value, dict):
        return value
    schema = cast("dict[str, Json]", value)
    return {
        key: _untitled_parts(part) if key in ("properties", "$defs") else _untitled(part)
        for key, part in schema.items()
        if not (key == "title" and isinstance(part, str))
    }


def _untitled_parts(named: dict[str, Json]) -> Json:
    return {name: _untitled(part) for name, part in named.items()}
