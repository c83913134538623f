"""A design: what a domain file says once it is read, composed and checked. All later stages start here.

A design is typed and complete: every name in it exists, every expression is well typed, what the file left
out has its default. Nothing in it is text of a person except names, labels and phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from .expression.tree import Expression, Type
from .wording import words

STATE = "state"
"""The field that holds where a row stands in its lifecycle."""


@dataclass(frozen=True)
class Noun:
    """A word for people: `theatre list`, `theatre lists`."""

    singular: str
    plural: str


@dataclass(frozen=True)
class Field:
    """A field of an entity.

    Attributes:
        name: as expressions say it: `room`.
        type: its type; a lifecycle is an enum field named `state`.
        label: the noun phrase for its value: `party size`.
        phrase: how a row is told apart by it, with `{}` for the value: `arriving on {}`; empty: it is not.
        like: where text comes from: `person`, `email`, `street` …, a mask (`###`, `A-##`), or a choice.
        low: least value of int and money; for dates, days from today.
        high: greatest value, likewise.
        unit: what an int counts, singular: `night`; empty: nothing.
        unique: no two rows have the same value.
        title: people call the row by it: a person's name, a room's number.
        free_text: what it says is not judged.
        default: value of a new row where neither the action nor its caller gives one.
    """

    name: str
    type: Type
    label: str
    phrase: str = ""
    like: str | tuple[str, ...] = ""
    low: int | None = None
    high: int | None = None
    unit: str = ""
    unique: bool = False
    title: bool = False
    free_text: bool = False
    default: Expression | None = None

    @property
    def stored(self) -> str:
        """Its name in the state: `room_id` for a ref, `room_ids` for refs, else its own."""
        return self.name + {"ref": "_id", "refs": "_ids"}.get(self.type.kind, "")


@dataclass(frozen=True)
class Entity:
    """A kind of row.

    Attributes:
        name: singular, as expressions say it: `theatre_list`.
        collection: the state field that holds its rows: `theatre_lists`.
        prefix: of its ids: `LST` in `LST-01`.
        rows: least and greatest number in a start state, before any action was played.
        states: of its lifecycle, the first one for new rows; empty: it has none.
        log: rows are only ever added.
    """

    name: str
    noun: Noun
    collection: str
    prefix: str
    fields: tuple[Field, ...]
    rows: tuple[int, int] = (0, 0)
    states: tuple[str, ...] = ()
    log: bool = False

    @property
    def title(self) -> Field | None:
        """The field people call it by."""
        return next((one for one in self.fields if one.title), None)

    @property
    def is_person(self) -> bool:
        """Whether rows are people: they are never `it`."""
        return self.title is not None and self.title.like == "person"

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(f"{self.name}.{name}")


@dataclass(frozen=True)
class Rule:
    """`when` it holds of a row of `subject`, `must` holds too. No tool leaves a rule broken.

    `id` is also the code with which a call is refused that would break it. Without a subject it is about
    the whole state.
    """

    id: str
    subject: str
    when: Expression | None
    must: Expression


@dataclass(frozen=True)
class Parameter:
    """What an action is given. `name` is in scope of its expressions; `stored` is the tool's argument."""

    name: str
    type: Type
    label: str
    low: int | None = None
    high: int | None = None
    unit: str = ""
    like: str | tuple[str, ...] = ""
    free_text: bool = False

    @property
    def stored(self) -> str:
        """The argument's name: `room_id` for a ref."""
        return self.name + {"ref": "_id", "refs": "_ids"}.get(self.type.kind, "")


@dataclass(frozen=True)
class Requirement:
    """An action is refused with `code` unless `must` holds before anything is done."""

    code: str
    must: Expression


@dataclass(frozen=True)
class Assign:
    """Give a field of a row a value."""

    row: Expression
    field: str
    value: Expression


@dataclass(frozen=True)
class Link:
    """Add a row to a `refs` field (once), or take it out."""

    row: Expression
    field: str
    value: Expression
    remove: bool = False


@dataclass(frozen=True)
class Create:
    """Make a row; `variable` names it for later effects. Fields not in `values` get their default."""

    variable: str
    entity: str
    values: Mapping[str, Expression]


@dataclass(frozen=True)
class Delete:
    """Take a row out of its collection."""

    row: Expression


@dataclass(frozen=True)
class Order:
    """One key of an order; ties go on to the next key, and last to the id."""

    by: Expression
    descending: bool = False


