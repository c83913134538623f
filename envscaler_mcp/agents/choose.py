"""From `--agent SPEC` to an agent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.llm import Access
from envscaler_mcp.llm.dialogue import DIALOGUES, dialogue_of
from envscaler_mcp.spec import Call, Trajectory

from .agent import Agent
from .builtin import Noop, Oracle, Random, Replay, Stall
from .hosted import Hosted

BUILT_IN: dict[str, Callable[[], Agent]] = {"oracle": Oracle, "noop": Noop, "random": Random, "stall": Stall}


def agent_of(
    spec: str,
    access: Access | None = None,
    more: Mapping[str, Callable[[], Agent]] | None = None,
    others: Sequence[str] = (),
) -> Agent:
    """The agent that a spec names.

    Args:
        spec: as written after `--agent`.
        access: what hosted models are reached with.
        more: agents that are at home elsewhere, by name.
        others: specs that somebody else would have known, for the list in an error.

    Raises:
        BadInput: no agent is named so (the known ones are listed), or a key, model or address is wrong.
    """
    known = {**BUILT_IN, **(more or {})}
    if spec in known:
        return known[spec]()
    kind, _, rest = spec.partition(":")
    if kind == "replay" and rest:
        steps = Trajectory.load(Path(rest)).steps
        return Replay(spec, tuple(Call(tool=step.tool, arguments=step.arguments) for step in steps))
    if begin := dialogue_of(spec, access or Access(option="--agent")):
        return Hosted(spec, begin)
    names = ", ".join([*known, "replay:FILE", *DIALOGUES, *others])
    raise BadInput(f"--agent {spec}", "there is no such agent", f"use one of: {names}")
