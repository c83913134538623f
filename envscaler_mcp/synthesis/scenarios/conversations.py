"""The same request brought forward bit by bit: a person with an opening and facts to tell when asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Conversation, Problem, Slot
from envscaler_mcp.synthesis.author import AnswerPart, Author, Problems

ROUNDS = 3
_FACT = re.compile(r"[A-Za-z0-9._-]*\d[\w.:,/-]*")


class SlotAnswer(AnswerPart):
    """A fact that the user tells when asked."""

    text: str
    when_asked: str


class ConversationAnswer(AnswerPart):
    """The same request as somebody would bring it forward bit by bit."""

    persona: str
    opening: str
    slots: list[SlotAnswer]
    closing: str


def conversation_of(
    given: ConversationAnswer, instruction: str, where: str
) -> tuple[Conversation | None, list[Problem]]:
    """The conversation, if every figure and id of the instruction is told in the course of it."""
    slots = tuple(
        Slot(id=f"slot-{number}", text=slot.text, when_asked=slot.when_asked)
        for number, slot in enumerate(given.slots, start=1)
    )
    said = " ".join((given.opening, *(slot.text for slot in slots), given.closing))
    facts = {fact.rstrip(".,:") for fact in _FACT.findall(instruction)}
    untold = sorted(fact for fact in facts if fact not in said)
    if untold:
        message = f"Nowhere in the conversation is told: {', '.join(untold[:8])}."
        return None, [_problem("conversation_untold", where, message)]
    if not slots:
        return None, [_problem("conversation_no_slots", where, "Everything is told at once.")]
    return Conversation(persona=given.persona, opening=given.opening, slots=slots, closing=given.closing), []


async def write_conversation(author: Author, instruction: str, where: str) -> Conversation | None:
    """A conversation for an instruction that was worded anew; None if none comes of it in all rounds.

    Args:
        author: who is asked.
        instruction: what has to be told in the end.
        where: whose it is, for the log.
    """
    problems: Sequence[Problem] = ()
    for _ in range(ROUNDS):
        answer = await author.ask(
            "conversation",
            ConversationAnswer,
            instruction=instruction,
            problems=[dumps(one.message) for one in problems],
        )
        if isinstance(answer, Problems):
            return None
        made, problems = conversation_of(answer, instruction, where)
        if made:
            return made
        author.tell(problems)
    return None


def _problem(code: str, where: str, message: str) -> Problem:
    return Problem(code=code, where=where, message=message[:400])
