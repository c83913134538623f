"""What remains to be done, once every name is known: the goal of a search, in parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from envscaler_mcp.blueprint.design import Design, Duty
from envscaler_mcp.blueprint.tasks.requests import (
    Best,
    Described,
    Do,
    DoEach,
    DoIf,
    Event,
    Request,
    Tell,
)

from .looking import Looking


@dataclass(frozen=True)
class Perform:
    """Play an action, with what the policy asks for around it; `asked`: if it is refused, it is declined."""

    action: str
    values: Mapping[str, Any]
    asked: bool


@dataclass(frozen=True)
class Play:
    """Play an action as it is."""

    action: str
    values: Mapping[str, Any]
    asked: bool


@dataclass(frozen=True)
class Due:
    """See to the rows that a duty is about by now."""

    duty: Duty
    values: Mapping[str, Any]


@dataclass(frozen=True)
class OneDue:
    """See to one of them."""

    duty: Duty
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Report:
    """File a figure, as it is by then."""

    measure: str
    about: str | None


Goal: TypeAlias = Perform | Play | Due | OneDue | Report


async def goals_of(design: Design, looking: Looking, requests: tuple[Request, ...]) -> tuple[Goal, ...]:
    """The parts of a goal, in order, with every name looked up at the start.

    Raises:
        Lost: a name leads nowhere, or to more than one row.
    """
    found: list[Goal] = []
    for request in requests:
        found += await _Reading(design, looking).goals(request)
    return tuple(found)


@dataclass(frozen=True)
class _Reading:
    design: Design
    looking: Looking

    async def goals(self, request: Request) -> list[Goal]:
        match request:
            case Do():
                return [Perform(request.action, await self._values(request.arguments), asked=True)]
            case DoEach():
                keys = await self.looking.selected(request.selection)
                values = await self._values(request.arguments)
                return [
                    Perform(request.action, {**values, request.parameter: key}, asked=True) for key in keys
                ]
            case DoIf():
                return await self._conditional(request)
            case Tell():
                about = await self.looking.find(request.about) if request.about else None
                return [Report(request.measure, about)]
            case Event():
                duty = next(one for one in self.design.duties if one.name == request.duty)
                return [Perform(duty.after, await self._values(request.arguments), asked=False)]

    async def _conditional(self, request: DoIf) -> list[Goal]:
        key = await self.looking.find(request.row)
        came_true = await self.looking.meets(request.row.entity, key, request.condition)
        part = request.then if came_true else request.otherwise
        return [] if part is None else await self.goals(part)

    async def _values(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {name: await self._value(value) for name, value in arguments.items()}

    async def _value(self, value: Any) -> Any:
        if isinstance(value, Described):
            return await self.looking.find(value)
        return await self.looking.best(value) if isinstance(value, Best) else value
