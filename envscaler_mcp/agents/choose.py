"""From `--agent SPEC` to an agent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.llm import Access
from envscaler_mcp.llm.dialogue import DIALOGUES, dialogue_of
from envscaler_mcp.spec import Call, Trajectory

from .agent import Agent
from .builtin import Noop, Oracle, Random, Replay, Stall
from .hosted import Hosted

BUILT_IN: dict[str, Callable[[], Agent]] = {"oracle": Oracle, "noop": Noop, "random": Random, "stall": Stall}


def agent_of(spec: str, access: Access | None = None) -> Agent:
    """The agent that a spec names.

    Args:
        spec: as written after `--agent`.
        access: what hosted models are reached with.

    Raises:
        BadInput: no agent is named so (the known ones are listed), or a key, model or address is wrong.
    """
    if spec in BUILT_IN:
        return BUILT_IN[spec]()
    kind, _, rest = spec.partition(":")
    if kind == "replay" and rest:
        steps = Trajectory.load(Path(rest)).steps
        return Replay(spec, tuple(Call(tool=step.tool, arguments=step.arguments) for step in steps))
    if begin := dialogue_of(spec, access or Access(option="--agent")):
        return Hosted(spec, begin)
    known = ", ".join([*BUILT_IN, "replay:FILE", *DIALOGUES])
    raise BadInput(f"--agent {spec}", "there is no such agent", f"use one of: {known}")
