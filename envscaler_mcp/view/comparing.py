"""Two runs, or two agents of one run, beside each other on the scenarios that both have played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from envscaler_mcp.harness.comparison import compare
from envscaler_mcp.harness.statistics import Trials
from envscaler_mcp.harness.summary import trials_of

from .listing import PAGE, Pages, page_of
from .overview import told_apart
from .shelf import Shelf, Shown

SHOWN = ("different", "better", "worse", "all")


@dataclass(frozen=True)
class Pair:
    """Mean rewards of one scenario under both."""

    server: str
    scenario: str
    first: float
    second: float

    @property
    def difference(self) -> float:
        """What the second has over the first."""
        return self.second - self.first


def comparing(shelf: Shelf, query: Mapping[str, str]) -> dict[str, Any]:
    """What the template `compare` needs.

    Raises:
        BadInput: there is no run of a name that the URL gives.
    """
    runs = shelf.runs()
    if not runs:
        return {"runs": []}
    first = shelf.run(query.get("a") or runs[min(1, len(runs) - 1)].name)
    second = shelf.run(query.get("b") or runs[0].name)
    agent_a, agent_b = _agents(first, second, query)
    asked = {"a": first.name, "b": second.name, "agent_a": agent_a, "agent_b": agent_b}
    shared = {
        **asked,
        "runs": [one.name for one in runs],
        "agents_a": first.card.agents,
        "agents_b": second.card.agents,
        "show": query.get("show") if query.get("show") in SHOWN else "different",
        "force": bool(query.get("force")),
    }
    refused = [] if query.get("force") else _differing(first, second)
    if refused:
        return {**shared, "refused": refused, "forced": f"/compare?{urlencode({**asked, 'force': 1})}"}
    return {**shared, "refused": [], **_compared(first, second, shared, page_of(query))}


def _compared(first: Shown, second: Shown, shared: Mapping[str, Any], number: int) -> dict[str, Any]:
    ours, theirs = _trials(first, shared["agent_a"]), _trials(second, shared["agent_b"])
    names = [f"{shared[agent]} in {shared[run]}" for run, agent in (("a", "agent_a"), ("b", "agent_b"))]
    pairs = [pair for pair in _pairs(ours, theirs) if _is_shown(pair, shared["show"])]
    pairs.sort(key=lambda pair: (-abs(pair.difference), pair.server, pair.scenario))
    kept = {name: shared[name] for name in ("a", "b", "agent_a", "agent_b", "show")}
    kept |= {"force": "1"} if shared["force"] else {}
    return {
        "comparison": compare(names[0], ours, names[1], theirs),
        "lines": pairs[number * PAGE : (number + 1) * PAGE],
        "pages": Pages(len(pairs), number, "/compare", kept),
    }


def _agents(first: Shown, second: Shown, query: Mapping[str, str]) -> tuple[str, str]:
    """The agents asked for, or those that a reader would: one that both runs have, or else two of one run."""
    ours, theirs = first.card.agents, second.card.agents
    one = query.get("agent_a") if query.get("agent_a") in ours else None
    other = query.get("agent_b") if query.get("agent_b") in theirs else None
    choice = told_apart(ours)
    one = one or next((agent for agent in choice if agent in theirs), choice[0])
    rest = [agent for agent in told_apart(theirs) if first is not second or agent != one]
    same = one if one in theirs and first is not second else None
    return one, other or same or (rest or list(theirs))[0]


def _differing(first: Shown, second: Shown) -> list[str]:
    """What the runs were made of and differs; scenarios that only one of them has are left out anyway."""
    ours, theirs = first.card.lock, second.card.lock
    if first is second or ours is None or theirs is None:
        return []
    shared = ours.servers.keys() & theirs.servers.keys()
    return [
        path
        for path in ours.differences(theirs)
        if (parts := path.split("/"))[1] == "servers" and parts[2] in shared and _in_both(parts, ours, theirs)
    ]


def _in_both(parts: list[str], ours: Any, theirs: Any) -> bool:
    if len(parts) < 5 or parts[3] != "scenarios":
        return True
    return all(parts[4] in lock.servers[parts[2]].scenarios for lock in (ours, theirs))


def _trials(shown: Shown, agent: str) -> Trials:
    return trials_of([row for row in shown.rows() if row.agent == agent])


def _pairs(ours: Trials, theirs: Trials) -> list[Pair]:
    return [
        Pair(server, scenario, _mean(rewards), _mean(theirs[server][scenario]))
        for server, some in ours.items()
        for scenario, rewards in some.items()
        if scenario in theirs.get(server, {})
    ]


def _mean(rewards: Any) -> float:
    return sum(rewards) / len(rewards)


def _is_shown(pair: Pair, show: str) -> bool:
    by = pair.difference
    return {"all": True, "better": by > 0, "worse": by < 0}.get(show, by != 0)
