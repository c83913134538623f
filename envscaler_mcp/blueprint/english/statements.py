"""What sentences mean, between words and requests: two requests may share one, a name may be a pronoun."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from envscaler_mcp.blueprint.design import STATE, Design
from envscaler_mcp.blueprint.tasks.requests import (
    Best,
    Condition,
    Described,
    Do,
    DoEach,
    DoIf,
    Event,
    Mark,
    Request,
    Selection,
    Tell,
)

from .describe import in_order
from .naming import Same, Several, condition_order

USE_REFERENCE = 0.7
USE_NEAR_REFERENCE = 0.9
JOIN_ROWS = 0.75
JOIN_CLAUSES = 0.25
MOST_WEIGHT = 3
MOST_ROWS = 3
"""So many names in one phrase; more of them nobody reads."""


_FINITE = re.compile(r" (?:is|has|was|does|will|can|now|no longer|still)\b")


class Obscure(ValueError):
    """A reference such as `the same guest` leads nowhere, or to more than one."""


@dataclass(frozen=True)
class Clause:
    """One action asked for, with what stands in its slots; or a figure, with the measure as the action."""

    action: str
    arguments: Mapping[str, Any]
    figure: bool = False


@dataclass(frozen=True)
class Order:
    """Clauses that one sentence asks for, one after the other."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Test:
    """A sentence with `if`."""

    row: Any
    condition: Condition
    then: Clause
    otherwise: Clause | None


@dataclass(frozen=True)
class News:
    """Something happened; what follows is not said."""

    duty: str
    arguments: Mapping[str, Any]


Statement: TypeAlias = Order | Test | News


def canonical(design: Design, requests: Sequence[Request]) -> tuple[Request, ...]:
    """The same requests with marks and conditions in the order in which they are heard."""
    return cast("tuple[Request, ...]", tuple(_canonical(design, one) for one in requests))


def _canonical(design: Design, part: Any) -> Any:
    def inner(one: Any) -> Any:
        return _canonical(design, one)

    match part:
        case Described():
            return replace(
                part, marks=in_order(design, part.entity, {m.field: inner(m.value) for m in part.marks})
            )
        case Selection():
            conditions = sorted(
                map(inner, part.conditions), key=lambda one: condition_order(design, part.entity, one)
            )
            return replace(part, conditions=tuple(conditions))
        case _:
            return _mapped(part, inner)


def _mapped(part: Any, change: Callable[[Any], Any]) -> Any:  # noqa: PLR0911 (one for each kind of part)
    """A part of a request with its parts changed."""
    match part:
        case Described():
            return replace(part, marks=tuple(Mark(mark.field, change(mark.value)) for mark in part.marks))
        case Condition():
            return replace(part, value=change(part.value))
        case Selection():
            return replace(part, conditions=tuple(map(change, part.conditions)))
        case Best():
            return replace(part, among=change(part.among))
        case Do() | Event() | Clause():
            return replace(part, arguments={name: change(value) for name, value in part.arguments.items()})
        case DoEach():
            arguments = {name: change(value) for name, value in part.arguments.items()}
            return replace(part, selection=change(part.selection), arguments=arguments)
        case DoIf():
            then, otherwise = change(part.then), change(part.otherwise)
            return replace(
                part, row=change(part.row), condition=change(part.condition), then=then, otherwise=otherwise
            )
        case Tell():
            return replace(part, about=change(part.about))
        case _:
            return part


class Memory:
    """The rows that were mentioned so far, and what `the same guest` would lead to."""

    def __init__(self) -> None:
        self._mentioned: dict[str, list[Any]] = {}

    def note(self, part: Any) -> None:
        """Remember every row that a part of a request mentions."""
        if isinstance(part, Described | Best | Selection):
            entity = part.among.entity if isinstance(part, Best) else part.entity
            rows = self._mentioned.setdefault(entity, [])
            if part not in rows:
                rows.append(part)
        _mapped(part, self._noted)

    def _noted(self, part: Any) -> Any:
        self.note(part)
        return part

    def only(self, entity: str) -> Described | None:
        """The one row of the entity that was mentioned; None where there is none or another candidate."""
        rows = self._mentioned.get(entity, [])
        return rows[0] if len(rows) == 1 and isinstance(rows[0], Described) else None


