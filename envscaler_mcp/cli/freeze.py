"""`suite freeze`: a private test of the same distribution, of which only the digests are published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec import Selection, Suite, SuiteLock, write_text

from .output import Output
from .status import DONE, SHORT

if TYPE_CHECKING:
    from envscaler_mcp.blueprint.synth import Minting
    from envscaler_mcp.harness.task import Task
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.spec.scenario import Band

SAFE_LENGTH = 16
"""Characters below which a seed can be guessed, and with it the whole test."""


def freeze(
    output: Output,
    path: Annotated[Path, typer.Argument(metavar="SUITE.yaml", help="A suite.", show_default=False)],
    secret_seed: Annotated[
        str, typer.Option(metavar="S", help="Keep it: whoever knows it can mint the same test.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where the private test goes (default: private/SUITE).")
    ] = None,
    domain: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The domain file that the servers are of.")
    ] = None,
) -> int:
    """Mint a private test of the same distribution as a suite, and write its digests beside the suite.

    For servers of the blueprint engine; others are left out, and named.
    """
    if not secret_seed.strip():
        raise BadInput("--secret-seed", "it is empty", "say a long random one, and keep it")
    if len(secret_seed) < SAFE_LENGTH:
        output.note(f"A secret seed of fewer than {SAFE_LENGTH} characters can be guessed.")
    place = out or Path("private") / path.stem
    frozen = _Freezing(Suite.load(path), path, place, secret_seed, str(domain or ""))
    mintings = frozen.mintings()
    output.resume = "say the same again: servers that are whole are not minted anew"
    with output.progress("mint", sum(sum(one.wanted.values()) for one in mintings)) as steps:
        folders = [one.mint(frozen.out, steps.advance) for one in mintings]
    return _say(output, frozen, frozen.publish(folders))


def _say(output: Output, frozen: _Freezing, lock: SuiteLock) -> int:
    minted = sum(len(server.scenarios) for server in lock.servers.values())
    output.result(
        {
            "file": str(frozen.published),
            "digests": lock.to_json(),
            "suite": str(frozen.private),
            "scenarios": minted,
            "left_out": frozen.left_out,
        },
        f"Minted {minted} scenarios of {len(lock.servers)} servers. Keep {frozen.out} private.",
        f"Play them with: envscaler-mcp eval {frozen.private}",
        f"Publish {frozen.published}: it holds digests alone.",
        f"Left out, not of the blueprint engine: {', '.join(frozen.left_out) or 'none'}",
    )
    return SHORT if frozen.left_out else DONE


@dataclass
class _Freezing:
    suite: Suite
    path: Path
    out: Path
    secret: str
    domain: str
    left_out: list[str] = field(default_factory=list[str])

    @property
    def private(self) -> Path:
        """The suite to play."""
        return self.out / "suite.yaml"

    @property
    def published(self) -> Path:
        """Its digests, beside the public suite."""
        return self.path.with_name(f"{self.path.stem}.private.lock.json")

    def mintings(self) -> list[Minting]:
        """What to mint of each server: as many of each band as the suite takes.

        Raises:
            BadInput: nothing can be minted, or it would go where the public server is.
        """
        from envscaler_mcp.blueprint.compiling.compile import ENGINE
        from envscaler_mcp.harness.evaluate import tasks_of
        from envscaler_mcp.runtime.folder import ServerFolder

        if self.suite.scenarios.ids is not None:
            remedy = "freeze a suite that selects by difficulty, tags or split"
            raise BadInput(str(self.path), "it names its scenarios, and new ones have other names", remedy)
        by_server: dict[str, list[Task]] = {}
        for task in tasks_of(ServerFolder.find_all(self.suite.servers), self.suite.scenarios):
            by_server.setdefault(task.folder.card.name, []).append(task)
        made = [tasks for tasks in by_server.values() if tasks[0].folder.card.provenance.engine == ENGINE]
        self.left_out = sorted(by_server.keys() - {tasks[0].folder.card.name for tasks in made})
        if not made:
            remedy = "freeze a suite of servers that `synth` made"
            raise BadInput(str(self.path), "none of its servers is of the blueprint engine", remedy)
        return [self._minting(tasks) for tasks in made]

    def _minting(self, tasks: Sequence[Task]) -> Minting:
        from envscaler_mcp.blueprint.synth import Minting
        from envscaler_mcp.harness.evaluate import is_of_kind

        folder, selection = tasks[0].folder, self.suite.scenarios
        if (self.out / folder.card.name).resolve() == folder.path.resolve():
            raise BadInput(str(self.out), "the public server is there", "name another --out")
        bands: Counter[Band] = Counter(band for task in tasks if (band := task.scenario.difficulty.band))
        return Minting(
            folder,
            bands,
            self.secret,
            takes=lambda one: is_of_kind(selection, one),
            selection=dumps(selection.to_json()),
            file=self.domain,
        )

    def publish(self, folders: Sequence[ServerFolder]) -> SuiteLock:
        """Write the private suite with its lock, and the lock as others may see it.

        What is published has the public suite's digest: it does not depend on where the test is kept.
        """
        from envscaler_mcp.harness.evaluate import tasks_of
        from envscaler_mcp.harness.locking import lock_of, lock_path

        servers = tuple(str(folder.path) for folder in folders)
        selection = Selection(tier=self.suite.scenarios.tier)
        private = self.suite.model_copy(update={"servers": servers, "scenarios": selection})
        lock = lock_of(private, tasks_of(folders, selection))
        shown = lock.model_copy(update={"suite": lock_of(self.suite, []).suite})
        write_text(self.private, private.to_text())
        write_text(lock_path(self.private), lock.to_text())
        write_text(self.published, shown.to_text())
        return shown
