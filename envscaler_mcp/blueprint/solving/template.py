"""The template agent: inverts the grammar and plays what it hears, one action for each request.

It knows the words of the domains that ship with the package and sees what every agent sees: policy, tools
and instruction. It reads no policy beyond its title, so its score says how much the wording gives away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from envscaler_mcp.agents import Assignment
from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.blueprint.english import NotUnderstood, understand
from envscaler_mcp.blueprint.tasks.requests import Best, Described, Do, DoEach, DoIf, Event, Request, Tell

from .knowing import design_behind
from .looking import Looking, Lost

FREE_TEXT = "As asked."
NO_DAY = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Template:
    """Does what the words say, and nothing of what follows from the policy."""

    spec: str = "template"

    async def act(self, assignment: Assignment) -> None:
        """Play the requests; of an instruction that it cannot read, none."""
        design = design_behind(assignment.policy, assignment.tools)
        if design is None:
            return
        try:
            understood = understand(design, assignment.instruction)
        except NotUnderstood:
            return
        schemas = {tool.name: tool.input_schema for tool in assignment.tools}
        looking = Looking(design, schemas, assignment.call)
        day = dt.date.fromisoformat(understood.day) if understood.day else NO_DAY
        for request in understood.requests:
            try:
                await _Player(design, looking, assignment, day).play(request)
            except Lost:
                continue


@dataclass(frozen=True)
class _Player:
    design: Design
    looking: Looking
    assignment: Assignment
    day: dt.date

    async def play(self, request: Request) -> None:
        match request:
            case Do():
                await self._do(request)
            case DoEach():
                for key in await self.looking.selected(request.selection):
                    await self._do(Do(request.action, {**request.arguments, request.parameter: _Known(key)}))  # pyright: ignore[reportArgumentType]
            case DoIf():
                await self._do_if(request)
            case Tell():
                await self._tell(request)
            case Event():
                duty = next(one for one in self.design.duties if one.name == request.duty)
                await self._do(Do(duty.after, request.arguments))

    async def _do(self, request: Do) -> None:
        action = self.design.by_action[request.action]
        given = {name: await self._value(value) for name, value in request.arguments.items()}
        await self._write(action, given)

    async def _do_if(self, request: DoIf) -> None:
        key = await self.looking.find(request.row)
        came_true = await self.looking.meets(request.row.entity, key, request.condition)
        part = request.then if came_true else request.otherwise
        if part is not None:
            await self._do(part)

    async def _tell(self, request: Tell) -> None:
        measure = next(one for one in self.design.measures if one.name == request.measure)
        about = await self.looking.find(request.about) if request.about else None
        figure = await self.looking.value(measure.value, {measure.about: about}, self.day)
        for action in self.design.actions:
            if action.answer == "report":
                await self._write(action, {"measure": request.measure, "about": about, "figure": figure})

    async def _value(self, value: Any) -> Any:
        match value:
            case Described():
                return await self.looking.find(value)
            case Best():
                return await self.looking.best(value)
            case _Known():
                return value.key
            case _:
                return value

    async def _write(self, action: Action, given: Mapping[str, Any]) -> None:
        await self.assignment.call(action.name, dict(_arguments(action, given)))
        self.looking.forget()


@dataclass(frozen=True)
class _Known:
    """A row that was looked up before."""

    key: str


def _arguments(action: Action, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for one in action.parameters:
        if given.get(one.name) is not None:
            yield one.stored, given[one.name]
        elif one.free_text:
            yield one.stored, FREE_TEXT
