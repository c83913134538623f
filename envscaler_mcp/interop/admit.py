"""What an imported environment must do before a server of it is written.

It obeys the policy, loads, and takes the start state of each of its scenarios, in a worker.
"""

from __future__ import annotations

from collections.abc import Sequence

from envscaler_mcp.errors import PolicyViolation
from envscaler_mcp.render import wire_tools
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused
from envscaler_mcp.spec import Environment, Grading, Problem, Scenario, spell_moment

Pair = tuple[Scenario, Grading]


async def admit(
    environment: Environment, pairs: Sequence[Pair], where: str, *, trusted: bool = False
) -> tuple[list[Pair], list[Problem]]:
    """The scenarios that begin, and what was wrong; no scenarios and an error if the class does not load.

    Args:
        environment: the import.
        pairs: its scenarios with their gradings.
        where: the row, for the Problems.
        trusted: a person vouches for the source: policy findings are told, not enforced.
    """
    found = [
        one.model_copy(update={"where": f"{where}: {one.where}"}) for one in findings(environment.source)
    ]
    if found and not trusted:
        return [], found
    told = [one.model_copy(update={"severity": "warning"}) for one in found]
    card = environment.card
    async with Worker() as worker:
        try:
            await worker.start(
                environment.source,
                name=card.name,
                form=card.form,
                class_name=card.class_name,
                tools=wire_tools(card),
                load_method=card.load_method,
                methods={tool.name: tool.released_name for tool in card.tools if tool.released_name},
                trust=trusted,
            )
        except (WorkerRefused, PolicyViolation) as error:
            return [], [*told, Problem(code="does_not_load", where=where, message=str(error))]
        return await _begin_all(worker, pairs, where, told)


async def _begin_all(
    worker: Worker, pairs: Sequence[Pair], where: str, problems: list[Problem]
) -> tuple[list[Pair], list[Problem]]:
    begun: list[Pair] = []
    for scenario, grading in pairs:
        try:
            await worker.request(
                "open", episode="e", start=scenario.start, now=spell_moment(scenario.now), seed=scenario.seed
            )
            begun.append((scenario, grading))
        except WorkerRefused as error:
            place = f"{where}: scenario {scenario.id}"
            problems.append(Problem(code="bad_start", where=place, message=str(error)))
    return begun, problems
