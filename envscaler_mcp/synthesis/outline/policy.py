"""What an agent is told: every rule word for word, and the guidance. All that can cost a score is there."""

from __future__ import annotations

from collections.abc import Iterable

from .outline import Outline


def policy_of(outline: Outline) -> str:
    """The text of `policy.md`."""
    parts = [f"# {_line(outline.title)}", _line(outline.introduction) or _line(outline.title)]
    parts += ["## Rules", _listed(rule.text for rule in outline.rules)]
    if outline.guidance:
        parts += ["## How to work here", _listed(outline.guidance)]
    return "\n\n".join(parts) + "\n"


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(f"- {_line(text)}" for text in texts)


def _line(text: str) -> str:
    """One line: a text cannot open a heading or a list of its own."""
    return " ".join(text.split())
