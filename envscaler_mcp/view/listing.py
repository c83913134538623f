"""The list of a run's rollouts: filters and order from the URL, so that every view has a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from envscaler_mcp.harness.index import SORTED_BY, Line, Wanted
from envscaler_mcp.spec import RolloutRow, Scenario

from .shelf import Shown

PAGE = 100
FIELDS = ("agent", "outcome", "server", "scenario", "check", "text", "band", "tag", "sort")
TURNED = ("reward", "progress", "calls", "refusals", "tool_errors", "tokens", "cost_usd", "seconds")
"""Columns of which a reader wants the largest first."""


@dataclass(frozen=True)
class Pages:
    """Where a list stands."""

    total: int
    number: int
    path: str
    query: Mapping[str, str]
    size: int = PAGE

    @property
    def first(self) -> int:
        """Number of the first line, from 1; 0 of nothing."""
        return min(self.total, self.number * self.size + 1)

    @property
    def last(self) -> int:
        """Number of the last line."""
        return min(self.total, (self.number + 1) * self.size)

    @property
    def previous(self) -> str | None:
        """URL of the page before."""
        return self._url(self.number - 1) if self.number else None

    @property
    def next(self) -> str | None:
        """URL of the page after."""
        return self._url(self.number + 1) if self.last < self.total else None

    def _url(self, number: int) -> str:
        return f"{self.path}?{urlencode({**self.query, 'page': number})}"


def page_of(query: Mapping[str, str]) -> int:
    """The page that a URL asks for, from 0."""
    given = query.get("page", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0


def wanted_of(shown: Shown, query: Mapping[str, str]) -> Wanted:
    """The rollouts that a URL asks for."""
    given = {name: query.get(name, "") for name in FIELDS}
    plain = {name: given[name] for name in ("agent", "outcome", "server", "scenario", "check", "text")}
    places = None
    if given["band"] or given["tag"]:
        places = frozenset(
            place
            for place, scenario in shown.scenarios.items()
            if given["band"] in ("", _band(scenario)) and (not given["tag"] or given["tag"] in scenario.tags)
        )
    return Wanted(**plain, places=places, sort=given["sort"] or "n")


def listing(shown: Shown, query: Mapping[str, str], path: str) -> dict[str, Any]:
    """What the template `rollouts` needs."""
    given = {name: query.get(name, "") for name in FIELDS}
    said = {name: value for name, value in given.items() if value}
    wanted, number = wanted_of(shown, query), page_of(query)
    total, lines = shown.index.page(wanted, number * PAGE, PAGE)
    every, rescored = shown.scenarios.values(), shown.rescored().rows
    return {
        "name": shown.name,
        "given": given,
        "filtered": bool(said.keys() - {"sort"}),
        "query": f"?{urlencode(said)}" if said else "",
        "sort": wanted.sort,
        "sorted_by": {
            column: f"{path}?{urlencode({**said, 'sort': _turn(column, wanted.sort)})}"
            for column in SORTED_BY
        },
        "pages": Pages(total, number, path, said),
        "lines": lines,
        "now": {line.id: now for line in lines if (now := _now(line, rescored))},
        **{f"{name}s": list(shown.index.counts(name).items()) for name in ("agent", "outcome", "server")},
        "bands": [(band, 0) for band in sorted({_band(one) for one in every})],
        "tags": [(tag, 0) for tag in sorted({tag for one in every for tag in one.tags})],
    }


def _now(line: Line, rescored: Mapping[str, RolloutRow]) -> RolloutRow | None:
    """What `score` says of a line, where that is something else."""
    now = rescored.get(line.id)
    return now if now and (now.outcome, now.reward) != (line.outcome, line.reward) else None


def _band(scenario: Scenario) -> str:
    return scenario.difficulty.band or "unrated"


def _turn(column: str, now: str) -> str:
    """The order that a click on a column asks for: the one that helps first, then its opposite."""
    first = f"-{column}" if column in TURNED else column
    second = column if column in TURNED else f"-{column}"
    return second if now == first else first
