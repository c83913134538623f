"""What the agents that need no model earn on the suites of `evals/`, written beside them.

python -m envscaler_mcp.cli.results            # all of them
python -m envscaler_mcp.cli.results smoke hard # these
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import loads, pretty
from envscaler_mcp.spec import RunCard, write_text

EVALS = Path("evals")
SUITES: dict[str, tuple[str, ...]] = {
    "smoke": ("oracle", "noop", "random", "stall", "template"),
    "standard": ("oracle", "noop", "random", "stall", "template"),
    "hard": ("oracle", "noop", "random", "stall", "template"),
    "everything": ("noop",),
}
KEPT = (
    "agent",
    "rollouts",
    "outcomes",
    "reward_mean",
    "reward_ci95",
    "reward_bounds",
    "reward_paper_mean",
    "progress_mean",
    "collateral_mean",
    "calls",
    "refusals",
    "tool_errors",
)
"""Of what `eval --json` tells of an agent: nothing that depends on the machine."""


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Write the results of the agents that need no model.")
    parser.add_argument("suites", nargs="*", help=f"some of: {', '.join(SUITES)}")
    for name in parser.parse_args().suites or SUITES:
        result = played(EVALS / f"{name}.yaml", SUITES[name])
        write_text(EVALS / f"{name}.results.json", pretty(result))
        write_text(EVALS / f"{name}.results.md", page(name, result))


def played(suite: Path, agents: Sequence[str]) -> dict[str, Any]:
    """Play a suite with agents, and say what came of it."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "run"
        said = [sys.executable, "-m", "envscaler_mcp", "eval", str(suite), "--out", str(out), "--json"]
        said += [part for agent in agents for part in ("--agent", agent)]
        told = subprocess.run(said, check=True, stdout=subprocess.PIPE).stdout
        return summed(loads(told), RunCard.load(out / "run.json"), agents)


def summed(told: Mapping[str, Any], card: RunCard, agents: Sequence[str]) -> dict[str, Any]:
    """The part that is the same on every machine."""
    lines = {one["agent"]: {key: one[key] for key in KEPT} for one in told["agents"]}
    servers = card.lock.servers if card.lock else {}
    return {
        "suite": card.suite.to_json(),
        "servers": {name: len(server.scenarios) for name, server in servers.items()},
        "scenarios": sum(len(server.scenarios) for server in servers.values()),
        "status": card.status,
        "agents": [lines[agent] for agent in agents],
        "versions": card.versions,
    }


def page(name: str, result: Mapping[str, Any]) -> str:
    """The same for people."""
    lines = [
        f"# `evals/{name}.yaml`: the agents that need no model",
        "",
        f"{result['scenarios']} scenarios of {len(result['servers'])} servers. Made by `make results`.",
        "",
        "| agent | rollouts | passed | mean reward | 95 % interval | EnvScaler's reward | calls |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *map(_line, result["agents"])]) + "\n"


def _line(one: Mapping[str, Any]) -> str:
    low, high = one["reward_ci95"] or (0.0, 0.0)
    passed = one["outcomes"].get("passed", 0)
    paper = one["reward_paper_mean"] or 0.0
    return (
        f"| {one['agent']} | {one['rollouts']} | {passed} | {one['reward_mean'] or 0.0:.2f} "
        f"| {low:.2f} … {high:.2f} | {paper:.2f} | {one['calls']} |"
    )


if __name__ == "__main__":
    main()
