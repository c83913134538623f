"""An environment as a thing to hand on: its card (`environment.json`), source and policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .problem import Problem
from .record import Json, Number, Part, Record

ServerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Role = Literal["volatile", "append_only", "derived", "free_text", "unordered"]


class FieldCard(Part):
    """One field of an entity."""

    name: str
    type: str
    description: str = ""
    enum: tuple[Json, ...] | None = None
    range: tuple[Number | None, Number | None] | None = None
    ref: str | None = None
    role: Role | None = None


class EntityCard(Part):
    """One kind of row; `collection` is the state field that holds its rows, by `key`."""

    name: str
    key: str
    fields: tuple[FieldCard, ...]
    collection: str | None = None


class RuleCard(Part):
    """A business rule; `executable` when the environment can check it over state."""

    id: str
    text: str
    executable: bool


class RefusalCard(Part):
    """One way a tool says no."""

    code: str
    text: str


class ToolCard(Part):
    """One tool; `input` and `output` are JSON Schemas as they stand in `tools.json`."""

    name: str
    kind: Literal["read", "write"]
    description: str
    input: dict[str, Json]
    output: dict[str, Json]
    refusals: tuple[RefusalCard, ...] = ()
    released_name: str | None = None
    """The method's own name, where it had to be mapped."""


class Provenance(Part):
    """Where an environment came from and what it cost."""

    engine: str
    seed: int | None = None
    model: str | None = None
    prompts: dict[str, str] = Field(default_factory=dict[str, str])
    sources: tuple[str, ...] = ()
    cost_usd: Number = 0
    tokens: int = 0
    versions: dict[str, str] = Field(default_factory=dict[str, str])


class Change(Part):
    """One entry of the changelog of tools."""

    version: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class EnvironmentCard(Record):
    """`environment.json`."""

    kind_of_file: ClassVar[str] = "environment"
    name: ServerName
    title: str
    version: str = "1.0.0"
    introduction: str
    form: Literal["native", "plain"]
    """`native`: a subclass of the runtime's base class. `plain`: any stateful class, adapted."""
    class_name: str
    load_method: str | None = None
    """Plain classes: the method that takes the start state, where it is not the constructor."""
    requirements: tuple[str, ...] = ()
    """Distributions that the class itself needs, `name==version`."""
    entities: tuple[EntityCard, ...] = ()
    rules: tuple[RuleCard, ...] = ()
    tools: tuple[ToolCard, ...]
    policy: str
    """Digest of `policy.md`."""
    provenance: Provenance
    problems: tuple[Problem, ...] = ()
    """What was repaired, mapped or found wanting on the way in."""
    digests: dict[str, str] = Field(default_factory=dict[str, str])
    changelog: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Environment:
    """The whole artefact: what `render` turns into a server."""

    card: EnvironmentCard
    source: str
    """Text of `environment.py`."""
    policy: str
    """Text of `policy.md`: what the agent is told of the rules."""
