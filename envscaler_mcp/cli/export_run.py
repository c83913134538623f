"""A run read for an export: each rollout with what it was about, and what cannot stand for it any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import RolloutRow, Scenario, ServerLock

if TYPE_CHECKING:
    from envscaler_mcp.harness.run import Run
    from envscaler_mcp.interop.exports import Played
    from envscaler_mcp.runtime.folder import ServerFolder

SHOWN = 3


class Reading:
    """The rollouts of a run, one after the other; no more than one is held.

    A scenario that is another one now is not exported: its text would not be what was played.

    Args:
        run: what is read.
        wanted: which rows.

    Raises:
        BadInput: the run was made before runs were locked, or its servers are gone.
    """

    def __init__(self, run: Run, wanted: Callable[[RolloutRow], bool]) -> None:
        from envscaler_mcp.harness.rescoring import folders_of

        self._run, self._wanted = run, wanted
        self._folders = {folder.card.name: folder for folder in folders_of(run)}
        self._known: dict[tuple[str, str], Scenario | None] = {}
        self.seen = 0
        self.changed: list[str] = []

    def __iter__(self) -> Iterator[Played]:
        from envscaler_mcp.interop.exports import Played

        for row in self._run.rows():
            self.seen += 1
            if not self._wanted(row):
                continue
            scenario = self._scenario(row.server, row.scenario)
            if scenario is None:
                self.changed.append(row.id)
                continue
            server = self._locks[row.server]
            yield Played(
                row=row,
                trajectory=self._run.trajectory(row.id),
                folder=self._folders[row.server],
                scenario=scenario,
                lock=server.scenarios[row.scenario],
                server=server.server,
                mode=self._run.card.suite.mode,
                run=self._run.path.resolve().name,
            )

    def complaints(self) -> list[str]:
        """What a person is told of rollouts that were left out."""
        if not self.changed:
            return []
        shown = ", ".join(self.changed[:SHOWN]) + (" …" if len(self.changed) > SHOWN else "")
        return [
            f"{len(self.changed)} left out: their scenarios have changed since they were played ({shown})."
        ]

    @cached_property
    def _locks(self) -> dict[str, ServerLock]:
        if self._run.card.lock is None:
            raise BadInput(str(self._run.path), "it does not say what it was played on", "play it again")
        return self._run.card.lock.servers

    def _scenario(self, server: str, identifier: str) -> Scenario | None:
        """The scenario; None where it is not the one that was played."""
        if (server, identifier) not in self._known:
            self._known[server, identifier] = self._found(self._folders.get(server), server, identifier)
        return self._known[server, identifier]

    def _found(self, folder: ServerFolder | None, server: str, identifier: str) -> Scenario | None:
        if folder is None or identifier not in folder.ids:
            return None
        found = folder.scenario(identifier)
        return found if found.digest() == self._locks[server].scenarios[identifier].scenario else None
