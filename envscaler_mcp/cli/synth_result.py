"""What `synth` and `scenarios` say at their end: the table, and one JSON object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .output import Output, table
from .paraphrase import Paraphrasing, told
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.blueprint.synth import Job, Made

SHOWN_PROBLEMS = 20
NOTHING: dict[str, Any] = {"calls": 0, "cost_usd": 0, "tokens": {}}


def planned_only(output: Output, jobs: Sequence[Job], wording: Paraphrasing | None) -> int:
    """What would be made, and what a model would take."""
    rows = [(job.name, job.domain, ", ".join(job.options) or "–", job.order.scenarios) for job in jobs]
    empty: dict[str, Any] = {"tools": 0, "rules": 0, "scenarios": 0, "rejected": 0, "problems": []}
    listed = [
        {"name": job.name, "path": "", **empty, "domain": job.domain, "options": list(job.options)}
        for job in jobs
    ]
    forecast = wording.forecast(sum(job.order.scenarios for job in jobs)) if wording else None
    total: dict[str, Any] = forecast["total"] if forecast else NOTHING
    asked = {"cost_usd": total["cost_usd"], "tokens": _tokens(total), "calls": total["calls"]}
    output.result(
        {"environments": listed, **asked, "seconds": 0, "dry_run": True},
        table(("server", "domain", "options", "scenarios"), rows),
        f"Would make {len(jobs)} environments. "
        + (f"About {_spent(total)}." if wording else "No model is asked: 0 calls, 0 USD."),
    )
    return DONE


def ended(output: Output, made: Sequence[Made], seconds: float, spent: Any = None) -> int:
    """The result of `synth` and of `scenarios`; `spent`: what a model took, as its ledger says."""
    total: dict[str, Any] = spent["total"] if spent else NOTHING
    certified = sum(one.scenarios for one in made)
    fallen: Counter[str] = Counter()
    for one in made:
        fallen.update(one.rejections)
    output.result(
        {
            "environments": [one.model_dump(mode="json", exclude={"job", "card"}) for one in made],
            "cost_usd": total["cost_usd"],
            "tokens": _tokens(total),
            "seconds": round(seconds, 1),
            "rejections": dict(sorted(fallen.items())),
            **({"llm": spent} if spent else {}),
        },
        _table(made),
        *_problems(made),
        f"{certified} certified scenarios in {sum(one.scenarios > 0 for one in made)} environments; "
        f"{sum(fallen.values())} proposals were rejected{_by_rung(fallen)}. {seconds:.0f} s"
        + ("." if spent else ", 0 USD."),
        *([f"{told(made)} {_spent(total)}."] if spent else []),
    )
    return DONE if all(one.sound for one in made) else SHORT


def _tokens(total: Mapping[str, Any]) -> int:
    return total["tokens"].get("input", 0) + total["tokens"].get("output", 0)


def _spent(total: Mapping[str, Any]) -> str:
    """`40 calls, 15,200 tokens, $0.12`."""
    cost = total["cost_usd"]
    dollars = "no price known" if cost is None else f"${cost:,.2f}"
    return f"{total['calls']:,} calls, {_tokens(total):,} tokens, {dollars}"


def _table(made: Sequence[Made]) -> Any:
    rows = [
        (
            one.name,
            one.tools,
            one.rules,
            one.entities,
            one.scenarios,
            _tally(one.bands),
            one.rejected,
            one.path,
        )
        for one in made
    ]
    columns = ("server", "tools", "rules", "entities", "certified", "difficulty", "rejected", "path")
    return table(columns, rows)


def line(one: Made) -> str:
    """One environment, as the progress tells it."""
    return f"{one.name}: {one.scenarios} certified, {one.rejected} rejected"


def _by_rung(fallen: Counter[str]) -> str:
    return f" ({_tally(dict(fallen.most_common()))})" if fallen else ""


def _tally(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _problems(made: Sequence[Made]) -> list[str]:
    every = [
        f"{problem.severity}: {one.name}/{problem.where}: {problem.message}"
        for one in made
        for problem in one.problems
        if problem.severity == "error"
    ]
    more = [f"… and {len(every) - SHOWN_PROBLEMS} more (--json has them all)"]
    return every if len(every) <= SHOWN_PROBLEMS else every[:SHOWN_PROBLEMS] + more
