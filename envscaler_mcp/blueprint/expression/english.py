"""A tree as English: rules, requirements and refusals in the words of a domain."""

from __future__ import annotations

from collections.abc import Sequence

from envscaler_mcp.blueprint.design import Design, Rule
from envscaler_mcp.blueprint.wording import sentence, words

from .tree import Expression


def rule_text(rule: Rule, design: Design) -> str:
    """A rule as a sentence."""
    _ = design
    return sentence(words(rule.id))


def refusal_text(
    when: Expression | None, must: Expression, subject: str, design: Design
) -> Sequence[str | Expression]:
    """Why a call is refused: texts, and the values between them."""
    _ = (when, must, subject, design)
    return ["This is not allowed."]
