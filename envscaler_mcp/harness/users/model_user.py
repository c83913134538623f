"""A user that a model plays, where somebody asks for one. It is held to its facts by rules."""

from __future__ import annotations

import re
from typing import cast

from envscaler_mcp.errors import UserFailed
from envscaler_mcp.llm import Llm, Message, Request
from envscaler_mcp.render.templating import fill_of
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.spec import Conversation, Json

from .user import Answer

PROMPT = "user.md"
VERSION = "model/1"
MOST_TOKENS = 1024
MOST_REMEMBERED = 20_000
"""Characters of one message of an agent; no user reads more."""
_CODE = re.compile(r"\b[A-Z]+[A-Z0-9]*-?\d[\w-]*\b")
"""What looks like an id: only who was told one can say it."""


class ModelUser:
    """One conversation of a model with the agent; it sees the facts and what was said, nothing else."""

    def __init__(self, llm: Llm, conversation: Conversation) -> None:
        self._llm = llm
        self._conversation = conversation
        self._told: set[str] = set()
        self._turns = [Message(role="assistant", text=conversation.opening)]

    async def hear(self, text: str, calls: int) -> Answer:
        """Ask the model what the user says.

        Raises:
            UserFailed: its answer is none, it ends too soon, or says an id that nobody told it.
        """
        del calls
        self._turns.append(Message(role="user", text=text[:MOST_REMEMBERED]))
        reply = await self._llm.complete(self._request())
        if reply.problems:
            raise UserFailed(f"the user's model gave no usable answer: {reply.problems[0].message}")
        value = cast("dict[str, Json]", reply.value)
        answer = Answer(
            text=str(value["text"]),
            told=tuple(value["told"]),
            ends=bool(value["ends"]),
            usage=reply.usage,
            cost_usd=reply.cost_usd,
        )
        self._refuse_nonsense(answer)
        self._turns.append(Message(role="assistant", text=answer.text))
        return answer

    def _request(self) -> Request:
        # Providers want a user's turn first; the model's own opening stands in the prompt as well.
        return Request(
            stage="user",
            system=user_prompt(self._conversation),
            messages=tuple(self._turns[1:]),
            answer_schema=_schema(self._conversation),
            max_tokens=MOST_TOKENS,
        )

    def _refuse_nonsense(self, answer: Answer) -> None:
        self._told.update(answer.told)
        known = {slot.id for slot in self._conversation.slots}
        if answer.ends and (left := sorted(known - self._told)):
            raise UserFailed(f"the user ended before having told {', '.join(left)}")
        heard = " ".join([user_prompt(self._conversation), *(turn.text for turn in self._turns)])
        if strange := sorted(set(_CODE.findall(answer.text)) - set(_CODE.findall(heard))):
            raise UserFailed(f"the user said {', '.join(strange)}, which nobody told it")


def user_prompt(conversation: Conversation) -> str:
    """What a model is told that plays this user."""
    return fill_of("prompts", PROMPT, **conversation.model_dump())


def user_digest() -> str:
    """Digest of that prompt's text, without any user's facts."""
    return digest_bytes(user_prompt(Conversation(persona="", opening="")).encode())


def _schema(conversation: Conversation) -> Json:
    identifiers = [slot.id for slot in conversation.slots]
    told = {"type": "array", "items": {"type": "string", "enum": identifiers}}
    properties = {"text": {"type": "string"}, "told": told, "ends": {"type": "boolean"}}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
