"""Texts that speak to the model behind somebody's back: hidden characters, and hidden instructions.

A list of words is no proof of innocence. It finds the known forms of tool poisoning; what a person should
read for themselves is marked as a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from envscaler_mcp.render import hidden_characters
from envscaler_mcp.spec import Problem

Severity = Literal["error", "warning"]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


_TRICKS: tuple[tuple[str, re.Pattern[str], Severity], ...] = (
    (
        "overrides what the model was told before",
        _pattern(
            r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|"
            r"system|other|foregoing|existing)\b[^.\n]{0,30}\b(?:instruction|prompt|rule|message|polic|"
            r"guideline|tool)"
        ),
        "error",
    ),
    (
        "asks to keep something from the user",
        _pattern(
            r"\b(?:do not|don't|never|without|must not|avoid)\b[^.\n]{0,30}\b(?:tell|inform|mention|notify|"
            r"reveal|show|alert|disclos|ask|telling|informing|mentioning|notifying|asking)\w*\b[^.\n]{0,30}"
            r"\b(?:user|human|operator)\b"
        ),
        "error",
    ),
    (
        "poses as a message of the system",
        _pattern(
            r"<\s{0,5}/?\s{0,5}(?:important|system|instructions?|secret|hidden|assistant|admin)\b[^>]{0,200}>|"
            r"<\|\w{1,40}\|>|\[/?(?:INST|SYSTEM)\]|\bsystem prompt\b|\bdeveloper message\b"
        ),
        "error",
    ),
    ("hides in a comment", _pattern(r"<!--"), "error"),
    (
        "names files of the user's machine",
        _pattern(
            r"~/\.?\w|\$HOME\b|%USERPROFILE%|%APPDATA%|/etc/\w|\.ssh\b|\bid_rsa\b|\bid_ed25519\b|"
            r"(?<!\w)\.env\b|\.aws\b|\bmcp\.json\b|claude_desktop_config|/proc/\w"
        ),
        "error",
    ),
    ("asks to run a program", _pattern(r"\b(?:curl|wget|powershell|bash|osascript)\s+[-\w/'\"$]"), "error"),
    ("loads something from elsewhere", _pattern(r"!\[[^\]]{0,200}\]\(|\bdata:\w+/|\bjavascript:"), "error"),
    ("is encoded, so that nobody can read it", _pattern(r"[A-Za-z0-9+/_-]{120}|(?:\\x[0-9a-f]{2}){12}"),
     "error"),
    ("is pushed out of sight by blanks", _pattern(r"[ \t]{60}\S|\n(?:[ \t\r]{0,20}\n){11}"), "error"),
    ("names an address", _pattern(r"\bhttps?://"), "warning"),
    ("speaks of secrets", _pattern(r"\b(?:api[ _-]?key|private key|access token|credentials?)\b"), "warning"),
)  # fmt: skip
_OTHER_SERVER = re.compile(r"\bmcp__(\w+?)__\w")


def hidden_text(where: str, text: str) -> Iterator[Problem]:
    """Characters that leave no mark on the page."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if found := hidden_characters(line.removesuffix("\r")):
            place = f"{where}:{number}" if len(lines) > 1 else where
            yield Problem(
                code="hidden_text", where=place, message=f"hidden characters: {', '.join(found[:5])}"
            )


def hidden_instructions(
    where: str, text: str, *, server: str, at_most: Severity = "error"
) -> Iterator[Problem]:
    """What looks like an instruction to the model that no person was meant to see."""
    for about, pattern, severity in _TRICKS:
        if found := pattern.search(text):
            rank: Severity = severity if at_most == "error" else "warning"
            yield _problem(where, about, found.group(), rank)
    for found in _OTHER_SERVER.finditer(text):
        if found[1] != server:
            yield _problem(where, "speaks of another server's tools", found.group(), at_most)


def strings(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text of a JSON value, keys included, with the place of each."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, part in cast("Mapping[str, Any]", value).items():
            yield f"{where}/{ascii(key)[1:-1]}", key
            yield from strings(part, f"{where}/{ascii(key)[1:-1]}")
    elif isinstance(value, list):
        for index, part in enumerate(cast("list[Any]", value)):
            yield from strings(part, f"{where}/{index}")


def _problem(where: str, about: str, found: str, severity: Severity) -> Problem:
    shown = ascii(" ".join(found.split())[:80])
    return Problem(
        code="hidden_instruction", where=where, message=f"this text {about}: {shown}", severity=severity
    )
