"""What a stage asks of a model: frozen, and known by its digest."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import Json, Part

from .schemas import check_answer_schema

Stage = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,59}$")]
"""The name of a prompt; it opens the names of files."""


class Message(Part):
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    text: str


class Request(Part):
    """One question. It does not say which model answers: that is the affair of the `Llm`.

    `attempt` sets apart requests that are meant to be answered anew though they read the same; `round` is 1
    where the first answer could not be used.
    """

    stage: Stage
    system: str = ""
    messages: tuple[Message, ...] = Field(min_length=1)
    answer_schema: Json | None = None
    max_tokens: int = Field(default=8192, ge=1)
    attempt: int = Field(default=0, ge=0)
    round: int = Field(default=0, ge=0)

    @field_validator("answer_schema")
    @classmethod
    def _is_a_schema(cls, schema: Json | None) -> Json | None:
        if schema is not None:
            check_answer_schema(schema)
        return schema

    def digest(self) -> str:
        """`sha256:…` of the request alone, whoever answers it."""
        return digest(self.to_json())

    def with_answer(self, text: str, objection: str) -> Request:
        """The same request, one turn further: what was answered, and what is wrong with it."""
        turns = (Message(role="assistant", text=text), Message(role="user", text=objection))
        return self.model_copy(update={"messages": (*self.messages, *turns), "round": self.round + 1})


def ask(stage: str, text: str, **more: Json) -> Request:
    """A request of one message."""
    return Request(stage=stage, messages=(Message(role="user", text=text),), **more)


def call_digest(model: str, request: Request) -> str:
    """What a call is stored under: the digest of (model, request)."""
    return digest({"model": model, "request": request.to_json()})