def refer(requests: Sequence[Request], rng: random.Random) -> list[Any]:
    """The requests with `Same` for rows that were mentioned before, here and there."""
    memory = Memory()
    found: list[Any] = []
    for request in requests:
        found.append(_referring(request, memory, rng))
        memory.note(request)
    return found


def _referring(
    part: Any, memory: Memory, rng: random.Random, near: Described | None = None, *, bare: bool = False
) -> Any:
    def inner(one: Any) -> Any:
        return _referring(one, memory, rng, near, bare=bare)

    if isinstance(part, DoIf):
        row, condition = inner(part.row), inner(part.condition)
        # `If the flat of the lease is …, move it`: it could be the flat.
        bare = part.condition.field == STATE
        then = _referring(part.then, memory, rng, part.row, bare=bare)
        otherwise = _referring(part.otherwise, memory, rng, part.row, bare=bare)
        return replace(part, row=row, condition=condition, then=then, otherwise=otherwise)
    if isinstance(part, Described):
        if near is not None and part.entity == near.entity:
            same = part == near and rng.random() < USE_NEAR_REFERENCE
            return Same(part.entity, near=True, bare=bare) if same else part
        if part == memory.only(part.entity) and (_is_wordy(part) or rng.random() < USE_REFERENCE):
            return Same(part.entity)
    return _mapped(part, inner)


def _is_wordy(row: Described) -> bool:
    """Whether a name is more than a title; nobody says it twice, and by then its state may be another."""
    return len(row.marks) > 1 or any(
        mark.field == STATE or isinstance(mark.value, Described) for mark in row.marks
    )


def resolve(requests: Sequence[Any]) -> tuple[Request, ...]:
    """The requests with the rows for which `Same` stands.

    Raises:
        Obscure: it stands for none or for more than one.
    """
    memory = Memory()
    found: list[Request] = []
    for request in requests:
        found.append(_resolved(request, memory))
        memory.note(found[-1])
    return tuple(found)


def _resolved(part: Any, memory: Memory, near: Described | None = None) -> Any:
    def inner(one: Any) -> Any:
        return _resolved(one, memory, near)

    if isinstance(part, Same):
        row = near if near is not None and near.entity == part.entity else memory.only(part.entity)
        if row is None:
            raise Obscure(f"which {part.entity} is meant is not clear")
        return row
    if isinstance(part, DoIf):
        row = inner(part.row)
        then, otherwise = _resolved(part.then, memory, row), _resolved(part.otherwise, memory, row)
        return replace(part, row=row, condition=inner(part.condition), then=then, otherwise=otherwise)
    return _mapped(part, inner)


def statements_of(design: Design, requests: Sequence[Any], rng: random.Random) -> list[Statement]:
    """Requests as sentences: some share one."""
    found: list[Statement] = []
    for request in requests:
        statement = _statement(request)
        joined = _joined(design, found[-1], statement, rng) if found else None
        if joined is not None:
            found[-1] = joined
        else:
            found.append(statement)
    return found


def requests_of(statements: Sequence[Statement]) -> list[Any]:
    """The requests that sentences make, with `Same` where they say so."""
    return [request for statement in statements for request in _requests(statement)]


def _statement(request: Any) -> Statement:
    match request:
        case DoIf():
            otherwise = request.otherwise and _clause(request.otherwise)
            return Test(request.row, request.condition, _clause(request.then), otherwise)
        case Event():
            return News(request.duty, request.arguments)
        case _:
            return Order((_clause(request),))


