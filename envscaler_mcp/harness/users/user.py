"""What a simulated user is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from envscaler_mcp.llm import Usage


@dataclass(frozen=True)
class Answer:
    """One message of a user.

    Attributes:
        text: what the agent hears.
        told: ids of the slots that are told in it.
        ends: the conversation is over.
        usage: tokens of a model that played the user.
        cost_usd: what they cost.
    """

    text: str
    told: tuple[str, ...] = ()
    ends: bool = False
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = None


class User(Protocol):
    """One user in one conversation."""

    async def hear(self, text: str, calls: int) -> Answer:
        """Answer a message of the agent, which had made so many calls before it.

        Raises:
            UserFailed: the user made no sense, or broke off before the work could be done.
            ProviderFailed: the model that plays the user has no answer.
        """
        ...
