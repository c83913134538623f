r"""The summary of a large run of `synth`, as it is committed under `evals/`.

    envscaler-mcp synth --count 200 --scenarios 40 --report --json --out SERVERS > RESULT.json
    envscaler-mcp eval SERVERS/*/ --agent template --out RUN
    envscaler-mcp import envscaler ENVIRONMENTS --out IMPORTED
    python -m envscaler_mcp.cli.summarise SERVERS RESULT.json --to evals/blueprint-200x40 \
        --played RUN SERVERS --beside IMPORTED

Of a copy of the servers that `synth --paraphrase` worded anew, another `--played RUN COPY` adds the scores;
`python -m tests.blueprint.rewording` serves such words where no model is at hand.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from envscaler_mcp.blueprint.diversity import Subject, figures_of, subjects_in
from envscaler_mcp.blueprint.diversity.report import markdown
from envscaler_mcp.runtime.standalone.canonical import loads, pretty
from envscaler_mcp.spec import versions

from .played import BANDS, Played, played, table_of

LINES = (
    ("environments", "environments"), ("not_made", "not made"), ("domains", "domains"),
    ("scenarios", "certified scenarios"), ("median", "median of an environment"), ("tiers", "tiers"),
    ("splits", "splits"), ("mutants", "wrong ends tried"), ("kill_rate", "of these rejected"),
    ("kill_rate_by_goals", "of these rejected without the frame"), ("variants", "other right ways tried"),
    ("accept_rate", "of these accepted"), ("vacuous_checks", "vacuous checks"), ("seconds", "seconds"),
    ("seconds_per_scenario", "seconds a scenario"), ("cost_usd", "cost, USD"),
)  # fmt: skip
MEASURED = """\
Mean reward, and of how many rollouts. `template` inverts the grammar and does what the words say, and nothing
of what follows from the policy: its score is what the wording alone gives away."""
UNMEASURED = "Not measured."
Made = Mapping[str, Any]


def summary(result: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a result of `synth --json`."""
    made: Sequence[Made] = result["environments"]
    whole = [one for one in made if one["scenarios"]]
    mutants = [sum(one["mutants"][place] for one in made) for place in range(3)]
    variants = [sum(one["variants"][place] for one in made) for place in range(2)]
    bands, agreed = _summed(made, "bands"), _summed(made, "agreed")
    scenarios = sum(one["scenarios"] for one in made)
    return {
        "environments": len(whole),
        "not_made": sorted(one["name"] for one in made if not one["scenarios"]),
        "domains": len({one["domain"] for one in whole}),
        "scenarios": scenarios,
        "median": {name: median(one[name] for one in whole) for name in ("tools", "entities", "rules")},
        "bands": bands,
        "splits": _summed(made, "splits"),
        "tiers": _summed(made, "tiers"),
        "agreed_share": {
            band: round(agreed.get(band, 0) / bands[band], 4) for band in BANDS if bands.get(band)
        },
        "rejections": result["rejections"],
        "kill_rate": _share(mutants[1], mutants[0]),
        "kill_rate_by_goals": _share(mutants[2], mutants[0]),
        "mutants": mutants[0],
        "accept_rate": _share(variants[1], variants[0]),
        "variants": variants[0],
        "seconds": result["seconds"],
        "seconds_per_scenario": round(result["seconds"] / scenarios, 3) if scenarios else None,
        "cost_usd": result["cost_usd"],
        "versions": versions(),
    }


def page(figures: Mapping[str, Any], scores: Sequence[Played] = ()) -> str:
    """The figures for people."""
    remark = [figures["remark"], ""] if figures.get("remark") else []
    lines = ["# What `synth` made", "", *remark, "| | |", "| --- | --- |"]
    lines += [f"| {title} | {_spelt(figures[name])} |" for name, title in LINES if name in figures]
    lines += ["", "## By difficulty", "", "| | scenarios | agreed with an independent solver |"]
    lines += ["| --- | ---: | ---: |"]
    counts = {band: figures["bands"][band] for band in BANDS if band in figures["bands"]}
    for band, count in counts.items():
        lines.append(f"| {band} | {count} | {_percent(figures['agreed_share'].get(band))} |")
    lines += ["", "## Proposals that were rejected", "", "| at | proposals |", "| --- | ---: |"]
    lines += [f"| {rung} | {count} |" for rung, count in _largest(figures["rejections"])]
    lines += [
        "",
        "## Scores by difficulty",
        "",
        MEASURED if scores else UNMEASURED,
        "",
        *(table_of(scores) if scores else ()),
    ]
    return "\n".join(lines) + "\n"


def vacuous(subjects: Sequence[Subject]) -> int:
    """Checks of what was emitted that are neither proven goals nor proven guards."""
    return sum(one.vacuous for one in subjects)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Summarise a run of synth.")
    parser.add_argument("servers", type=Path, help="the folder that synth filled")
    parser.add_argument("result", type=Path, help="what `synth --json` printed")
    parser.add_argument("--to", type=Path, required=True, help="path of the summary, without an ending")
    parser.add_argument("--beside", type=Path, action="append", default=[], help="servers to compare with")
    parser.add_argument(
        "--played", type=Path, nargs=2, action="append", default=[], metavar=("RUN", "FOLDER"),
        help="a run of `eval`, and the folder of the servers that it played",
    )  # fmt: skip
    parser.add_argument("--remark", default="", help="what a reader must know of how it was run")
    given = parser.parse_args()
    subjects = subjects_in(given.servers)
    made = summary(loads(given.result.read_bytes()))
    figures = {"remark": given.remark, **made, "vacuous_checks": vacuous(subjects)}
    scores = [score for run, servers in given.played for score in played(run, servers)]
    measured = {given.servers.name: figures_of(subjects)}
    measured |= {one.name: figures_of(subjects_in(one)) for one in given.beside}
    whole = {
        "made": figures,
        "played": [one.to_json() for one in scores],
        "diversity": {name: one.model_dump(mode="json") for name, one in measured.items()},
    }
    given.to.with_suffix(".json").write_text(pretty(whole), encoding="utf-8")
    given.to.with_suffix(".md").write_text(f"{page(figures, scores)}\n{markdown(measured)}", encoding="utf-8")


def _summed(made: Sequence[Made], name: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in made:
        counts.update(one[name])
    return dict(sorted(counts.items()))


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0])) or [("none", 0)]


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _spelt(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {part}" for name, part in value.items()) or "–"  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"  # pyright: ignore[reportUnknownArgumentType]
    return str(value)


if __name__ == "__main__":
    main()
