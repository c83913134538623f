"""Stands in for the runtime that a rendered server carries, so that `environment.py` is the same in both."""

from envscaler_mcp.runtime.standalone import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

__all__ = ["FREE_TEXT", "Entity", "Environment", "Refusal", "read", "rule", "write"]
