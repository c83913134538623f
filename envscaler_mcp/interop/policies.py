"""The text of `policy.md` for an environment that brings none: what it is, and its rules."""

from __future__ import annotations

from collections.abc import Sequence


def policy_text(title: str, introduction: str, rules: Sequence[str]) -> str:
    """A heading, the introduction and the rules as a list."""
    text = f"# {title}\n\n{introduction}\n"
    listed = "".join(f"- {rule}\n" for rule in rules)
    return f"{text}\n## Rules\n\n{listed}" if listed else text
