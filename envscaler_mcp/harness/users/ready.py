"""Which scenarios can be played as a conversation, found out before anything is played."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.task import Task
from envscaler_mcp.spec import Conversation, Scenario

from .slot_user import SlotUser

SHOWN = 3


def questions_of(conversation: Conversation) -> tuple[str, ...]:
    """A question for every slot, in its own words."""
    return tuple(f"Please tell me {slot.when_asked}." for slot in conversation.slots)


def refuse_without_slots(tasks: Sequence[Task]) -> None:
    """Every scenario must have a user who opens, and tells every detail when asked for it.

    Raises:
        BadInput: some have none; what is missing is named.
    """
    missing = [(task, lack) for task in tasks if (lack := _lack(task.scenario))]
    if not missing:
        return
    shown = "; ".join(f"{task.folder.card.name}/{task.scenario.id}: {lack}" for task, lack in missing[:SHOWN])
    more = f"; and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    remedy = "select servers of `synth`, which writes conversations, or say --mode task"
    raise BadInput(
        f"{missing[0][0].folder.path}",
        f"{len(missing)} of {len(tasks)} scenarios cannot be played as a conversation ({shown}{more})",
        remedy,
    )


def _lack(scenario: Scenario) -> str:
    """What a scenario lacks for a conversation; empty where it lacks nothing."""
    conversation = scenario.conversation
    if conversation is None:
        return "no `conversation`"
    if not conversation.opening.strip():
        return "`conversation.opening` is empty"
    if not conversation.slots:
        return "no `conversation.slots`"
    untold = asyncio.run(_untold(conversation))
    return f"asking does not bring out the slots {', '.join(untold)}" if untold else ""


async def _untold(conversation: Conversation) -> list[str]:
    """The slots that the rule-based user does not tell when asked for each in its own words."""
    user = SlotUser(conversation)
    pairs = zip(conversation.slots, questions_of(conversation), strict=True)
    return [slot.id for slot, question in pairs if slot.id not in (await user.hear(question, 0)).told]
