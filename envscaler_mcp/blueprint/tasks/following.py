"""The reference reading of a list of requests: which calls they come to on a live episode.

Requests are seen to in the order in which they stand. What a rule forbids is left undone and its first
ground recorded; a duty is done row by row, by the first attempt that is not refused. Where the reading
leaves a choice, `backwards` takes the other side: requests that mean one thing end the same both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from envscaler_mcp.blueprint.design import Action, Attempt, Chosen, Design, Duty, Order
from envscaler_mcp.blueprint.expression.evaluate import Bindings, Scope, from_json, to_json
from envscaler_mcp.blueprint.world.live import LiveEpisode
from envscaler_mcp.runtime.standalone.difference import escape
from envscaler_mcp.spec.scenario import Call

from .answers import decision_call, report_call
from .meeting import chosen_row, holds, selected_rows
from .requests import Best, Described, Do, DoEach, DoIf, Event, Request, Tell, Value
from .unannounced import states_of, unannounced

Role = Literal["action", "decision", "report", "event", "duty"]
Arguments = Mapping[str, Any]

FREE_TEXT = "As requested."
"""What a tool is given where it wants a text that nobody judges."""
DEEPEST = 3
"""A duty may call for another one, and that for a third."""
STOPPED = ("invalid_arguments", "tool_crashed")


class Unclear(Exception):
    """The requests do not say what is to be done, or not on this state."""


@dataclass(frozen=True)
class Step:
    """One call of the reading.

    Attributes:
        call: with references to earlier results where it needs a generated id.
        request: number of the request that it belongs to.
        role: what it is done for.
        ground: of a decision, the code of the refusal.
        passed_over: how many attempts would have been refused before it.
    """

    call: Call
    request: int
    role: Role
    ground: str = ""
    passed_over: int = 0


@dataclass(frozen=True)
class Followed:
    """Where the requests lead."""

    steps: tuple[Step, ...]
    episode: LiveEpisode

    @property
    def oracle(self) -> tuple[Call, ...]:
        """The calls."""
        return tuple(step.call for step in self.steps)


def follow(
    design: Design, start: LiveEpisode, requests: Sequence[Request], *, backwards: bool = False
) -> Followed:
    """Follow requests on a fork of an episode.

    Args:
        design: of the environment.
        start: the episode as it stands; it is not changed.
        requests: what is asked, in order.
        backwards: take what has no order of its own, and ties, the other way round.

    Raises:
        Unclear: a name leads nowhere by now, an event cannot happen, or no attempt of a duty is possible.
    """
    follower = _Follower(design, start, start.fork(), backwards)
    for number, request in enumerate(requests):
        try:
            follower.see_to(number, request)
        except (KeyError, TypeError, ZeroDivisionError) as error:
            raise Unclear(f"an expression has no value: {error!r}") from error
    return Followed(tuple(follower.steps), follower.episode)


class _Follower:
    def __init__(self, design: Design, start: LiveEpisode, episode: LiveEpisode, backwards: bool) -> None:
        self.design = design
        self.start = start
        self.episode = episode
        self.backwards = backwards
        self.steps: list[Step] = []
        self._request = 0
        self._depth = 0
        self._sources: dict[str, tuple[int, str]] = {}

    @property
    def scope(self) -> Scope:
        """Expressions, asked of the state as it stands."""
        return Scope(self.design, self.episode, self.episode.now.date())

    def see_to(self, number: int, request: Request) -> None:
        """Do what one request asks."""
        self._request = number
        match request:
            case Do():
                self._do(request)
            case DoEach():
                self._do_each(request)
            case DoIf():
                self._do_if(request)
            case Tell():
                self._tell(request)
            case Event():
                self._event(request)

    def _do(self, request: Do) -> None:
        action = self.design.by_action[request.action]
        self._do_or_decline(action, self._values(request.arguments))

    def _do_or_decline(self, action: Action, values: Arguments) -> None:
        code = self._perform(action, values, "action")
        if code is None:
            return
        refused = decision_call(self.design, action, values, code)
        if refused is None:
            raise Unclear(f"nothing can be recorded about {action.name}")
        if self._call(refused, "decision", ground=code) is not None:
            raise Unclear("the decision itself is refused")

    def _do_each(self, request: DoEach) -> None:
        action = self.design.by_action[request.action]
        keys = sorted(self._steady(selected_rows, request.selection))
        for key in reversed(keys) if self.backwards else keys:
            values = {**self._values(request.arguments), request.parameter: key}
            self._do_or_decline(action, values)

    def _do_if(self, request: DoIf) -> None:
        came_true = self._steady(_comes_true, request)
        part = request.then if came_true else request.otherwise
        if part is not None:
            self._do(part)

    def _tell(self, request: Tell) -> None:
        measure = next(one for one in self.design.measures if one.name == request.measure)
        key = request.about.key if request.about else None
        figure = self.scope.value(measure.value, {measure.about: key})
        call = report_call(self.design, request.measure, key, figure)
        if call is None or self._call(call, "report") is not None:
            raise Unclear("the figure cannot be reported")

    def _event(self, request: Event) -> None:
        duty = next(one for one in self.design.duties if one.name == request.duty)
        action = self.design.by_action[duty.after]
        if self._perform(action, self._values(request.arguments), "event") is not None:
            raise Unclear(f"{action.name} is refused")

    def _perform(self, action: Action, values: Arguments, role: Role, passed_over: int = 0) -> str | None:
        """Play an action with what the policy asks for before and after it; or the code of its refusal."""
        duties = [one for one in self.design.duties if one.after == action.name]
        bindings = {one.name: from_json(values.get(one.name), one.type) for one in action.parameters}
        done = len(self.steps)
        for duty in duties:
            if duty.first:
                self._discharge(duty, bindings)
        call = Call(tool=action.name, arguments=tool_arguments(action, values))
        code = self._call(call, role, "", passed_over)
        if code is not None and len(self.steps) > done:
            raise Unclear(f"{action.name} is refused after its duty was done")
        for duty in duties:
            if code is None and not duty.first:
                self._discharge(duty, bindings)
        return code

    def _discharge(self, duty: Duty, bindings: Bindings) -> None:
        """Row by row; which rows are due is settled before the first is done."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unclear("duties call for each other without end")
        due = list(self.scope.where(duty.variable, duty.entity, duty.where, bindings))
        for key in self._in_order(duty.variable, due, duty.order, bindings):
            inner = {**bindings, duty.variable: key}
            if duty.where is not None and not self.scope.value(duty.where, inner):
                raise Unclear(f"{key} is no longer due when its turn comes")
            self._attempt(duty.attempts, inner)
        self._depth -= 1

    def _attempt(self, attempts: Sequence[Attempt], bindings: Bindings) -> None:
        refused = 0
        for attempt in attempts:
            action = self.design.by_action[attempt.action]
            for values in self._groundings(attempt, bindings):
                if self._perform(action, values, "duty", refused) is None:
                    return
                refused += 1
        raise Unclear("no attempt of the duty is possible")

    def _groundings(self, attempt: Attempt, bindings: Bindings) -> Iterator[dict[str, Any]]:
        """The arguments to try: every row that a `Chosen` one may be, in its order."""
        fixed = {
            name: to_json(self.scope.value(given, bindings))
            for name, given in attempt.arguments.items()
            if not isinstance(given, Chosen)
        }
        chosen = [(name, one) for name, one in attempt.arguments.items() if isinstance(one, Chosen)]
        yield from self._filled(fixed, chosen, bindings)

    def _filled(
        self, values: dict[str, Any], chosen: Sequence[tuple[str, Chosen]], bindings: Bindings
    ) -> Iterator[dict[str, Any]]:
        if not chosen:
            yield values
            return
        (name, one), *rest = chosen
        keys = self.scope.where(one.variable, one.entity, one.where, bindings)
        for key in self._in_order(one.variable, keys, one.order, bindings):
            yield from self._filled({**values, name: key}, rest, {**bindings, one.variable: key})

    def _in_order(
        self, variable: str, keys: Iterable[str], order: Sequence[Order], bindings: Bindings
    ) -> list[str]:
        return self.scope.in_order(variable, keys, order, bindings, ties_backwards=self.backwards)

    def _values(self, arguments: Mapping[str, Value]) -> dict[str, Any]:
        return {name: self._value(value) for name, value in arguments.items()}

    def _value(self, value: Value) -> Any:
        if isinstance(value, Described):
            return value.key
        return self._steady(chosen_row, value) if isinstance(value, Best) else value

    def _steady(self, ask: Callable[[Scope, Any], Any], about: Any) -> Any:
        """What is true at the start and when its turn comes; a person would not know which was meant."""
        first = ask(Scope(self.design, self.start, self.start.now.date()), about)
        if first is None or ask(self.scope, about) != first:
            raise Unclear("what is meant changes on the way")
        return first

    def _call(self, call: Call, role: Role, ground: str = "", passed_over: int = 0) -> str | None:
        """Make a call; None, or the code of its refusal."""
        referring = Call(tool=call.tool, arguments=self._referring(call.arguments))
        before = states_of(self.scope)
        outcome = self.episode.call(call.tool, call.arguments)
        if outcome.code in STOPPED:
            raise Unclear(f"{call.tool}: {outcome.result}")
        if outcome.is_error:
            return outcome.code
        if unannounced(self.scope, before, call.tool):
            raise Unclear(f"{call.tool} does by the side what has a duty of its own")
        self._note_ids(outcome.result)
        self.steps.append(Step(referring, self._request, role, ground, passed_over))
        return None

    def _referring(self, arguments: Arguments) -> dict[str, Any]:
        return {name: self._reference(value) for name, value in arguments.items()}

    def _reference(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._reference(part) for part in cast("list[Any]", value)]
        if not isinstance(value, str) or value not in self._made():
            return value
        if value not in self._sources:
            raise Unclear(f"no result tells the id {value}")
        return {"$result": [*self._sources[value]]}

    def _made(self) -> set[str]:
        """The ids of rows that were made on the way."""
        paths = [change.path.split("/") for change in self.episode.diff() if change.created]
        return {path[2] for path in paths if len(path) == 3}

    def _note_ids(self, result: Mapping[str, Any]) -> None:
        made = self._made()
        for pointer, text in _texts("", result):
            if text in made:
                self._sources.setdefault(text, (len(self.steps), pointer))


def tool_arguments(action: Action, values: Arguments) -> dict[str, Any]:
    """The arguments of a tool, under the names that the tool gives them."""
    said = {one.stored: to_json(values[one.name]) for one in action.parameters if one.name in values}
    free = {one.stored: FREE_TEXT for one in action.parameters if one.free_text and one.name not in values}
    return {**said, **free}


def _comes_true(scope: Scope, request: DoIf) -> bool:
    return holds(scope, request.row.entity, request.row.key, request.condition)


def _texts(pointer: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, Mapping):
        for name, part in cast("Mapping[str, Any]", value).items():
            yield from _texts(f"{pointer}/{escape(name)}", part)
    elif isinstance(value, list):
        for number, part in enumerate(cast("list[Any]", value)):
            yield from _texts(f"{pointer}/{number}", part)
