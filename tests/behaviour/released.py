"""The releases of ../shared, imported once for all tests of a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.interop.release import Release, read_release
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder


@dataclass(frozen=True)
class Imported:
    """A release and its rendered servers, by env id."""

    release: Release
    folders: dict[str, ServerFolder]


def imported(environments: Path, scenarios: Path, place: Path) -> Imported:
    release = read_release(environments, scenarios)
    folders: dict[str, ServerFolder] = {}
    for one in release.environments:
        path = place / one.environment.card.name
        write_tree(render(one.environment, one.scenarios), path)
        folders[one.env_id] = ServerFolder.load(path)
    return Imported(release, folders)
