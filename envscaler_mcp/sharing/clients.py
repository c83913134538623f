"""Where each client keeps its servers, and how it spells one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from envscaler_mcp.errors import BadInput

from .launch import Launch

PATIENCE_SECONDS = 30
"""The first start may have to fetch what the server needs; most clients give up after 5 s."""


@dataclass(frozen=True)
class Surroundings:
    """What decides where a configuration lies."""

    home: Path
    folder: Path
    """Where the person stands: project-wide configuration lies there."""
    platform: str
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def here(cls) -> Surroundings:
        """This machine, this person, this folder."""
        return cls(Path.home(), Path.cwd(), sys.platform, dict(os.environ))

    def named(self, variable: str, otherwise: Path) -> Path:
        """The folder that a variable names, or else this one."""
        value = self.variables.get(variable, "")
        return Path(value) if value else otherwise

    @property
    def applications(self) -> Path:
        """Where programs with windows keep their settings."""
        if self.platform == "win32":
            return self.named("APPDATA", self.home / "AppData" / "Roaming")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return self.settings

    @property
    def settings(self) -> Path:
        """Where programs of the terminal keep their settings."""
        return self.named("XDG_CONFIG_HOME", self.home / ".config")


@dataclass(frozen=True)
class Client:
    """One MCP client: its file, the key under which servers stand, and its form of an entry."""

    name: str
    key: str
    locate: Callable[[Surroundings], Path]
    entry: Callable[[Launch], dict[str, Any]]
    remote: Callable[[str], dict[str, Any]] | None = None
    """The entry of a server that is reached by its URL; None where the client starts servers only."""
    environment_key: str = "env"
    form: Literal["json", "toml"] = "json"
    afterwards: str = "Start the client again."


def client_named(name: str) -> Client:
    """One of the known clients.

    Raises:
        BadInput: it is none of them.
    """
    for client in CLIENTS:
        if client.name == name:
            return client
    known = ", ".join(client.name for client in CLIENTS)
    raise BadInput(f"client {name!r}", "not one of the known clients", f"name one of: {known}")


def _common(launch: Launch) -> dict[str, Any]:
    entry: dict[str, Any] = {"command": launch.command, "args": list(launch.args)}
    return entry | ({"env": dict(launch.env)} if launch.env else {})


def _vscode(launch: Launch) -> dict[str, Any]:
    return {"type": "stdio", **_common(launch)}


def _codex(launch: Launch) -> dict[str, Any]:
    return {**_common(launch), "startup_timeout_sec": PATIENCE_SECONDS}


def _gemini(launch: Launch) -> dict[str, Any]:
    return {**_common(launch), "timeout": PATIENCE_SECONDS * 1000}


def _opencode(launch: Launch) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "local", "command": [launch.command, *launch.args], "enabled": True}
    entry["timeout"] = PATIENCE_SECONDS * 1000
    return entry | ({"environment": dict(launch.env)} if launch.env else {})


def _by_url(url: str) -> dict[str, Any]:
    return {"type": "http", "url": url}


def _opencode_file(here: Surroundings) -> Path:
    folder = here.settings / "opencode"
    commented = folder / "opencode.jsonc"
    return commented if commented.is_file() else folder / "opencode.json"


CLIENTS = (
    Client(
        "claude-code",
        "mcpServers",
        lambda here: here.folder / ".mcp.json",
        _common,
        _by_url,
        afterwards="Start `claude` in this folder and approve the server.",
    ),
    Client(
        "claude-desktop",
        "mcpServers",
        lambda here: here.applications / "Claude" / "claude_desktop_config.json",
        _common,
        afterwards="Quit Claude Desktop and start it again.",
    ),
    Client("cursor", "mcpServers", lambda here: here.home / ".cursor" / "mcp.json", _common, _by_url),
    Client(
        "vscode",
        "servers",
        lambda here: here.folder / ".vscode" / "mcp.json",
        _vscode,
        _by_url,
        afterwards="Open this folder in VS Code and start the server above its entry.",
    ),
    Client(
        "codex",
        "mcp_servers",
        lambda here: here.named("CODEX_HOME", here.home / ".codex") / "config.toml",
        _codex,
        lambda url: {"url": url},
        form="toml",
    ),
    Client(
        "gemini-cli",
        "mcpServers",
        lambda here: here.home / ".gemini" / "settings.json",
        _gemini,
        lambda url: {"httpUrl": url},
    ),
    Client(
        "opencode",
        "mcp",
        _opencode_file,
        _opencode,
        lambda url: {"type": "remote", "url": url, "enabled": True},
        environment_key="environment",
    ),
)
