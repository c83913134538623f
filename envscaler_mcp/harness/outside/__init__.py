"""Agents that nobody here wrote, each in processes of its own; they come in over MCP."""

from __future__ import annotations

from .agent import Outside

__all__ = ["Outside"]
