"""Stands where a rendered server has its runtime, so that `environment.py` is the same in both."""

from envscaler_mcp.runtime.standalone import FREE_TEXT, Entity, Environment, Refusal, read, rule, write

__all__ = ["FREE_TEXT", "Entity", "Environment", "Refusal", "read", "rule", "write"]
