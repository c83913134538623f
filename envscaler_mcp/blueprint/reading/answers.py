"""What every environment has besides: where an agent records a decision and files a figure."""

from __future__ import annotations

from collections.abc import Mapping

from envscaler_mcp.blueprint.design import (
    Action,
    Create,
    Delete,
    Each,
    Entity,
    Field,
    Measure,
    Noun,
    Parameter,
    Requirement,
    Rule,
)
from envscaler_mcp.blueprint.expression.tree import (
    BOOL,
    INT,
    NONE,
    TEXT,
    Aggregate,
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    Type,
    Variable,
)

WRONG_STATE = "wrong_state"
ALREADY_RECORDED = "already_recorded"
ABOUT = Type("text", optional=True)
"""The id of the row that an answer is about: an action's first row, what a measure is about; else None."""
ASKED = {
    "request": "tool that was asked for",
    "about": "id of the row it is about",
    "ground": "code with which the tool refuses it",
    "measure": "name of the figure",
    "figure": "value of the figure",
}
"""What the arguments of an answer are, to whoever calls the tool."""
DECISION, REPORT = "decision", "report"
RECORD, FILE = "record_decision", "file_report"


def decision_of(actions: tuple[Action, ...], rules: tuple[Rule, ...]) -> tuple[Entity, Action] | None:
    """The entity and the action for declining; None where nothing is ever refused."""
    grounds = grounds_of(actions, rules)
    if not grounds or not actions:
        return None
    request = Type("enum", values=tuple(action.name for action in actions))
    fields = (
        Field("request", request, "request"),
        Field("about", ABOUT, "row it is about", default=Constant(None, NONE)),
        Field("ground", Type("enum", values=grounds), "ground"),
        Field("note", TEXT, "note", free_text=True),
    )
    entity = Entity(DECISION, Noun("decision", "decisions"), "decisions", "DEC", fields, log=True)
    return entity, _record(entity)


def report_of(measures: tuple[Measure, ...]) -> tuple[Entity, Action] | None:
    """The entity and the action for figures; None where nothing is measured."""
    if not measures:
        return None
    fields = (
        Field("measure", Type("enum", values=tuple(one.name for one in measures)), "measure"),
        Field("about", ABOUT, "row it is about", default=Constant(None, NONE)),
        Field("figure", INT, "figure"),
    )
    entity = Entity(REPORT, Noun("report", "reports"), "reports", "REP", fields)
    return entity, _file(entity)


def grounds_of(actions: tuple[Action, ...], rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Every code with which an action may be refused, in the order of actions, then rules."""
    states = [WRONG_STATE] if any(action.from_states for action in actions) else []
    required = [requirement.code for action in actions for requirement in action.requires]
    return tuple(dict.fromkeys([*states, *required, *(rule.id for rule in rules)]))


def _record(entity: Entity) -> Action:
    parameters = _parameters(entity)
    earlier = Aggregate("any", "d", DECISION, _same("d", entity, "request"), None, BOOL)
    return Action(
        RECORD,
        "",
        DECISION,
        parameters,
        (),
        (Requirement(ALREADY_RECORDED, Not(earlier)),),
        (Create(DECISION, DECISION, _values(parameters)),),
        (),
        "Record that a request was declined, and on which ground.",
        "decision",
    )


def _file(entity: Entity) -> Action:
    parameters = _parameters(entity)
    new, old = Variable(REPORT, Type("ref", REPORT)), Variable("r", Type("ref", REPORT))
    where = Logic("and", (Compare("!=", old, new), *_same("r", entity, "measure").parts))
    create = Create(REPORT, REPORT, _values(parameters))
    return Action(
        FILE,
        "",
        REPORT,
        parameters,
        (),
        (),
        (create, Each("r", REPORT, where, (), (Delete(old),))),
        (),
        "File a figure; it replaces an earlier one for the same measure and row.",
        "report",
    )


def _parameters(entity: Entity) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(one.name, one.type, ASKED.get(one.name, one.label), free_text=one.free_text)
        for one in entity.fields
    )


def _values(parameters: tuple[Parameter, ...]) -> Mapping[str, Expression]:
    return {one.name: Variable(one.name, one.type) for one in parameters}


def _same(row: str, entity: Entity, first: str) -> Logic:
    """Whether an earlier answer has the same first field and is about the same row."""
    variable = Variable(row, Type("ref", entity.name))
    kinds = {one.name: one.type for one in entity.fields}
    parts = tuple(
        Compare("==", Get(variable, name, kinds[name]), Variable(name, kinds[name]))
        for name in (first, "about")
    )
    return Logic("and", parts)
