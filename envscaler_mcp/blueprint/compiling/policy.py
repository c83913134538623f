"""`policy.md`: what the agent is told of the rules, from the same trees as the code."""

from __future__ import annotations

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.expression.english import rule_text


def policy_of(design: Design) -> str:
    """The policy of a design's environment."""
    lines = [f"# {design.title}", "", design.about, ""]
    lines += [f"- `{rule.id}`: {rule_text(rule, design)}" for rule in design.rules]
    return "\n".join(lines) + "\n"
