"""What the stages tell a model of a server: its texts, and of its code the part that says what state is."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps


@dataclass(frozen=True)
class Subject:
    """A server that scenarios are written for."""

    folder: ServerFolder

    @cached_property
    def values(self) -> dict[str, Any]:
        """What every prompt of these stages may use; all of it may come from a model."""
        card = self.folder.card
        return {
            "title": card.title,
            "introduction": card.introduction,
            "policy": self.folder.bundle.policy.strip(),
            "state_definition": self.state_definition,
            "rules": [rule.text for rule in card.rules if rule.executable],
            "tools": [_tool(tool) for tool in self.folder.bundle.tools],
        }

    @cached_property
    def state_definition(self) -> str:
        """The classes of the source without their methods: entities, fields, types, limits."""
        tree = ast.parse(self.folder.bundle.text("environment.py"))
        plain = self.folder.card.form == "plain"
        kept = [part for node in tree.body for part in _kept(node, with_init=plain)]
        return "\n\n".join(ast.unparse(node) for node in kept)

    @cached_property
    def telling_names(self) -> tuple[str, ...]:
        """Names of tools that no request would hold by chance."""
        return tuple(sorted(name for name in self.folder.tool_names if "_" in name))


def _tool(tool: dict[str, Any]) -> str:
    """A tool on one line."""
    told_of = {"name": tool["name"], "description": tool["description"], "input": tool["inputSchema"]}
    return dumps(told_of)


def _kept(node: ast.stmt, *, with_init: bool) -> Iterator[ast.stmt]:
    if isinstance(node, ast.ClassDef):
        yield _without_methods(node, with_init=with_init)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        yield node


def _without_methods(node: ast.ClassDef, *, with_init: bool) -> ast.ClassDef:
    body = [
        part
        for part in node.body
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
        or (with_init and part.name == "__init__")
    ]
    bare = copy.copy(node)
    bare.body, bare.decorator_list = body or [ast.Pass()], []
    return bare
