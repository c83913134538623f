"""A run in Markdown: what came of each environment, where tasks fell, and what the stages took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from envscaler_mcp.llm import Account, Ledger
from envscaler_mcp.render.markdown import inline

from .made import Made


def summary_of(status: str, ledger: Ledger, made: Sequence[Made]) -> str:
    """The summary of a run.

    Args:
        status: how it stands.
        ledger: what was asked.
        made: what is finished.
    """
    parts = [f"# Synthesis: {status}", *_environments(made), *_stages(ledger)]
    parts += [part for one in made for part in _one(one)]
    return "\n\n".join(parts) + "\n"


def _environments(made: Sequence[Made]) -> Iterator[str]:
    rows = [
        (one.name, one.tools, one.rules, one.scenarios, one.rejected, one.tokens, _dollars(one.cost_usd))
        for one in made
    ]
    columns = ("environment", "tools", "rules", "certified", "rejected", "tokens", "USD")
    yield _table(columns, rows)


def _stages(ledger: Ledger) -> Iterator[str]:
    accounts = [*ledger.by_stage().items(), ("all", ledger.total())]
    rows = [_account(stage, account) for stage, account in accounts]
    yield "## What the stages took"
    yield _table(("stage", "calls", "of them stored before", "tokens in", "tokens out", "USD"), rows)


def _account(stage: str, account: Account) -> tuple[object, ...]:
    usage = account.usage
    return stage, account.calls, account.known, usage.input, usage.output, _dollars(account.cost_usd)


def _one(made: Made) -> Iterator[str]:
    yield f"## {made.name}"
    models = ", ".join(made.models) or "nobody asked"
    yield f"{inline(made.topic or made.name)} · {models} · `{made.path or 'dropped'}`"
    scenarios = cast("dict[str, Any]", made.funnel.get("scenarios", {}))
    if scenarios:
        fell = ", ".join(f"{count} {where}" for where, count in scenarios["rejected"].items()) or "none"
        yield (
            f"{scenarios['starts']['kept']} of {scenarios['starts']['asked']} start states; "
            f"{scenarios['tasks']} tasks = {scenarios['certified']} certified "
            f"({scenarios['agreed']} agreed, {scenarios['repaired']} after repair) + "
            f"{sum(scenarios['rejected'].values())} rejected ({fell})"
        )
    stages = cast("dict[str, Any]", made.funnel.get("environment", {}))
    if stages:
        yield _table(("stage", "in", "out"), [(name, *counts) for name, counts in stages.items()])
    problems = [f"- {one.severity}: {inline(one.where)}: {inline(one.message)}" for one in made.problems]
    if problems:
        yield "\n".join(problems)


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _dollars(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.4f}"
