"""The summary of a large run of `synth`, as it is committed under `evals/`.

python -m envscaler_mcp.cli.summarise SERVERS RESULT.json --to evals/blueprint-200x40 --beside IMPORTED
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from envscaler_mcp.blueprint.diversity import figures_of, subjects_in
from envscaler_mcp.blueprint.diversity.report import markdown
from envscaler_mcp.runtime.standalone.canonical import loads, pretty
from envscaler_mcp.spec import versions

BANDS = ("easy", "medium", "hard")
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


def page(figures: Mapping[str, Any]) -> str:
    """The figures for people."""
    lines = ["# What `synth` made", "", "| | |", "| --- | --- |"]
    for name, value in figures.items():
        if name != "versions":
            lines.append(f"| {name.replace('_', ' ')} | {_spelt(value)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Summarise a run of synth.")
    parser.add_argument("servers", type=Path, help="the folder that synth filled")
    parser.add_argument("result", type=Path, help="what `synth --json` printed")
    parser.add_argument("--to", type=Path, required=True, help="path of the summary, without an ending")
    parser.add_argument("--beside", type=Path, action="append", default=[], help="servers to compare with")
    given = parser.parse_args()
    figures = summary(loads(given.result.read_bytes()))
    measured = {one.name: figures_of(subjects_in(one)) for one in (given.servers, *given.beside)}
    whole = {
        "made": figures,
        "diversity": {name: one.model_dump(mode="json") for name, one in measured.items()},
    }
    given.to.with_suffix(".json").write_text(pretty(whole), encoding="utf-8")
    given.to.with_suffix(".md").write_text(f"{page(figures)}\n{markdown(measured)}", encoding="utf-8")


def _summed(made: Sequence[Made], name: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in made:
        counts.update(one[name])
    return dict(sorted(counts.items()))


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
