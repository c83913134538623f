"""The command with which a client starts a server that lies in a folder."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder

SEARCH_PATH = "PYTHONPATH"


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
        BadInput: there is no such scenario, or the folder's path cannot stand in a search path.
    """
    options = ("--scenario", folder.scenario(scenario).id) if scenario else ()
    place, name = str(folder.path.resolve()), folder.card.name
    if not _is_text(place):
        raise BadInput(ascii(place), "a path that is not UTF-8 cannot stand in a configuration", "move it")
    uvx = which("uvx")
    if uvx:
        return Launch(os.path.abspath(uvx), ("--from", place, name, *options))  # noqa: PTH100 (keeps links)
    if os.pathsep in place:
        raise BadInput(place, f"a path with {os.pathsep!r} cannot be searched by Python", "move the folder")
    # -P: a folder in which the client happens to start must not shadow the server's modules.
    return Launch(sys.executable, ("-P", "-m", name, *options), {SEARCH_PATH: place})


def _is_text(path: str) -> bool:
    """Whether it can be written as UTF-8: bytes that are none stand in a path as lone surrogates."""
    return path.encode("utf-8", "replace").decode("utf-8") == path
