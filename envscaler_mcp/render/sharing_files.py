"""What registries and desktop clients read: `server.json` and `manifest.json`."""

from __future__ import annotations

from collections.abc import Sequence

from envscaler_mcp.spec.environment import EnvironmentCard
from envscaler_mcp.spec.record import Json
from envscaler_mcp.spec.scenario import Scenario

from .hidden import without_hidden
from .markdown import clipped

NAMESPACE = "example.envscaler-mcp"
"""A reserved domain: nobody owns it, so whoever publishes puts their own namespace in its place."""
REGISTRY_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
REGISTRY_DESCRIPTION = 100


def distribution(card: EnvironmentCard) -> str:
    """The name under which a package index knows the server."""
    return card.name.rstrip("_").replace("_", "-")


def registry_name(card: EnvironmentCard) -> str:
    """The server's name in the MCP registry: reverse DNS, one slash."""
    return f"{NAMESPACE}/{distribution(card)}"


def summary(card: EnvironmentCard) -> str:
    """The introduction in one line that a registry accepts."""
    return clipped(without_hidden(card.introduction), REGISTRY_DESCRIPTION) or card.name


def server_json(card: EnvironmentCard) -> Json:
    """`server.json` of the MCP registry."""
    package = {
        "registryType": "pypi",
        "identifier": distribution(card),
        "version": card.version,
        "runtimeHint": "uvx",
        "transport": {"type": "stdio"},
    }
    return {
        "$schema": REGISTRY_SCHEMA,
        "name": registry_name(card),
        "title": clipped(without_hidden(card.title), REGISTRY_DESCRIPTION) or card.name,
        "description": summary(card),
        "version": card.version,
        "packages": [package],
    }


def manifest_json(card: EnvironmentCard, scenarios: Sequence[Scenario]) -> Json:
    """`manifest.json` of an MCP bundle; the client's own uv installs and runs the folder."""
    arguments = ["run", "--directory", "${__dirname}", card.name]
    choice = _scenario_choice(scenarios)
    if choice:
        arguments += ["--scenario", "${user_config.scenario}"]
    manifest = {
        "manifest_version": "0.4",
        "name": distribution(card),
        "display_name": clipped(without_hidden(card.title), REGISTRY_DESCRIPTION) or card.name,
        "version": card.version,
        "description": summary(card),
        "author": {"name": "envscaler-mcp contributors"},
        "license": "MIT",
        "server": {
            "type": "uv",
            "entry_point": f"{card.name}/__main__.py",
            "mcp_config": {"command": "uv", "args": arguments},
        },
        "tools": [
            _tool(tool.name, tool.description) for tool in sorted(card.tools, key=lambda tool: tool.name)
        ],
        "compatibility": {"platforms": ["darwin", "linux"], "runtimes": {"python": ">=3.11"}},
    }
    return manifest | choice


def _tool(name: str, description: str) -> dict[str, Json]:
    return {"name": name, "description": clipped(without_hidden(description), REGISTRY_DESCRIPTION)}


def _scenario_choice(scenarios: Sequence[Scenario]) -> dict[str, Json]:
    if not scenarios:
        return {}
    ids = [scenario.id for scenario in scenarios]
    setting = {
        "type": "string",
        "title": "Scenario",
        "description": f"The scenario to start in, {ids[0]} to {ids[-1]}.",
        "default": ids[0],
        "required": False,
    }
    return {"user_config": {"scenario": setting}}
