"""What `eval --mode conversation` needs before anything is played."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Suite

from .contest import OTHER_PROCESSES

if TYPE_CHECKING:
    from envscaler_mcp.harness.task import Task


def refuse_unready_talk(suite: Suite, agents: Sequence[str], tasks: Sequence[Task]) -> None:
    """A conversation takes scenarios with slots, and agents that can talk; a task has no user.

    Raises:
        BadInput: what is missing is named.
    """
    from envscaler_mcp.harness.users import refuse_without_slots

    if suite.mode == "task":
        return _refuse_users(suite)
    refuse_without_slots(tasks)
    silent = [spec for spec in agents if spec.startswith(OTHER_PROCESSES)]
    if silent and not suite.ask_user:
        message = "it cannot hear a user, unless it is given a tool for that"
        raise BadInput(f"--agent {silent[0]}", message, "say --ask-user as well, or --mode task")
    return None


def _refuse_users(suite: Suite) -> None:
    asked = f"--user-llm {suite.user}" if suite.user is not None else "--ask-user" if suite.ask_user else ""
    if asked:
        raise BadInput(asked, "in a task nobody talks with the agent", "say --mode conversation as well")
