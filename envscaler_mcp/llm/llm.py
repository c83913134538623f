"""The two Protocols: a `Model` says something; an `Llm` gives stages an answer they can use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import Field

from envscaler_mcp.spec import Json, Part, Problem

from .request import Request

Finish = Literal["done", "length", "refused"]
"""Why a model stopped: it was through, it ran into `max_tokens`, or it would not answer."""


class Usage(Part):
    """Tokens as the provider counted them; `cached` are those of `input` that it knew already."""

    input: int = Field(default=0, ge=0)
    output: int = Field(default=0, ge=0)
    cached: int = Field(default=0, ge=0)

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input=self.input + other.input,
            output=self.output + other.output,
            cached=self.cached + other.cached,
        )


class Answer(Part):
    """What a model said, word for word, and what it cost. None: no price is known."""

    text: str
    finish: Finish
    usage: Usage
    model: str
    served_by: str = ""
    cost_usd: float | None = None
    known: bool = Field(default=False, exclude=True)
    """It was stored before: nothing was paid now."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a stage works with: the value where a schema was asked for, or the problems with the answer."""

    text: str
    value: Json
    finish: Finish
    usage: Usage
    cost_usd: float | None
    model: str
    known: bool
    problems: tuple[Problem, ...] = ()


class Model(Protocol):
    """One exchange: text in, text out."""

    @property
    def name(self) -> str:
        """What stands in provenance and digests, such as `openai:MODEL`: never a place, never a key."""
        ...

    async def answer(self, request: Request) -> Answer:
        """What the model says.

        Raises:
            ProviderFailed: there is no answer to be had.
            BudgetReached: it might cost more than is left.
        """
        ...


class Llm(Protocol):
    """What stages are given."""

    @property
    def name(self) -> str:
        """Which model this is."""
        ...

    async def complete(self, request: Request) -> Reply:
        """An answer that fits the request, or the problems with it.

        Raises:
            ProviderFailed: there is no answer to be had.
            BudgetReached: it might cost more than is left.
        """
        ...
