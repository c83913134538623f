"""The linter: what clients, providers and other frameworks demand of a server's tools."""

from .linter import RULES, lint, lint_tools
from .subject import Finding, Rule, Subject, Tool

__all__ = ["RULES", "Finding", "Rule", "Subject", "Tool", "lint", "lint_tools"]
