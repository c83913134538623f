"""The audit as one file to read: HTML that needs nothing else, or Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render.hidden import REPLACEMENT, without_hidden
from envscaler_mcp.render.markdown import code, inline
from envscaler_mcp.render.templating import templates_root
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec.files import write_text

from .findings import Audit, CheckAudit, Code, ScenarioAudit
from .verdict import counted, headline, sentences, share

TEMPLATES = {".html": "audit.html.jinja", ".htm": "audit.html.jinja", ".md": "audit.md.jinja"}
SHOWN_CHECKS = 15
"""Checks of one scenario that are shown with their source."""
SHOWN_FINDINGS = 200
"""Findings of one kind, and rows that a table shows at once."""
SHOWN_ARGUMENTS = 160

TITLES: dict[Code, tuple[str, str]] = {
    "crashed": ("Crashed", "Raised, returned no bool, or had to be stopped. Upstream counts it as false."),
    "contradictory": (
        "Contradictory",
        "True at the start and false after a recorded run that makes all goals true.",
    ),
    "unreachable": ("Out of reach", "Looks only at state that no tool writes: no agent changes its verdict."),
    "equal": ("Said twice", "The same as another check of its scenario, up to names and layout."),
    "literal_untold": (
        "Wording that nobody was told",
        "Compares with long text that neither the task nor the start state gives.",
    ),
    "lost": (
        "Made false by a recording",
        "By a run that solves its task only in part: a guard, or a contradiction.",
    ),
}


@dataclass(frozen=True)
class Bin:
    """One bar of the histogram of rewards for doing nothing."""

    label: str
    number: int
    width: float


@dataclass(frozen=True)
class Page:
    """What the templates show."""

    audit: Audit
    sources: tuple[str, ...]
    worst: tuple[ScenarioAudit, ...]

    @property
    def bins(self) -> list[Bin]:
        """How many scenarios pay how much for doing nothing."""
        places = Counter(_bin(one.noop_reward) for one in self.audit.scenarios)
        most = max(places.values(), default=1)
        labels = ["nothing", *(f"up to {at / 10:g}" for at in range(1, 11))]
        return [Bin(label, places[at], 100 * places[at] / most) for at, label in enumerate(labels)]

    def faulty(self, scenario: ScenarioAudit) -> list[CheckAudit]:
        """Checks with findings; those that are only true at the start come last."""
        return sorted(
            (check for check in scenario.checks if any(one.code != "literal_text" for one in check.findings)),
            key=lambda check: {one.code for one in check.findings} <= {"true_at_start", "literal_text"},
        )

    def found(self, kind: Code) -> list[tuple[ScenarioAudit, CheckAudit, str]]:
        """The findings of one kind that are shown."""
        every = [(scenario, check, one.message) for scenario, check, one in self.audit.found(kind)]
        return every[:SHOWN_FINDINGS]


def check_report_path(path: Path) -> None:
    """Refuse a name that cannot become a report, before anything is run.

    Raises:
        BadInput: it is neither HTML nor Markdown, or a folder.
    """
    if path.suffix.lower() not in TEMPLATES:
        raise BadInput(str(path), "a report is HTML or Markdown", "name a file that ends in .html or .md")
    if path.is_dir():
        raise BadInput(str(path), "it is a folder", "name a file")


def write_report(path: Path, audit: Audit, sources: Sequence[str], worst: int) -> None:
    """Write the report that the file's ending asks for.

    Args:
        path: an `.html` or `.md` file.
        audit: what was found.
        sources: names of the files that were audited.
        worst: how many scenarios are shown with their checks.

    Raises:
        BadInput: it cannot be written.
    """
    check_report_path(path)
    page = Page(audit, tuple(sources), tuple(audit.worst(worst)))
    template = _environment(TEMPLATES[path.suffix.lower()].split(".")[1] == "html")
    text = template.get_template(TEMPLATES[path.suffix.lower()]).render(
        page=page,
        audit=audit,
        headline=headline(audit),
        sentences=sentences(audit),
        titles=TITLES,
        shown_checks=SHOWN_CHECKS,
        shown=SHOWN_FINDINGS,
    )
    write_text(path, text)


@cache
def _environment(is_html: bool) -> Environment:
    """Every text is escaped and shown without hidden characters; Markdown has filters for that."""
    environment = Environment(
        loader=FileSystemLoader(templates_root() / "reports"),
        undefined=StrictUndefined,
        autoescape=is_html,
        finalize=_visible if is_html else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name, convert in FILTERS.items():
        environment.filters[name] = convert
    return environment


def _visible(value: Any) -> Any:
    return without_hidden(value, REPLACEMENT) if type(value) is str else value


def _percent(part: int, whole: int) -> str:
    """A width for a style."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"


def _arguments(value: object) -> str:
    text = dumps(value)
    return text if len(text) <= SHOWN_ARGUMENTS else f"{text[: SHOWN_ARGUMENTS - 1]}…"


def _bin(reward: float) -> int:
    """0 for nothing, else the tenth: 0.05 → 1, 1.0 → 10."""
    return 0 if reward <= 0 else min(10, int(reward * 10 - 1e-9) + 1)


FILTERS: dict[str, Callable[..., str]] = {
    "inline": inline,
    "code": code,
    "counted": counted,
    "share": share,
    "percent": _percent,
    "arguments": _arguments,
}
