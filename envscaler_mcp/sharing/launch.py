"""The command with which a client starts a server that lies in a folder."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder

SEARCH_PATH = "PYTHONPATH"
VARIABLE = re.compile(r"\$[A-Za-z_{]|\{(env|file):")
"""What clients take for a variable, each in its own way: `$NAME`, `${NAME}`, `${env:NAME}`, `{env:NAME}`."""


@dataclass(frozen=True)
class Launch:
    """A program, its arguments, and what it needs in its environment."""

    command: str
    args: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict[str, str])


def launch_of(
    folder: ServerFolder, scenario: str | None = None, *, which: Callable[[str], str | None] = shutil.which
) -> Launch:
    """How to start this server from anywhere: with uv where it is here, else with this Python.

    Every path is absolute: a client starts servers in a folder of its own, and one with windows knows
    nothing of a shell's PATH. This Python has what a server needs, because it runs servers itself.

    Raises:
        BadInput: there is no such scenario, or the folder's path cannot stand in a configuration or search
            path.
    """
    options = ("--scenario", folder.scenario(scenario).id) if scenario else ()
    place, name = str(folder.path.resolve()), folder.card.name
    _require_literal(place)
    uvx = which("uvx")
    if uvx:
        return Launch(os.path.abspath(uvx), ("--from", place, name, *options))  # noqa: PTH100 (keeps links)
    if os.pathsep in place:
        raise BadInput(place, f"a path with {os.pathsep!r} cannot be searched by Python", "move the folder")
    # -P: a folder in which the client happens to start must not shadow the server's modules.
    return Launch(sys.executable, ("-P", "-m", name, *options), {SEARCH_PATH: place})


def _require_literal(path: str) -> None:
    """Bytes that are no UTF-8 stand in a path as lone surrogates; no client lets a variable be escaped."""
    if path.encode("utf-8", "replace").decode("utf-8") != path:
        raise BadInput(ascii(path), "a path that is not UTF-8 cannot stand in a configuration", "move it")
    if found := VARIABLE.search(path):
        why = f"clients would put the value of a variable where {found.group()!r} stands"
        raise BadInput(path, why, "move the folder")
