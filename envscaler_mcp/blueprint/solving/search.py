"""A breadth-first search over calls: from the parsed goal to an end state, by trying things on forks.

It shares no code with what proposed the task and knows no key: names are looked up through the tools, a
refusal is met by making the call, and of the ways that fulfil every duty the policy's preference chooses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from envscaler_mcp.blueprint.design import Action, Attempt, Chosen, Design, Duty
from envscaler_mcp.blueprint.expression.evaluate import Scope, from_json, to_json
from envscaler_mcp.blueprint.world.live import LiveEpisode
from envscaler_mcp.spec import Call

from .goals import Due, Goal, OneDue, Perform, Play, Report

NODES = 5000
"""So many states are looked at before the search is given up."""
WIDTH = 24
"""So many of a level go on."""
FREE_TEXT = "As asked."


class TooFar(Exception):
    """There are more states than the search may look at."""


@dataclass(frozen=True)
class Node:
    """A state on the way: how it was reached, what remains, and how the policy likes it (less is better)."""

    episode: LiveEpisode
    goals: tuple[Goal, ...]
    calls: tuple[Call, ...] = ()
    rank: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Found:
    """Where the search ended, and how many states it looked at; `end` is None where no way leads on."""

    end: Node | None
    nodes: int


def search(
    design: Design, episode: LiveEpisode, goals: tuple[Goal, ...], nodes: int = NODES, width: int = WIDTH
) -> Found:
    """Level by level, until every node is at its end.

    Of a level that is too wide, the ways that the policy prefers go on: an end that they reach is preferred
    to any that the others could have reached.

    Args:
        design: what tools, duties and measures are.
        episode: at the start; it is not changed.
        goals: from `goals_of`.
        nodes: budget.
        width: so many nodes of a level go on.

    Raises:
        TooFar: the budget does not suffice, or only the ways that were left out lead on.
    """
    level, ends, seen, narrowed = [Node(episode.fork(), goals)], list[Node](), 0, False
    searching = _Search(design)
    while level:
        seen += len(level)
        if seen > nodes:
            raise TooFar(f"more than {nodes} states")
        ends += [node for node in level if not node.goals]
        going = sorted((node for node in level if node.goals), key=lambda node: node.rank)
        narrowed = narrowed or len(going) > width
        level = [child for node in going[:width] for child in searching.onwards(node)]
    if narrowed and not ends:
        raise TooFar("no preferred way leads on")
    return Found(min(ends, key=lambda node: node.rank, default=None), seen)


@dataclass(frozen=True)
class _Search:
    design: Design

    def onwards(self, node: Node) -> Iterator[Node]:
        """Every state that one step towards the first goal leads to."""
        goal, rest = node.goals[0], node.goals[1:]
        match goal:
            case Perform():
                yield self._with_duties(node, goal, rest)
            case Play():
                yield from self._played(node, goal, rest)
            case Due():
                yield replace(node, goals=(*self._rows_due(node, goal), *rest))
            case OneDue():
                yield from self._attempts(node, goal, rest)
            case Report():
                yield from self._reported(node, goal, rest)

    def _with_duties(self, node: Node, goal: Perform, rest: tuple[Goal, ...]) -> Node:
        duties = [one for one in self.design.duties if one.after == goal.action]
        before = [Due(one, goal.values) for one in duties if one.first]
        after = [Due(one, goal.values) for one in duties if not one.first]
        if node.episode.would(goal.action, self._arguments(goal)) is not None and not before:
            after = []
        return replace(node, goals=(*before, Play(goal.action, goal.values, goal.asked), *after, *rest))

    def _played(self, node: Node, goal: Play, rest: tuple[Goal, ...]) -> Iterator[Node]:
        done = self._called(node, goal.action, self._arguments(goal), rest)
        if isinstance(done, Node):
            yield done
        elif goal.asked:
            yield from self._declined(node, goal, done, rest)

    def _declined(self, node: Node, goal: Play, ground: str, rest: tuple[Goal, ...]) -> Iterator[Node]:
        action = self.design.by_action[goal.action]
        rows = [one.name for one in action.parameters if one.type.kind == "ref" and goal.values.get(one.name)]
        about = goal.values[rows[0]] if rows else None
        yield from self._answered(
            node, "decision", {"request": goal.action, "about": about, "ground": ground}, rest
        )

    def _reported(self, node: Node, goal: Report, rest: tuple[Goal, ...]) -> Iterator[Node]:
        measure = next(one for one in self.design.measures if one.name == goal.measure)
        figure = self._scope(node).value(measure.value, {measure.about: goal.about})
        said = {"measure": goal.measure, "about": goal.about, "figure": figure}
        yield from self._answered(node, "report", said, rest)

    def _answered(
        self, node: Node, answer: str, said: Mapping[str, Any], rest: tuple[Goal, ...]
    ) -> Iterator[Node]:
        for action in self.design.actions:
            if action.answer == answer:
                done = self._called(node, action.name, _arguments(action, said), rest)
                if isinstance(done, Node):
                    yield done

    def _rows_due(self, node: Node, goal: Due) -> list[Goal]:
        """The rows that a duty is about, in the policy's order."""
        scope, duty = self._scope(node), goal.duty
        bindings = self._bindings(duty, goal.values)
        keys = list(scope.where(duty.variable, duty.entity, duty.where, bindings))
        ordered = scope.in_order(duty.variable, keys, duty.order, bindings)
        return [OneDue(duty, {**bindings, duty.variable: key}) for key in ordered]

    def _bindings(self, duty: Duty, values: Mapping[str, Any]) -> dict[str, Any]:
        parameters = self.design.by_action[duty.after].parameters
        return {one.name: from_json(values.get(one.name), one.type) for one in parameters}

    def _attempts(self, node: Node, goal: OneDue, rest: tuple[Goal, ...]) -> Iterator[Node]:
        """Every way to see to a row that is not refused, ranked as the policy ranks them."""
        for number, attempt in enumerate(goal.duty.attempts):
            for place, values in enumerate(self._ways(node, attempt, goal.values)):
                # What an attempt brings about by duties of its own is looked at as it is reached.
                play = Perform(attempt.action, values, asked=False)
                if node.episode.would(attempt.action, self._arguments(play)) is None or self._prepared(
                    attempt
                ):
                    yield replace(node, goals=(play, *rest), rank=(*node.rank, (number, place)))

    def _prepared(self, attempt: Attempt) -> bool:
        """Whether something is to be done before the action, so that it may be refused for now."""
        return any(one.first for one in self.design.duties if one.after == attempt.action)

    def _ways(self, node: Node, attempt: Attempt, bindings: Mapping[str, Any]) -> list[dict[str, Any]]:
        scope = self._scope(node)
        choices: list[list[Any]] = []
        for given in attempt.arguments.values():
            if isinstance(given, Chosen):
                keys = list(scope.where(given.variable, given.entity, given.where, bindings))
                choices.append(scope.in_order(given.variable, keys, given.order, bindings))
            else:
                choices.append([to_json(scope.value(given, bindings))])
        return [dict(zip(attempt.arguments, values, strict=True)) for values in product(*choices)]

    def _called(self, node: Node, tool: str, arguments: dict[str, Any], rest: tuple[Goal, ...]) -> Node | str:
        """The node behind a call, or the code of its refusal."""
        episode = node.episode.fork()
        outcome = episode.call(tool, arguments)
        if outcome.is_error:
            return outcome.code or "refused"
        return Node(episode, rest, (*node.calls, Call(tool=tool, arguments=arguments)), node.rank)

    def _arguments(self, goal: Perform | Play) -> dict[str, Any]:
        return _arguments(self.design.by_action[goal.action], goal.values)

    def _scope(self, node: Node) -> Scope:
        """The rows as search and get tools would show them."""
        return Scope(self.design, node.episode, node.episode.now.date())


def _arguments(action: Action, values: Mapping[str, Any]) -> dict[str, Any]:
    free = {one.stored: FREE_TEXT for one in action.parameters if one.free_text}
    given = {
        one.stored: to_json(values[one.name]) for one in action.parameters if values.get(one.name) is not None
    }
    return {**free, **given}
