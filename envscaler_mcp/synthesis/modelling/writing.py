"""From an outline to a draft: a start for trials, invariants, and for each tool a body and a contract.

Body and contract of a tool are asked for apart, so that neither can copy the other's mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from envscaler_mcp.runtime.standalone.canonical import pretty
from envscaler_mcp.spec import Problem
from envscaler_mcp.spec import State as WorldState
from envscaler_mcp.synthesis.at_once import each
from envscaler_mcp.synthesis.author import Author, Problems
from envscaler_mcp.synthesis.outline.assembling import bare_source
from envscaler_mcp.synthesis.outline.draft import Contract, Draft
from envscaler_mcp.synthesis.outline.outline import Outline, ToolOutline
from envscaler_mcp.synthesis.outline.policy import policy_of
from envscaler_mcp.synthesis.quality.bench import NOW

from .answers import Body, ContractAnswer, Invariants, MendedTool, keyed, start_answer
from .asking import ask_until_sound
from .outlining import outline_text, state_text

NOTHING = ""
"""A body that was not given; assembly says so."""


async def start_of(outline: Outline, author: Author) -> WorldState | Problems:
    """A state for trials."""

    def faults(answer: BaseModel) -> list[Problem]:
        return list(_faults_of_rows(outline, keyed(outline, answer)))

    shape, told = start_answer(outline), _about_start(outline)
    answer = await ask_until_sound(author, "model_start", shape, faults, repairs=2, **told)
    return _sound(outline, answer)


async def mended_start(
    draft: Draft, author: Author, problems: Sequence[Problem], attempt: int
) -> WorldState | Problems:
    """The start of a draft once more, without these problems."""
    answer = await author.ask(
        "model_start",
        start_answer(draft.outline),
        attempt=attempt,
        before=pretty(draft.start),
        problems=problems,
        **_about_start(draft.outline),
    )
    return _sound(draft.outline, answer)


async def invariants_of(
    outline: Outline,
    author: Author,
    problems: Sequence[Problem] = (),
    before: Mapping[str, str] | None = None,
    attempt: int = 0,
) -> dict[str, str]:
    """Bodies of executable rules by id; with `problems`, only of those rules that they are about."""
    about = {problem.where.removeprefix("rules/") for problem in problems}
    rules = [rule for rule in outline.rules if rule.executable and (not problems or rule.id in about)]
    if not rules:
        return {}
    answer = await author.ask(
        "model_invariants",
        Invariants,
        attempt=attempt,
        skeleton=bare_source(outline),
        rules=rules,
        problems=problems,
        before=pretty({rule.id: (before or {}).get(rule.id, "") for rule in rules}),
    )
    if isinstance(answer, Problems):
        return {rule.id: (before or {}).get(rule.id, NOTHING) for rule in rules}
    known = {rule.id for rule in rules}
    said = {one.rule: one.body for one in answer.invariants if one.rule in known}
    return {rule.id: said.get(rule.id, NOTHING) for rule in rules}


async def tools_of(outline: Outline, author: Author, at_once: int) -> dict[str, tuple[str, Contract]]:
    """A body and a contract for each tool; what was not given is empty."""

    async def one(tool: ToolOutline) -> tuple[str, Contract]:
        return await _body(outline, tool, author), await _contract(outline, tool, author)

    written = await each(outline.tools, one, at_once)
    return {tool.name: parts for tool, parts in zip(outline.tools, written, strict=True)}


async def mended_tool(
    draft: Draft, name: str, author: Author, problems: Sequence[Problem], attempt: int
) -> Draft:
    """The draft with a tool written once more, knowing what was found; as it was where no answer came."""
    tool, contract = draft.outline.tool(name), draft.contracts.get(name, Contract(NOTHING, NOTHING))
    answer = await author.ask(
        "mend_tool",
        MendedTool,
        attempt=attempt,
        body=draft.bodies.get(name, NOTHING),
        refuses=contract.refuses,
        ensures=contract.ensures,
        problems=problems,
        **_about(draft.outline, tool),
    )
    if isinstance(answer, Problems):
        return draft
    changed = Contract(answer.refuses, answer.ensures)
    return draft.with_body(name, answer.body).with_contract(name, changed)


async def _body(outline: Outline, tool: ToolOutline, author: Author) -> str:
    answer = await author.ask("model_body", Body, **_about(outline, tool))
    return NOTHING if isinstance(answer, Problems) else answer.body


async def _contract(outline: Outline, tool: ToolOutline, author: Author) -> Contract:
    answer = await author.ask(
        "model_contract", ContractAnswer, tool=tool, promise=_promise(tool), state=state_text(outline)
    )
    found = ContractAnswer(refuses=NOTHING, ensures=NOTHING) if isinstance(answer, Problems) else answer
    return Contract(found.refuses, found.ensures)


def _about_start(outline: Outline) -> dict[str, Any]:
    return {"outline": outline_text(outline), "today": str(NOW.date())}


def _sound(outline: Outline, answer: BaseModel | Problems) -> WorldState | Problems:
    if isinstance(answer, Problems):
        return answer
    state = keyed(outline, answer)
    found = tuple(_faults_of_rows(outline, state))
    return Problems(found) if found or isinstance(state, str) else state


def _about(outline: Outline, tool: ToolOutline) -> dict[str, Any]:
    return {
        "tool": tool,
        "promise": _promise(tool),
        "skeleton": bare_source(outline),
        "policy": policy_of(outline),
    }


def _promise(tool: ToolOutline) -> str:
    return pretty(tool.model_dump(mode="json"))


def _faults_of_rows(outline: Outline, state: WorldState | str) -> Iterable[Problem]:
    """Ids that stand twice, and references that lead nowhere."""
    if isinstance(state, str):
        yield Problem(code="id_twice", where=state, message="This id stands twice in its collection.")
        return
    for entity in outline.entities:
        for key, row in state[entity.collection].items():
            for field in entity.fields:
                target = outline.entity(field.refers_to or "")
                values = row[field.name] if field.many else [row[field.name]]
                for value in values if target else ():
                    if target and value is not None and value not in state[target.collection]:
                        where = f"{entity.collection}/{key}/{field.name}"
                        message = f"There is no {target.name} {value!r}."
                        yield Problem(code="dangling_reference", where=where, message=message)
