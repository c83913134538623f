"""A conversation under way, as a trajectory keeps it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from envscaler_mcp.agents import Reply, Stopped
from envscaler_mcp.errors import BudgetReached, UserFailed
from envscaler_mcp.spec import Conversation, Json, Slot

from .user import User

_KEY = re.compile(r"\w*\d\w*")


@dataclass
class Talk:
    """What agent and user say, in their order; the harness hears both.

    Args:
        opening: how the task is put: by the user who opens the conversation, or as an instruction.
        user: who answers; None where nobody listens.
        calls: how many calls were made so far.
        turns: messages that the agent may send.
    """

    opening: str
    user: User | None
    calls: Callable[[], int]
    turns: int
    messages: list[dict[str, Json]] = field(default_factory=list[dict[str, Json]])
    over: bool = False
    tokens: int = 0
    """Of the model that plays the user."""
    cost_usd: float = 0.0
    failure: UserFailed | BudgetReached | None = None

    def __post_init__(self) -> None:
        self._note("user", self.opening)

    async def say(self, text: str) -> Reply:
        """A message of the agent, and what the user says to it.

        Raises:
            Stopped: the agent has sent as many messages as it may, or talks on after the end.
            UserFailed: the user did not do its part.
        """
        if self.over:
            raise Stopped("the conversation is over")
        if sum(one["role"] == "assistant" and not one.get("calls") for one in self.messages) >= self.turns:
            raise Stopped(f"the {self.turns} messages are used up")
        self._note("assistant", text)
        assert self.user is not None
        try:
            answer = await self.user.hear(text, self.calls())
        except (UserFailed, BudgetReached) as failure:
            # Kept here too: whoever reached the user through a tool may never see it raised.
            self.failure = failure
            raise
        self.tokens += answer.usage.input + answer.usage.output
        self.cost_usd += answer.cost_usd or 0.0
        self.over = answer.ends
        more = {"told": list(answer.told), **({"ends": True} if answer.ends else {})}
        self._note("user", answer.text, **more)
        return Reply(answer.text, answer.ends)

    def remark(self, text: str, calls: int) -> None:
        """What the agent said beside so many calls; nobody answers."""
        self._note("assistant", text, **({"calls": calls} if calls else {}))

    def _note(self, role: str, text: str, **more: Json) -> None:
        self.messages.append({"role": role, "content": text, "step": self.calls(), **more})


def unsaid(conversation: Conversation, talk: Talk) -> list[str]:
    """Ids of the slots whose names or numbers the user never said, though it ended the conversation."""
    if not talk.over:
        return []
    said = "\n".join(str(one["content"]) for one in talk.messages if one["role"] == "user").casefold()
    return [slot.id for slot in conversation.slots if not _is_in(slot, said)]


def _is_in(slot: Slot, said: str) -> bool:
    return all(key in said for key in _KEY.findall(slot.text.casefold()))
