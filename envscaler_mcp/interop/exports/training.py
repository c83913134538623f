"""Rows for supervised training: OpenAI's chat messages, and ShareGPT as LlamaFactory reads it.

Each row holds under `task` what is needed to verify it without us: which server, scenario and grading it was
played on (by digest), the seeds, the state digest after every call, and the verdicts. `envscaler-mcp replay
SERVER ROWS.jsonl` plays a file of either kind again; it compares every result, and `total_reward`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Json, Step

from .played import Played, Turn

CLOSING = "Done."
"""The last word of an agent that has none, such as an oracle: training wants one."""


def sft_row(one: Played) -> dict[str, Json]:
    """One row of chat messages with tools."""
    messages: list[Json] = [{"role": "system", "content": one.system}]
    for turn in one.turns:
        messages += _chat(turn)
    if one.turns[-1].steps or one.turns[-1].role == "user":
        messages.append({"role": "assistant", "content": CLOSING})
    return {"messages": messages, "tools": _tools(one), **_evidence(one)}


def sharegpt_row(one: Played) -> dict[str, Json]:
    """One row in which people and observations speak in turns with the model, each call on its own."""
    said: list[Json] = []
    for turn in one.turns:
        said += _sharegpt(turn)
    if said[-1]["from"] not in ("gpt", "function_call"):
        said.append({"from": "gpt", "value": CLOSING})
    functions = [tool["function"] for tool in _tools(one)]
    return {"conversations": said, "system": one.system, "tools": dumps(functions), **_evidence(one)}


def _chat(turn: Turn) -> Iterator[dict[str, Json]]:
    if not turn.steps:
        yield {"role": turn.role, "content": turn.text}
        return
    yield {
        "role": "assistant",
        "content": turn.text or None,
        "tool_calls": [_call(one) for one in turn.steps],
    }
    for one in turn.steps:
        yield {"role": "tool", "tool_call_id": f"call_{one.n}", "content": dumps(one.result)}


def _call(step: Step) -> dict[str, Json]:
    function = {"name": step.tool, "arguments": dumps(step.arguments)}
    return {"id": f"call_{step.n}", "type": "function", "function": function}


def _sharegpt(turn: Turn) -> Iterator[dict[str, Json]]:
    """What was said beside calls is left out: a call stands alone there."""
    if not turn.steps:
        yield {"from": "human" if turn.role == "user" else "gpt", "value": turn.text}
    for one in turn.steps:
        yield {"from": "function_call", "value": dumps({"name": one.tool, "arguments": one.arguments})}
        yield {"from": "observation", "value": dumps(one.result)}


def _tools(one: Played) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool["name"],
                "description": tool["description"],
                "parameters": tool["inputSchema"],
            },
        }
        for tool in one.folder.bundle.tools
    ]


def _evidence(one: Played) -> dict[str, Json]:
    row, scenario = one.row, one.scenario
    verdicts = [{"id": verdict.id, "kind": verdict.kind, "ok": verdict.ok} for verdict in row.verdicts]
    task: dict[str, Json] = {
        "env_id": row.server,
        "task_id": row.scenario,
        "family": scenario.family,
        "split": scenario.split,
        "difficulty": scenario.difficulty.band,
        "mode": one.mode,
        "agent": row.agent,
        "run": one.run,
        "rollout": row.id,
        "seed": row.seed,
        "episode_seed": scenario.seed,
        "digests": {"server": one.server, **one.lock.to_json()},
        "state_digests": [step.state_digest for step in one.trajectory.steps],
        "outcome": row.outcome,
        "reward": row.reward,
        "verdicts": verdicts,
    }
    return {"task": task, "total_reward": row.reward_paper}
