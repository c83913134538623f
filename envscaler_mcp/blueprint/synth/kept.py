"""What a run has made already: notes beside the servers, believed only where the files agree."""

from __future__ import annotations

from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest_bytes, loads, pretty

from .jobs import Job
from .made import Made
from .making import NOTES


def kept(job: Job, out: Path, *, reworded: bool = False) -> Made | None:
    """What an earlier run made of this very job, if every file of it is still what it was.

    Args:
        job: what is to be made.
        out: the folder of the servers.
        reworded: whether instructions may be in a model's words already.
    """
    note = out / NOTES / f"{job.name}.json"
    try:
        made = Made.model_validate(loads(note.read_bytes()))
    except (OSError, ValueError):
        return None
    if made.paraphrases and not reworded:
        return None
    same = made.job == job.digest() and (not made.scenarios or _whole(out / job.name, made.card))
    return made.model_copy(update={"path": str(out / job.name)}) if same else None


def keep(made: Made, out: Path) -> None:
    """Note what was made, once it stands."""
    folder = out / NOTES
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{made.name}.json.new"
    draft.write_text(pretty(made.model_dump(mode="json") | {"path": made.name}), encoding="utf-8")
    draft.replace(folder / f"{made.name}.json")


def _whole(folder: Path, card: str) -> bool:
    """Whether a server stands as it was rendered."""
    try:
        server = ServerFolder.load(folder)
        files = {name: digest_bytes((folder / name).read_bytes()) for name in server.card.digests}
    except (BadInput, OSError):
        return False
    return server.digest == card and files == server.card.digests
