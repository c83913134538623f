"""The tables of a run on a terminal."""

from __future__ import annotations

import datetime as dt
import io

from rich.console import Console

from envscaler_mcp.cli.scoreboard import run_tables, score_table
from envscaler_mcp.spec import RolloutRow, RunCard, Suite
from envscaler_mcp.view.overview import Overview, overview
from tests.harness.rows import row


def summed(*rows: RolloutRow) -> Overview:
    agents = tuple(dict.fromkeys(one.agent for one in rows))
    suite = Suite(servers=("s",), agents=agents)
    return overview(
        RunCard(suite=suite, agents=agents, started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)), rows, {}
    )


def printed(*parts: object) -> str:
    console = Console(file=io.StringIO(), width=160)
    for part in parts:
        console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined]


def played(agent: str, passes: str, **more: object) -> list[RolloutRow]:
    """One rollout for each sign, on servers in turn: `+` passed, `-` failed."""
    outcomes = {"+": ("passed", 1.0), "-": ("failed", 0.0)}
    return [
        row(*outcomes[sign], agent=agent, scenario=str(n), server="xy"[n % 2], **more)
        for n, sign in enumerate(passes)
    ]


def test_what_a_model_took_stands_in_the_table_where_there_is_one():
    plain, model = summed(*played("a", "+-")), summed(*played("a", "+-", tokens=600, cost_usd=0.5))
    assert "tokens" not in printed(score_table(plain.agents))
    assert "1200" in printed(score_table(model.agents))
    assert "$1.00" in printed(score_table(model.agents))


def test_agents_are_compared_and_the_run_is_taken_apart():
    found = summed(*played("oracle", "++++"), *played("a", "--+-"), *played("b", "+-++"))
    text = printed(*run_tables(found))
    assert "+0.50" in text
    assert "Reward by environment" in text
    assert "oracle" not in text
    assert "1 that everybody solves and 1 that nobody solves" in text


def test_one_agent_on_one_server_needs_no_more_tables():
    assert run_tables(summed(row("passed", 1.0))) == []
