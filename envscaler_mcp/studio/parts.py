"""What a draft is made of: every part is small, named, and can be put in again under its name."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from envscaler_mcp.spec import Json, Moment, Part, Record, ScenarioId, ServerName, State
from envscaler_mcp.spec.scenario import Band

Type = Annotated[str, Field(description="A Python type, such as str, dt.date, list[str], Literal['a', 'b'].")]
Expression = Annotated[str, Field(description="A Python expression, such as None, 1 or 'open'.")]
ClassName = Annotated[
    str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,47}$", description="A class name, such as LoanItem.")
]
Name = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Small letters, digits and _, such as loan_id.")
]
MethodName = Annotated[
    str,
    Field(pattern=r"^_?[a-z][a-z0-9_]{0,39}$", description="As a tool; a method of its own begins with _."),
]
ConstantName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9_]{0,39}$", description="Such as LOAN_DAYS.")]
Body = Annotated[
    str, Field(description="Python statements, without the def line; `self` is the environment.")
]
Words = Annotated[str, Field(description="One or two sentences.")]


class FieldPart(Part):
    """A field of an entity."""

    name: Name
    type: Type
    description: Annotated[str, Field(description="What it holds; may be left out.")] = ""
    default: Annotated[str | None, Field(description="A Python expression, where it may be left out.")] = None
    role: Annotated[
        Literal["free_text", "append_only", "derived", "volatile"] | None,
        Field(description="free_text: the agent's own words, not graded."),
    ] = None


class ParameterPart(Part):
    """A parameter of a tool or method; tools need a description."""

    name: Name
    type: Type
    description: Annotated[str, Field(description="What the agent is to give, with an example.")] = ""
    default: Annotated[str | None, Field(description="A Python expression, where it may be left out.")] = None


class ConstantPart(Part):
    """A name for a value or a type that the code uses."""

    name: ConstantName
    value: Expression


class EntityPart(Part):
    """A kind of row, or of result; `collection` is the state field that holds its rows by id."""

    name: ClassName
    description: Words
    fields: tuple[FieldPart, ...]
    collection: Annotated[
        str | None, Field(description="State field for its rows, such as loans; none for results.")
    ] = None


class MethodPart(Part):
    """A tool, a rule, or a method that both use."""

    name: MethodName
    kind: Literal["read", "write", "rule", "method"]
    description: Words
    parameters: tuple[ParameterPart, ...] = ()
    returns: Type
    body: Body


class CheckPart(Part):
    """A check of a scenario."""

    id: Annotated[str, Field(description="Unique in its scenario, such as returned.")]
    kind: Annotated[Literal["goal", "guard"], Field(description="goal: false at the start; guard: true.")]
    text: Annotated[str, Field(description="What it asks, in words.")]
    source: Annotated[str, Field(description="def check(initial, final): … returns a bool.")]
    weight: Annotated[int, Field(description="Its share of the progress, 1 or more.", ge=1)] = 1


class CallPart(Part):
    """One call of a tool."""

    tool: Annotated[str, Field(description="Name of the tool.")]
    arguments: Annotated[dict[str, Json], Field(description="By name.")] = Field(
        default_factory=dict[str, Json]
    )


class FramePart(Part):
    """What solving may change."""

    changed: Annotated[tuple[str, ...], Field(description="Paths such as /loans/LN-1/status.")] = ()
    created: Annotated[dict[str, int], Field(description="New rows by collection, such as loans: 1.")] = (
        Field(default_factory=dict[str, int])
    )
    deleted: Annotated[tuple[str, ...], Field(description="Rows such as /loans/LN-1.")] = ()
    free: Annotated[tuple[str, ...], Field(description="Paths that the task leaves open.")] = ()
    history: Annotated[tuple[str, ...], Field(description="Collections that are only logs.")] = ()


class WorldPart(Part):
    """The start state that scenarios begin in unless they bring their own."""

    start: State
    now: Moment
    seed: int = 0


class ScenarioPart(Part):
    """A task with its grading."""

    id: ScenarioId
    instruction: str
    checks: tuple[CheckPart, ...]
    frame: FramePart
    oracle: tuple[CallPart, ...]
    start: State | None = None
    now: Moment | None = None
    seed: int | None = None
    tags: tuple[str, ...] = ()
    band: Band | None = None


class Draft(Record):
    """`draft.json`: an environment while it is being written."""

    kind_of_file: ClassVar[str] = "draft"
    name: ServerName
    title: str
    introduction: str
    policy: str = ""
    constants: tuple[ConstantPart, ...] = ()
    entities: tuple[EntityPart, ...] = ()
    methods: tuple[MethodPart, ...] = ()
    world: WorldPart | None = None
    scenarios: tuple[ScenarioPart, ...] = ()

    @property
    def class_name(self) -> str:
        """The environment's class: `tool_desk` → `ToolDesk`."""
        return "".join(word.capitalize() for word in self.name.split("_")) or "World"