def _clause(request: Any) -> Clause:
    match request:
        case Do():
            return Clause(request.action, request.arguments)
        case DoEach():
            return Clause(request.action, {**request.arguments, request.parameter: request.selection})
        case _:
            return Clause(
                request.measure, {} if request.about is None else {"about": request.about}, figure=True
            )


def _requests(statement: Statement) -> Iterator[Any]:
    match statement:
        case Order():
            for clause in statement.clauses:
                yield from _of_clause(clause)
        case Test():
            then, otherwise = _do(statement.then), statement.otherwise and _do(statement.otherwise)
            yield DoIf(statement.row, statement.condition, then, otherwise)
        case News():
            yield Event(statement.duty, statement.arguments)


def _do(clause: Clause) -> Do:
    return Do(clause.action, clause.arguments)


def _of_clause(clause: Clause) -> Iterator[Any]:
    if clause.figure:
        yield Tell(clause.action, clause.arguments.get("about"))
        return
    for name, value in clause.arguments.items():
        others = {other: said for other, said in clause.arguments.items() if other != name}
        if isinstance(value, Selection):
            yield DoEach(clause.action, name, value, others)
            return
        if isinstance(value, Several):
            for row in value.rows:
                yield Do(clause.action, {**others, name: row})
            return
    yield _do(clause)


def _joined(design: Design, first: Statement, second: Statement, rng: random.Random) -> Statement | None:
    """One sentence for both, where that reads well and the seed is for it."""
    if not isinstance(first, Order) or not isinstance(second, Order):
        return None
    together = _one_clause(design, first.clauses[-1], second.clauses[0])
    if together is not None and rng.random() < JOIN_ROWS:
        return Order((*first.clauses[:-1], together))
    if len(first.clauses) == 1 and rng.random() < JOIN_CLAUSES and not together:
        return Order((*first.clauses, *second.clauses))
    return None


def _one_clause(design: Design, first: Clause, second: Clause) -> Clause | None:
    """One clause for both, if they ask the same for two rows."""
    if first.action != second.action or first.figure or second.figure:
        return None
    subject = design.by_action[first.action].subject
    if not subject or not may_share(design, first.action):
        return None
    one, other = first.arguments.get(subject), second.arguments.get(subject)
    rows = one.rows if isinstance(one, Several) else (one,)
    named = all(isinstance(row, Described) for row in (*rows, other))
    if not named or other in rows or len(rows) == MOST_ROWS:
        return None
    if {**first.arguments, subject: None} != {**second.arguments, subject: None}:
        return None
    return Clause(first.action, {**first.arguments, subject: Several((*rows, other))})


def is_heavy(value: object) -> bool:
    """Whether a name has so many words that what follows it would come too late: it stands at the end."""
    return _weight(value) >= MOST_WEIGHT


def _weight(value: object) -> int:
    """How much there is to be said of a row, or of several."""
    match value:
        case Described():
            return sum(_weight(mark.value) for mark in value.marks)
        case Several():
            return sum(map(_weight, value.rows))
        case Best():
            return MOST_WEIGHT
        case Selection():
            return sum(_weight(one) for one in value.conditions)
        case Condition():
            return _weight(value.value) + (value.op != "==")
        case _:
            return 1


def may_share(design: Design, name: str, ask: str | None = None) -> bool:
    """Whether `X and Y` as its subject asks the same for both, in this phrase or in any.

    An amount could be meant for both together, and a verb would have to agree with two.
    """
    action = design.by_action[name]
    if any(one.type.kind in ("int", "money") for one in action.parameters if not one.free_text):
        return False
    asks = action.asks if ask is None else (ask,)
    return not all(_governs_a_verb(one, action.subject) for one in asks)


def _governs_a_verb(ask: str, name: str) -> bool:
    """Whether the slot is the subject of a clause: `note that {guest} is back`."""
    before, _, after = ask.partition(f"{{{name}}}")
    return before.endswith("that ") or bool(_FINITE.match(after))
