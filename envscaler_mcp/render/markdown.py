"""A model's text in Markdown: shown as it is, and never as layout, link or HTML."""

from __future__ import annotations

import re

from .hidden import REPLACEMENT, without_hidden

_ALWAYS = re.compile(r"[\\`*\[\]|~]")
_UNDERSCORE_AT_WORD_EDGE = re.compile(r"(?<![A-Za-z0-9_])_|_(?![A-Za-z0-9_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_BLOCK_START = re.compile(r"^(?=[#+=>-])|^(\d+)(?=[.)](?:\s|$))")
_BACKTICKS = re.compile(r"`+")


def inline(text: str) -> str:
    """One line of Markdown that reads as the text; safe in a paragraph and in a table cell."""
    line = " ".join(without_hidden(text, REPLACEMENT).split())
    line = _ALWAYS.sub(r"\\\g<0>", line)
    line = _UNDERSCORE_AT_WORD_EDGE.sub(r"\\_", line)
    line = _BLOCK_START.sub(lambda start: f"{start[1]}\\" if start[1] else "\\", line)
    return _without_html(line)


def code(text: str) -> str:
    """An inline code span; its fence is longer than any run of backticks inside."""
    line = " ".join(without_hidden(text, REPLACEMENT).split()).replace("|", "\\|")
    longest = max((len(run) for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def clipped(text: str, width: int) -> str:
    """The first line with words on it, cut at a word where it is longer than `width`."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    if len(line) <= width:
        return line
    head = line[: width - 1].rpartition(" ")[0] or line[: width - 1]
    return f"{head.rstrip(' ,;:')}…"


def counted(number: int, noun: str) -> str:
    """`**1 tool**`, `**2 tools**`."""
    return f"**{number} {noun}{'' if number == 1 else 's'}**"


def _without_html(line: str) -> str:
    return _TAG.sub("&lt;", _ENTITY.sub("&amp;", line))
