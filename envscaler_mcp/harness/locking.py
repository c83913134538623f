"""What a run was about, by digest: two results compare only where these agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envscaler_mcp.agents.hosted import prompt_of
from envscaler_mcp.certify import grading_digest, server_digest
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import digest, digest_bytes
from envscaler_mcp.spec import ScenarioLock, ServerLock, Suite, SuiteLock, versions
from envscaler_mcp.spec.suite import Mode

from .task import Task

SHOWN = 3


def lock_of(suite: Suite, tasks: Sequence[Task]) -> SuiteLock:
    """Digests of the suite, of every server and scenario it takes, and of what agents are told."""
    servers: dict[str, list[Task]] = {}
    for task in tasks:
        servers.setdefault(task.folder.card.name, []).append(task)
    return SuiteLock(
        suite=digest(suite.to_json()),
        servers={name: _server(found, suite.mode) for name, found in servers.items()},
        versions=versions(),
    )


def lock_path(suite: Path) -> Path:
    """Where the lock of a suite stands: `smoke.lock.json` beside `smoke.yaml`."""
    return suite.with_name(f"{suite.stem}.lock.json")


def refuse_other(lock: SuiteLock, earlier: SuiteLock | None, where: str, remedy: str) -> None:
    """Servers, scenarios and gradings must be those of an earlier lock; versions and limits may differ.

    Raises:
        BadInput: they are others; the first differences are named.
    """
    if earlier is None:
        return
    if told := [*_taken_otherwise(lock, earlier), *_changed(lock, earlier)]:
        raise BadInput(where, "; ".join(told), remedy)


def _taken_otherwise(lock: SuiteLock, earlier: SuiteLock) -> list[str]:
    """Scenarios that only one of them takes."""
    ours, theirs = _scenarios(lock), _scenarios(earlier)
    found = (("taken now but not then", ours - theirs), ("not taken any more", theirs - ours))
    why = "for another tier or selection, or with other certificates"
    return [f"{len(some)} scenarios are {how}, {why} ({_named(sorted(some))})" for how, some in found if some]


def _changed(lock: SuiteLock, earlier: SuiteLock) -> list[str]:
    """Files that both take, and that are others now."""
    places = {f"/servers/{one}" for one in _scenarios(lock) ^ _scenarios(earlier)}
    servers = lock.servers.keys() & earlier.servers.keys()
    differing = [
        path
        for path in lock.differences(earlier)
        if path.startswith("/servers/") and path.split("/")[2] in servers
        if path.rpartition("/")[0].replace("/scenarios/", "/") not in places
    ]
    return [f"what it was made of has changed since ({_named(differing)})"] if differing else []


def _scenarios(lock: SuiteLock) -> set[str]:
    return {f"{name}/{scenario}" for name, server in lock.servers.items() for scenario in server.scenarios}


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" and more" if len(names) > SHOWN else "")


def _server(tasks: Sequence[Task], mode: Mode) -> ServerLock:
    folder = tasks[0].folder
    return ServerLock(
        server=server_digest(folder),
        prompt=digest_bytes(prompt_of(folder.bundle.policy, mode).encode()),
        scenarios={
            task.scenario.id: ScenarioLock(
                scenario=task.scenario.digest(), grading=grading_digest(task.grading)
            )
            for task in tasks
        },
    )