@dataclass(frozen=True)
class Each:
    """Do the body for every row that `where` holds of, in order; with `first`, only for the first of them.

    The rows are chosen before the body runs for the first time.
    """

    variable: str
    entity: str
    where: Expression | None
    order: tuple[Order, ...]
    body: tuple[Effect, ...]
    first: bool = False


@dataclass(frozen=True)
class When:
    """Do the body if the condition holds, else `otherwise`."""

    condition: Expression
    body: tuple[Effect, ...]
    otherwise: tuple[Effect, ...] = ()


Effect: TypeAlias = Assign | Link | Create | Delete | Each | When


@dataclass(frozen=True)
class Action:
    """A write tool.

    Attributes:
        name: the tool's name.
        subject: entity of the row it acts on: its first parameter, of the entity's name; empty: none.
        creates: entity of the row it makes; effects know it under the entity's name; empty: none.
        parameters: in order, the subject first.
        from_states: states of the subject in which it is allowed; empty: any. Else refused: `wrong_state`.
        requires: in the order in which they are asked.
        effects: in the order in which they happen; the first makes the row that it `creates`.
        asks: how a person asks for it, with `{parameter}`: "Book {room} for {guest}."
        description: first sentence of the tool's description.
        answer: `decision` or `report` for the two actions that only record an answer; else empty.
    """

    name: str
    subject: str
    creates: str
    parameters: tuple[Parameter, ...]
    from_states: tuple[str, ...]
    requires: tuple[Requirement, ...]
    effects: tuple[Effect, ...]
    asks: tuple[str, ...]
    description: str
    answer: str = ""

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; KeyError where there is none."""
        return {one.name: one for one in self.parameters}[name]


@dataclass(frozen=True)
class Measure:
    """A figure that a person may ask for; `about` is the entity it is about, in scope, or empty."""

    name: str
    about: str
    value: Expression
    asks: tuple[str, ...]
    """Noun phrases: "the number of confirmed bookings of {room}"."""


@dataclass(frozen=True)
class Chosen:
    """An argument to be found: of the rows that `where` holds of, the first in order that is not refused."""

    variable: str
    entity: str
    where: Expression | None
    order: tuple[Order, ...]


@dataclass(frozen=True)
class Attempt:
    """One way to do a duty: the action with these arguments, if it is not refused."""

    action: str
    arguments: Mapping[str, Expression | Chosen]


@dataclass(frozen=True)
class Duty:
    """What follows from an action and is not done by the system.

    For each row, in order, the first attempt that is not refused. The policy states it; a situation is a
    scenario that names the event only.

    Attributes:
        name: of the duty.
        after: the action that is the event; its parameters are in scope.
        news: the event in words, with the action's `{parameter}`s: "{room} was flooded last night."
        first: whether the duty is done before the action (which is refused otherwise), or after it.
    """

    name: str
    after: str
    news: tuple[str, ...]
    variable: str
    entity: str
    where: Expression | None
    order: tuple[Order, ...]
    attempts: tuple[Attempt, ...]
    first: bool = False


@dataclass(frozen=True)
class Design:
    """One environment to be: a domain with a choice of its options."""

    name: str
    title: str
    about: str
    domain: str
    options: tuple[str, ...]
    patterns: tuple[str, ...]
    topics: tuple[str, ...]
    entities: tuple[Entity, ...]
    rules: tuple[Rule, ...]
    actions: tuple[Action, ...]
    measures: tuple[Measure, ...] = ()
    duties: tuple[Duty, ...] = ()
    derived: Mapping[tuple[str, str], Expression] = field(default_factory=dict[tuple[str, str], Expression])
    """(entity, name) → a value that follows from others: a field to expressions, but not in the state.

    In it, the row has the entity's name.
    """
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """(entity, name) → the noun phrase for a derived value, where its name is not one."""

    @cached_property
    def by_entity(self) -> Mapping[str, Entity]:
        """Entities by name."""
        return {one.name: one for one in self.entities}

    @cached_property
    def derived_labels(self) -> Mapping[str, Mapping[str, str]]:
        """Entity → its derived values → the noun phrase of each."""
        found: dict[str, dict[str, str]] = {entity.name: {} for entity in self.entities}
        for entity, name in self.derived:
            found[entity][name] = self.labels.get((entity, name)) or words(name)
        return found

    @cached_property
    def by_action(self) -> Mapping[str, Action]:
        """Actions by name."""
        return {one.name: one for one in self.actions}
