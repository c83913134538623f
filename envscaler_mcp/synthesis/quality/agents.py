"""The paper's two agents: a tester that proposes calls without seeing code, a checker that judges with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import Field

from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads, pretty
from envscaler_mcp.spec import Call, Json, Problem, State
from envscaler_mcp.synthesis.author import AnswerPart, Author, Problems
from envscaler_mcp.synthesis.outline.outline import ToolOutline

from .evidence import shown
from .trial import Trial, Trying


class ProposedCall(AnswerPart):
    """One call, with what it should come to; the arguments are a JSON object as text."""

    arguments: str
    expected: Annotated[str, Field(description="`success`, or the code of a refusal")]
    reason: str


class ProposedCalls(AnswerPart):
    """What a tester wants to see."""

    calls: Annotated[tuple[ProposedCall, ...], Field(min_length=1, max_length=20)]


class Opinion(AnswerPart):
    """What a checker says of the call with this number."""

    number: int
    verdict: Literal["pass", "warning", "fail"]
    reason: str


class Opinions(AnswerPart):
    """What a checker says of all of them."""

    opinions: tuple[Opinion, ...]


@dataclass(frozen=True)
class Told:
    """What a checker is told beside the outline and the calls."""

    policy: str
    body: str


@dataclass(frozen=True)
class Checked:
    """What became of one tool's calls: how many were judged, how many passed, and why others did not."""

    judged: int = 0
    passed: int = 0
    problems: tuple[Problem, ...] = ()


async def propose(author: Author, tool: ToolOutline, policy: str, start: State, rounds: int) -> list[Call]:
    """Calls that a tester thinks worth trying; those that are no calls are left out, and noted."""
    answer = await author.ask(
        "propose_calls", ProposedCalls, tool=_told(tool), policy=policy, start=pretty(start), count=rounds
    )
    if isinstance(answer, Problems):
        return []
    found: list[Call] = []
    for one in answer.calls[:rounds]:
        arguments = _object(one.arguments)
        if arguments is None:
            message = f"A tester's arguments are no JSON object: {one.arguments[:80]!r}."
            author.note("note", f"tools/{tool.name}", message, "proposal_unreadable")
        else:
            found.append(Call(tool=tool.name, arguments=arguments))
    return found


async def check(
    author: Author, tool: ToolOutline, told: Told, tries: Sequence[Trying], threshold: float
) -> Checked:
    """Let a checker judge calls that were played; a share below the threshold is a problem of the tool."""
    if not tries:
        return Checked()
    numbered = "\n\n".join(f"{number}. {shown(one)}" for number, one in enumerate(tries, start=1))
    answer = await author.ask(
        "judge_calls", Opinions, tool=_told(tool), policy=told.policy, body=told.body, calls=numbered
    )
    if isinstance(answer, Problems):
        return Checked(problems=tuple(one.model_copy(update={"severity": "warning"}) for one in answer))
    said = {one.number: one for one in answer.opinions if 1 <= one.number <= len(tries)}
    passed = sum(one.verdict != "fail" for one in said.values())
    if said and passed >= threshold * len(said):
        return Checked(len(said), passed)
    failed = [one for one in said.values() if one.verdict == "fail"]
    where = f"tools/{tool.name}"
    problems = [
        Problem(
            code="checker_objects",
            where=where,
            message=f"{shown(tries[one.number - 1])} A checker says: {one.reason}",
        )
        for one in failed[:3]
    ]
    return Checked(len(said), passed, tuple(problems))


def proposed_tries(trial: Trial, calls: Sequence[Call]) -> list[Trying]:
    """What proposed calls came to: they were the first that were tried."""
    wanted = {(call.tool, pretty(dict(call.arguments))) for call in calls}
    found: dict[tuple[str, str], Trying] = {}
    for one in trial.tries:
        key = (one.call.tool, pretty(dict(one.call.arguments)))
        if key in wanted and one.valid and not one.path:
            found.setdefault(key, one)
    return list(found.values())


def _told(tool: ToolOutline) -> str:
    return pretty(tool.model_dump(mode="json"))


def _object(text: str) -> dict[str, Json] | None:
    try:
        value = loads(text)
    except StrictJsonError:
        return None
    return cast("dict[str, Json]", value) if isinstance(value, dict) else None
