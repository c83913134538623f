"""Agents: whatever acts on an episode through an MCP client. Here the ones without a model."""

from __future__ import annotations

from .agent import Agent, Assignment, Reply, Say, Stopped
from .choose import agent_of

__all__ = ["Agent", "Assignment", "Reply", "Say", "Stopped", "agent_of"]
