"""The outline of an environment, and its way into source: the skeleton is ours, bodies come in by AST."""

from __future__ import annotations

from .draft import Draft
from .outline import (
    EntityOutline,
    FieldOutline,
    Outline,
    ParameterOutline,
    RefusalOutline,
    ReturnOutline,
    RuleOutline,
    ToolOutline,
)

__all__ = [
    "Draft",
    "EntityOutline",
    "FieldOutline",
    "Outline",
    "ParameterOutline",
    "RefusalOutline",
    "ReturnOutline",
    "RuleOutline",
    "ToolOutline",
]
