"""Writing a rendered server to disk: wholly or not at all, and never over other people's files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec.environment import EnvironmentCard
from envscaler_mcp.spec.files import writing

from .rendering import CARD

_CACHES = frozenset(("__pycache__", ".pytest_cache", ".ruff_cache"))


def write_tree(tree: Mapping[str, str], folder: Path) -> None:
    """Make `folder` hold this server.

    An empty or missing folder is filled; an earlier render is replaced, and what it wrote and this one
    does not is removed. Files that no render wrote (a `.venv`, notes) stay. Everything is written
    beside the folder first and put in its place by renaming.

    Raises:
        BadInput: the folder holds something else, or the disk says no; nothing is half-written.
    """
    target = folder.resolve()
    earlier = _earlier_files(target)
    with writing(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}.new."))
        try:
            _fill(draft, tree)
            _put_in_place(draft, target, earlier)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def require_writable(folder: Path) -> None:
    """Find out, before long work, whether `write_tree` may replace this render; nothing is changed.

    Raises:
        BadInput: the folder holds something else, or the disk says no.
    """
    target = folder.resolve()
    _earlier_files(target)
    with writing(folder):
        Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}.new.")).rmdir()


def _earlier_files(target: Path) -> set[str]:
    """The files that an earlier render left in the folder.

    Raises:
        BadInput: the folder is no render's, or cannot be read.
    """
    with writing(target):
        if not target.exists():
            return set()
        if not target.is_dir():
            raise BadInput(str(target), "there is a file in the place of the folder", "name another folder")
        if not any(target.iterdir()):
            return set()
    remedy = "name another folder, or remove this one yourself"
    try:
        card = EnvironmentCard.load(target / CARD)
    except BadInput as error:
        raise BadInput(
            str(target), "the folder holds something that is no generated server", remedy
        ) from error
    return {CARD, *card.digests}


def _fill(draft: Path, tree: Mapping[str, str]) -> None:
    draft.chmod(0o755)
    for name, text in tree.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))


def _put_in_place(draft: Path, target: Path, earlier: set[str]) -> None:
    """Two renames; between them the folder is missing, never mixed."""
    if not target.exists() or not any(target.iterdir()):
        draft.replace(target)
        return
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}.old."))
    old = aside / target.name
    try:
        target.replace(old)
        draft.replace(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.replace(target)
        aside.rmdir()
        raise
    for name in sorted(_foreign(old, earlier)):
        _move(old / name, target / name)
    shutil.rmtree(aside, ignore_errors=True)


def _foreign(old: Path, earlier: set[str]) -> Iterator[str]:
    """What no render wrote: the topmost folders and files, relative to `old`."""
    folders = {parent.as_posix() for name in earlier for parent in Path(name).parents}
    for root, inner, files in os.walk(old):
        place = Path(root).relative_to(old)
        for name in list(inner):
            path = (place / name).as_posix()
            if name in _CACHES:
                inner.remove(name)
            elif path not in folders or (Path(root) / name).is_symlink():
                inner.remove(name)
                yield path
        yield from (path for name in files if (path := (place / name).as_posix()) not in earlier)


def _move(source: Path, target: Path) -> None:
    """Keep a file of the person's own, unless the render now writes one in its place."""
    if not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
