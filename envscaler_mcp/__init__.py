"""Proven MCP tool environments: synthesised, rendered, certified and scored."""

__version__ = "0.1.0"
