"""A hostile class on a stage: in a worker of its own, with a canary around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Environment, EnvironmentCard, Provenance, Scenario
from tests.runtime.folders import NOW, tool

CALL_SECONDS = 1.0


def staged(folder: Path, source: str, *tools: str, class_name: str = "Hostile") -> ServerFolder:
    """A server whose only scenario starts empty."""
    card = EnvironmentCard.model_validate(
        {
            "name": "hostile",
            "title": "Hostile",
            "introduction": "Tries things.",
            "form": "plain",
            "class_name": class_name,
            "tools": [tool(name, "write") for name in tools],
            "policy": "",
            "provenance": Provenance(engine="hand"),
        }
    )
    files = render(Environment(card, source, "Behave.\n"), ())
    write_tree(files, folder / "hostile")
    return ServerFolder.load(folder / "hostile")


def scenario(start: dict[str, Any] | None = None, seed: int = 0) -> Scenario:
    """A start state."""
    return Scenario(id="001", instruction="Go.", start=start or {}, now=NOW, seed=seed)
