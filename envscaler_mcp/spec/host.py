"""The bodies of the host's admin port: what a client sends and what it gets back."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .record import Json, Part, State

RequestId = Annotated[str | None, Field(default=None, min_length=1, max_length=200)]
EpisodeState = Literal["live", "idle", "failed"]


class EpisodeRequest(Part):
    """`POST /episodes`: a scenario of a server, or a start state of one's own."""

    server: str
    scenario: str | None = None
    start: State | None = None
    seed: int = 0
    request_id: RequestId = None
    """Sent again under the same id, the request leads to the same episode and makes no other."""

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if (self.scenario is None) == (self.start is None):
            raise ValueError('give either "scenario" or "start"')
        return self


class ForkRequest(Part):
    """`POST /episodes/{id}/fork`: a copy as it stood after call number `at`, or as it stands."""

    at: int | None = Field(default=None, ge=0)
    request_id: RequestId = None
    """As of `POST /episodes`."""


class EpisodeCreated(Part):
    """201 of `POST /episodes` and of `…/fork`: where an agent connects and what it is told."""

    id: str
    mcp_url: str
    policy: str
    instruction: str


class EpisodeStatus(Part):
    """`GET /episodes/{id}`."""

    id: str
    status: EpisodeState
    calls: int = Field(ge=0)
    digest: str
    """Digest of the state."""


class HostError(Part):
    """Any answer of 400 and above: a sentence, a code for scripts, and what goes with it."""

    error: str
    code: str
    detail: Json = None
