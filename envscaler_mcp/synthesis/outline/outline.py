"""What a model says of an environment before any code: entities, rules and tools.

Everything that becomes a name in source has a pattern; everything else becomes a literal. No part has a
default, so that providers can hold a model to the whole shape.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from envscaler_mcp.synthesis.author import AnswerPart

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ClassName = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=600)]
Kind = Literal["text", "integer", "number", "boolean", "date", "datetime", "choice", "reference"]
Role = Literal["stored", "derived", "free_text", "append_only", "volatile"]


class FieldOutline(AnswerPart):
    """One typed value.

    Attributes:
        kind: `reference` holds the id of a row of `refers_to`; `choice` is one of `choices`.
        many: a list of such values.
        optional: may be null, and is where nothing else is said.
        minimum: of an integer or number; null where there is none.
        maximum: as `minimum`.
    """

    name: Name
    description: Text
    kind: Kind
    many: bool
    optional: bool
    choices: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...]
    refers_to: ClassName | None
    minimum: int | None
    maximum: int | None


class EntityField(FieldOutline):
    """A field of a row; `derived` ones follow from others, `free_text` ones are nobody's business."""

    role: Role


ParameterOutline = FieldOutline


class EntityOutline(AnswerPart):
    """One kind of row. Each has a text field `id` that is not listed; ids look like `PREFIX-001`."""

    name: ClassName
    collection: Name
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{2,5}$")]
    description: Text
    fields: Annotated[tuple[EntityField, ...], Field(min_length=1, max_length=24)]


class RuleOutline(AnswerPart):
    """A business rule; with `executable` a state alone shows whether it is kept."""

    id: Name
    text: Text
    executable: bool


class RefusalOutline(AnswerPart):
    """One way a tool says no: a code, and exactly when."""

    code: Name
    when: Text


class ReturnOutline(AnswerPart):
    """What a tool gives back.

    Attributes:
        shape: `row` and `rows` are of `entity`; `facts` is an object with `fields`; `value` and `values` are
            of the kind of the only one of `fields`.
        entity: name of the entity, for `row` and `rows`.
        fields: of `facts`, `value` and `values`; else empty.
    """

    shape: Literal["row", "rows", "facts", "value", "values"]
    entity: ClassName | None
    fields: tuple[FieldOutline, ...]


class ToolOutline(AnswerPart):
    """One operation, as an agent sees it, and what is promised of it.

    Attributes:
        reads: collections that decide what it does.
        writes: collections that it may change; empty for a read.
        effects: one sentence for each change that a success leaves, cascades included; empty for a read.
        rules: ids of the rules that it has to keep.
    """

    name: Name
    kind: Literal["read", "write"]
    description: Text
    parameters: Annotated[tuple[FieldOutline, ...], Field(max_length=10)]
    returns: ReturnOutline
    reads: tuple[Name, ...]
    writes: tuple[Name, ...]
    refusals: tuple[RefusalOutline, ...]
    effects: tuple[Text, ...]
    rules: tuple[Name, ...]


class State(AnswerPart):
    """The first answer: what there is, and which rules hold."""

    entities: Annotated[tuple[EntityOutline, ...], Field(min_length=2, max_length=12)]
    rules: Annotated[tuple[RuleOutline, ...], Field(min_length=1, max_length=24)]


class Tools(AnswerPart):
    """The second answer: what can be done."""

    tools: Annotated[tuple[ToolOutline, ...], Field(min_length=1, max_length=40)]


class Outline(AnswerPart):
    """An environment without its code."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
    class_name: ClassName
    title: Text
    introduction: Annotated[str, Field(max_length=2000)]
    entities: tuple[EntityOutline, ...]
    rules: tuple[RuleOutline, ...]
    tools: tuple[ToolOutline, ...]
    guidance: tuple[Text, ...]
    """What an agent is told beside the rules, a sentence or two each."""

    def entity(self, name: str) -> EntityOutline | None:
        """An entity by its name."""
        return next((one for one in self.entities if one.name == name), None)

    def tool(self, name: str) -> ToolOutline:
        """A tool by its name."""
        return next(one for one in self.tools if one.name == name)

    def without(self, names: frozenset[str]) -> Outline:
        """The outline without some of its tools."""
        kept = tuple(tool for tool in self.tools if tool.name not in names)
        return self.model_copy(update={"tools": kept})
