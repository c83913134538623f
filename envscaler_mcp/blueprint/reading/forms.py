"""The file format of a domain, of its options and of patterns: the reference of the language.

A *formula* is an expression of the language (see `expression.parse`); numbers and truths may stand bare.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

FORMAT = "envscaler-mcp/domain/1"
TYPE_KEYS = ("text", "int", "money", "date", "bool", "enum", "ref", "refs")
EFFECT_KEYS = ("each", "first", "on", "create", "link", "unlink", "delete", "when")

MOST = 100
"""Of entities, rules and actions."""
MOST_USES = 12


def _spelt(value: Any) -> Any:
    return str(value) if isinstance(value, int | bool) or value is None else value


Formula = Annotated[StrictStr, BeforeValidator(_spelt)]
Text = Annotated[StrictStr, Field(min_length=1, max_length=400)]
Name = StrictStr
Range = Annotated[list[StrictInt], Field(min_length=2, max_length=2)]


class Form(BaseModel):
    """A mapping of the file; keys it does not list are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FieldForm(Form):
    """A field: exactly one of the keys `text` … `refs` says its type."""

    text: Text | list[Text] | None = None
    """`person`, `city`, `email` …, a mask such as `A-##` (A a letter, # a digit), or a list of values."""
    int_: Range | None = Field(default=None, alias="int")
    """Least and greatest value."""
    money: Range | None = None
    """Least and greatest value, in cents."""
    date: Range | None = None
    """Least and greatest value, in days from today."""
    bool_: StrictBool | None = Field(default=None, alias="bool")
    """Its default."""
    enum: Annotated[list[Name], Field(min_length=1)] | None = None
    """Its values, in order."""
    ref: Name | None = None
    """The entity it points to."""
    refs: Name | None = None
    """The entity whose rows it lists."""
    label: Text | None = None
    """What people call it; default: its name, with blanks."""
    phrase: Text | None = None
    """How a row is told apart by it: `arriving on {}`."""
    unit: Text | None = None
    """What an int counts, singular: `night`."""
    unique: StrictBool = False
    """No two rows have the same value."""
    title: StrictBool = False
    """People call the row by it; one field of an entity at most."""
    optional: StrictBool = False
    """It may be None, and is in new rows that say nothing else."""
    default: Formula | None = None
    """Value in new rows that say nothing else."""
    free: StrictBool = False
    """A text that is not judged."""


def _derived(value: object) -> object:
    return {"value": value} if isinstance(value, str | int | bool) else value


class DerivedForm(Form):
    """A value that follows from others; a formula alone stands for its `value`."""

    value: Formula
    """Over the row under the entity's name."""
    label: Text | None = None
    """What people call it; default: its name."""


class EntityForm(Form):
    """A kind of row."""

    fields: dict[Name, FieldForm] = Field(default_factory=dict[Name, FieldForm])
    rows: Range | None = None
    """Least and greatest number of rows at the start; left out: only actions make rows."""
    states: list[Name] = Field(default_factory=list[Name])
    """Of its lifecycle, the first one for new rows; they are the values of its field `state`."""
    derived: dict[Name, Annotated[DerivedForm, BeforeValidator(_derived)]] = Field(
        default_factory=dict[Name, DerivedForm]
    )
    """Values that follow from others: a formula, or `value` and `label`."""
    noun: Text | None = None
    """What people call a row; default: its name, with blanks."""
    plural: Text | None = None
    """What people call several; default by rule."""
    prefix: Text | None = None
    """Of its ids, two to five capitals; default made from the name."""
    log: StrictBool = False
    """Rows are only ever added."""


class RuleForm(Form):
    """`when` it holds of a row of `on`, `must` holds too; its key is the refusal's code."""

    on: Name = ""
    """The entity; left out: the rule is about everything there is."""
    when: Formula | None = None
    must: Formula


class EffectForm(Form):
    """One effect: exactly one of `each` … `when` says which."""

    each: Formula | None = None
    """`x in bookings if …`: for every such row, in the order of `by`, do `sets`, then `then`."""
    first: Formula | None = None
    """The same for the first of them only."""
    by: list[Formula] = Field(default_factory=list[Formula])
    """The order, each key with `-` in front for descending; ties end at the id."""
    on: Formula | None = None
    """A row to which `sets` applies."""
    create: Name | None = None
    """An entity: makes a row with the values in `sets`."""
    as_: Name | None = Field(default=None, alias="as")
    """What later effects call the row that was made; default: the entity's name."""
    sets: dict[Name, Formula] = Field(default_factory=dict[Name, Formula])
    link: dict[Formula, Formula] | None = None
    """`{surgeon.skills: procedure}`: adds a row to a refs field, once."""
    unlink: dict[Formula, Formula] | None = None
    delete: Formula | None = None
    """A row to take away."""
    when: Formula | None = None
    """A condition for `then`, else `else`."""
    then: list[EffectForm] = Field(default_factory=list["EffectForm"])
    else_: list[EffectForm] = Field(default_factory=list["EffectForm"], alias="else")


