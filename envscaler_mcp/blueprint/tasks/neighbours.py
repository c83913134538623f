"""Rows that are easily taken for those that a task means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows

from .meeting import bears, holds
from .proposals import Proposal
from .requests import Best, Described, Do, DoEach, DoIf, Event, Request, Selection, Tell

Row = tuple[str, str]


def neighbours(design: Design, proposal: Proposal) -> list[Row]:
    """(collection, key) of tempting rows, the most tempting first: what is declined, then look-alikes."""
    scope = Scope(design, StateRows(proposal.start), proposal.now.date())
    found = [
        *_declined(proposal),
        *_all_alike(scope, proposal.requests),
        *_nearly_due(scope, proposal),
    ]
    return list(dict.fromkeys(found))


def described_in(request: Request) -> Iterator[Described]:
    """Every row that a request names by marks, those within names left out."""
    match request:
        case Do() | Event():
            yield from (one for one in request.arguments.values() if isinstance(one, Described))
        case DoEach():
            yield from (one for one in request.arguments.values() if isinstance(one, Described))
        case DoIf():
            yield request.row
            yield from described_in(request.then)
            yield from described_in(request.otherwise) if request.otherwise else ()
        case Tell():
            yield from [request.about] if request.about else []


def selections_in(request: Request) -> Iterator[Selection]:
    """Every selection of a request, those that a best is taken of among them."""
    match request:
        case Do() | Event():
            yield from (one.among for one in request.arguments.values() if isinstance(one, Best))
        case DoEach():
            yield request.selection
            yield from (one.among for one in request.arguments.values() if isinstance(one, Best))
        case DoIf():
            yield from selections_in(request.then)
            yield from selections_in(request.otherwise) if request.otherwise else ()
        case Tell():
            pass


def look_alikes(scope: Scope, described: Described) -> list[str]:
    """The rows that share its title, or all of its marks but one."""
    entity = scope.design.by_entity[described.entity]
    titles = [mark for mark in described.marks if entity.title and mark.field == entity.title.name]
    return [
        key
        for key in scope.keys(described.entity)
        if key != described.key and _is_like(scope, described, titles, key)
    ]


def _is_like(scope: Scope, described: Described, titles: list[Any], key: str) -> bool:
    shared = [bears(scope, described.entity, key, mark) for mark in described.marks]
    by_title = bool(titles) and all(bears(scope, described.entity, key, mark) for mark in titles)
    return by_title or (len(shared) > 1 and sum(shared) >= len(shared) - 1)


def _all_alike(scope: Scope, requests: tuple[Request, ...]) -> Iterator[Row]:
    for request in requests:
        for described in described_in(request):
            collection = scope.design.by_entity[described.entity].collection
            yield from ((collection, key) for key in look_alikes(scope, described))
        for selection in selections_in(request):
            collection = scope.design.by_entity[selection.entity].collection
            yield from ((collection, key) for key in nearly_selected(scope, selection))


def nearly_selected(scope: Scope, selection: Selection) -> list[str]:
    """The rows that fail one condition and meet all others; with one condition there is no near miss."""
    entity, wanted = selection.entity, len(selection.conditions)
    met = {
        key: sum(holds(scope, entity, key, one) for one in selection.conditions) for key in scope.keys(entity)
    }
    return [key for key, count in met.items() if 0 < count == wanted - 1]


def _declined(proposal: Proposal) -> Iterator[Row]:
    """The rows that a decision is about."""
    for step in proposal.steps:
        if step.role == "decision":
            yield from _homes(proposal.start, step.call.arguments)


def _homes(state: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[Row]:
    for value in arguments.values():
        yield from ((name, value) for name in state if isinstance(value, str) and value in state[name])


def _nearly_due(scope: Scope, proposal: Proposal) -> Iterator[Row]:
    """Rows of the kind that a duty is about, beside those that it moves: they share a row with them."""
    for request in proposal.requests:
        if isinstance(request, Event):
            duty = next(one for one in scope.design.duties if one.name == request.duty)
            event_rows = {one.key for one in described_in(request)}
            collection = scope.design.by_entity[duty.entity].collection
            for key, row in scope.source.rows(collection).items():
                if (
                    event_rows & {value for value in row.values() if isinstance(value, str)}
                    and key not in event_rows
                ):
                    yield collection, key
