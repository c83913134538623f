"""From `--user-llm SPEC`, or none, to users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from envscaler_mcp.llm import Access, llm_of
from envscaler_mcp.spec import Conversation

from . import model_user, slot_user
from .model_user import ModelUser, user_digest
from .slot_user import SlotUser
from .user import User


@dataclass(frozen=True)
class Users:
    """A user for every conversation of a run; `versions` say which, for `run.json`."""

    begin: Callable[[Conversation], User]
    versions: dict[str, str]


def users_of(spec: str | None, access: Access) -> Users:
    """The users that a spec names; without one, those that go by rules.

    Raises:
        BadInput: no model is named so, or its key or address is wrong.
    """
    if spec is None:
        return Users(SlotUser, {"user": slot_user.VERSION})
    llm = llm_of(spec, access)
    said = {"user": f"{model_user.VERSION} {llm.name}", "user_prompt": user_digest()}
    return Users(lambda conversation: ModelUser(llm, conversation), said)
