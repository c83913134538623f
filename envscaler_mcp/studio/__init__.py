"""Authoring over MCP: an agent in any client builds, proves and renders an environment by calling tools."""

from __future__ import annotations

from .studio import Studio

__all__ = ["Studio"]