class ActionForm(Form):
    """A write tool; its key is the tool's name.

    Its effects happen in this order: `sets`, `takes`, `to`, `then`; with `creates`, the row is made first.
    """

    on: Name = ""
    """The entity of the row it acts on, which is its first parameter."""
    creates: Name = ""
    """The entity of the row it makes, from `takes`, `sets` and defaults."""
    from_: list[Name] = Field(default_factory=list[Name], alias="from")
    """States in which it is allowed; else it is refused: `wrong_state`."""
    to: Name = ""
    """The state it leads to."""
    takes: list[Name] = Field(default_factory=list[Name])
    """Fields of the row that the caller gives: parameters of the same names."""
    with_: dict[Name, FieldForm] = Field(default_factory=dict[Name, FieldForm], alias="with")
    """Further parameters, described like fields."""
    requires: dict[Name, Formula] = Field(default_factory=dict[Name, Formula])
    """Refusal code: what must hold before anything is done; asked in order."""
    sets: dict[Name, Formula] = Field(default_factory=dict[Name, Formula])
    """Fields of the row, computed from what it was before."""
    then: list[EffectForm] = Field(default_factory=list[EffectForm])
    ask: list[Text] = Field(default_factory=list[Text])
    """How a person asks for it, with every `{parameter}`."""
    about: Text | None = None
    """First sentence of the tool's description; default made from the name."""


class MeasureForm(Form):
    """A figure that a person may ask for."""

    about: Name = ""
    """The entity it is about, in scope of `value`; left out: everything."""
    value: Formula
    ask: Annotated[list[Text], Field(min_length=1)]
    """Noun phrases: `the number of bookings of {room}`."""


class PickForm(Form):
    """An argument to be found: the first such row, in order, with which the action is not refused."""

    pick: Formula
    """`r in rooms if …`."""
    by: list[Formula] = Field(default_factory=list[Formula])


class DutyForm(Form):
    """What people have to do before or after an action, for every row: the first attempt not refused."""

    after: Name = ""
    before: Name = ""
    each: Formula
    by: list[Formula] = Field(default_factory=list[Formula])
    attempts: Annotated[list[dict[Name, dict[Name, PickForm | Formula]]], Field(min_length=1, alias="try")]
    """`{action: {parameter: formula or pick}}`, best first."""
    news: Annotated[list[Text], Field(min_length=1)]
    """The event in words, with the action's `{parameter}`s."""


class UseForm(Form):
    """A pattern, bound to this domain's names."""

    pattern: Name
    with_: dict[Name, Formula] = Field(default_factory=dict[Name, Formula], alias="with")


class PartForm(Form):
    """What a domain, an option and a pattern have in common."""

    topics: list[Text] = Field(default_factory=list[Text])
    entities: dict[Name, EntityForm] = Field(default_factory=dict[Name, EntityForm], max_length=MOST)
    rules: dict[Name, RuleForm] = Field(default_factory=dict[Name, RuleForm], max_length=MOST)
    actions: dict[Name, ActionForm] = Field(default_factory=dict[Name, ActionForm], max_length=MOST)
    measures: dict[Name, MeasureForm] = Field(default_factory=dict[Name, MeasureForm])
    duties: dict[Name, DutyForm] = Field(default_factory=dict[Name, DutyForm])
    uses: list[UseForm] = Field(default_factory=list[UseForm], max_length=MOST_USES)


class OptionForm(PartForm):
    """What an environment may have besides: mappings merge into the domain's, lists append to them.

    Its other keys are those of a domain (`PartForm`). It may leave out what the domain already says.
    """

    about: Text | None = None
    """Another sentence or two on what the domain is about."""
    needs: list[Name] = Field(default_factory=list[Name])
    """Options without which this one is not chosen."""
    excludes: list[Name] = Field(default_factory=list[Name])
    """Options with which this one is not chosen."""


class DomainForm(PartForm):
    """A domain file."""

    format: Literal["envscaler-mcp/domain/1"]
    name: Name
    title: Text
    about: Text
    options: dict[Name, OptionForm] = Field(default_factory=dict[Name, OptionForm])


class PatternForm(Form):
    """A pattern file: `<name>` in any key or text of it is replaced by the argument of that name.

    `<name.rows>` is the collection of an entity, `<name.noun>` and `<name.nouns>` its words for people. Its
    other keys are those of an option.
    """

    pattern: Name
    about: Text
    parameters: dict[Name, Text]
    """What each argument is."""
