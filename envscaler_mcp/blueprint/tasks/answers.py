"""The two tools that record an answer: a decision to decline, and a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envscaler_mcp.blueprint.design import Action, Design
from envscaler_mcp.spec.scenario import Call

NOTE = "Declined as the policy says."


def decision_call(design: Design, action: Action, values: Mapping[str, Any], code: str) -> Call | None:
    """The call that declines an action on a ground; None where the environment has no tool for it."""
    tool = next((one for one in design.actions if one.answer == "decision"), None)
    if tool is None:
        return None
    said = {"request": action.name, "about": subject_of(action, values), "ground": code, "note": NOTE}
    return _call(tool, said)


def report_call(design: Design, measure: str, about: str | None, figure: int) -> Call | None:
    """The call that files a figure; None where the environment has no tool for it."""
    tool = next((one for one in design.actions if one.answer == "report"), None)
    return None if tool is None else _call(tool, {"measure": measure, "about": about, "figure": figure})


def subject_of(action: Action, values: Mapping[str, Any]) -> str | None:
    """The row that a decision names: the first id that the tool is given; optional ones stand behind."""
    rows = [one for one in action.parameters if one.type.kind == "ref" and values.get(one.name)]
    first = min(rows, key=lambda one: one.type.optional, default=None)
    return str(values[first.name]) if first else None


def _call(tool: Action, said: Mapping[str, Any]) -> Call:
    arguments = {one.stored: said[one.name] for one in tool.parameters if said.get(one.name) is not None}
    return Call(tool=tool.name, arguments=arguments)
