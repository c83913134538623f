"""The report on how much environments differ: `diversity.json` and `diversity.md` beside the servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import pretty

from .figures import Figures, figures_of
from .subjects import subjects_in

NAME = "diversity"
LINES = (
    ("environments", "environments"),
    ("scenarios", "scenarios with a solution"),
    ("tools", "tools (median)"),
    ("entities", "entities (median)"),
    ("rules", "rules (median)"),
    ("schemas", "schemas, not isomorphic"),
    ("plan_classes", "plan-graph classes"),
    ("plan_shapes", "plan shapes, without names of tools"),
    ("code_overlap", "refusal codes shared by two (mean)"),
    ("signature_overlap", "tools with parameters shared by two (mean)"),
    ("nearest_mean", "likeness to the nearest (mean)"),
    ("nearest_most", "likeness to the nearest (most)"),
    ("groups", "groups"),
    ("effective", "effective number"),
    ("effective_share", "effective number per environment"),
    ("effective_with_plans", "effective number, plans counted in"),
)
METHOD = """\
A *schema* is the graph of entities, references and lifecycles; two are the same if they are isomorphic with
names left out. A *plan* is an oracle with the names of rows left out. *Likeness* compares how often each
neighbourhood of two hops occurs in the graph of entities and tools (Weisfeiler and Lehman), names left out:
the cosine of the roots of the shares. The *effective number* is the Vendi score of these likenesses (Friedman
and Dieng, TMLR 2023): copies count once, what is unlike counts in full. It grows more slowly than the number
of environments, so compare sets at equal numbers. *At equal size* also draws ten tools of each environment,
with what they touch: large environments share more parts for being large. What an imported class does not
declare (refusals, choices, the values of a field) is read from its code, so that all sets are measured by the
same signals. *Groups* puts together what is alike to 0.75 and more.
"""


def write_report(folder: Path, beside: Sequence[Path] = ()) -> Path:
    """Measure the servers of a folder, and those of others for comparison; the path of the Markdown file.

    Raises:
        BadInput: there are no servers in a folder, or one cannot be read.
    """
    measured = {one.name or str(one): _measured(one) for one in (folder, *beside)}
    values = {name: figures.model_dump(mode="json") for name, figures in measured.items()}
    (folder / f"{NAME}.json").write_text(pretty(values), encoding="utf-8")
    file = folder / f"{NAME}.md"
    file.write_text(markdown(measured), encoding="utf-8")
    return file


def markdown(measured: Mapping[str, Figures]) -> str:
    """The report for people."""
    parts = ["# How much the environments differ", METHOD, _table(measured), "## As the number grows"]
    parts += [_growth(measured), "## Most alike", _closest(measured)]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _measured(folder: Path) -> Figures:
    subjects = subjects_in(folder)
    if not subjects:
        raise BadInput(str(folder), "there is no server in it", "name a folder of servers")
    return figures_of(subjects)


def _table(measured: Mapping[str, Figures]) -> str:
    rows = [["", *measured], ["---"] + ["---:"] * len(measured)]
    for name, title in LINES:
        values = [getattr(figures, name) for figures in measured.values()]
        rows.append([title, *("–" if value is None else f"{value:g}" for value in values)])
    return _lines(rows)


def _growth(measured: Mapping[str, Figures]) -> str:
    sizes = sorted({int(size) for figures in measured.values() for size in figures.growth})
    rows = [["environments", *map(str, sizes)], ["---"] + ["---:"] * len(sizes)]
    for name, figures in measured.items():
        for title, found in ((name, figures.growth), (f"{name}, at equal size", figures.growth_level)):
            shown = [found.get(str(size)) for size in sizes]
            rows.append([f"effective, {title}", *("" if one is None else f"{one:g}" for one in shown)])
    return _lines(rows)


def _closest(measured: Mapping[str, Figures]) -> str:
    rows = [["set", "one", "other", "likeness"], ["---", "---", "---", "---:"]]
    rows += [
        [name, pair.one, pair.other, f"{pair.similarity:g}"]
        for name, figures in measured.items()
        for pair in figures.closest
    ]
    return _lines(rows)


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
