"""A configuration file that belongs to a person: read, and replaced with a backup beside it.

Whoever else writes to it meanwhile loses nothing: what is replaced is exactly what was read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import read_bytes, write_bytes, writing

if sys.platform != "win32":
    import fcntl

BACKUP_SUFFIX = ".backup"


def backup_of(file: Path) -> Path:
    """Where the text as it was is kept."""
    return file.with_name(file.name + BACKUP_SUFFIX)


def text_of(file: Path) -> str | None:
    """The text of a file; None where there is none.

    Raises:
        BadInput: it cannot be read, or is not UTF-8.
    """
    try:
        file.stat()
    except FileNotFoundError:
        return None
    except OSError:
        pass  # reading it says what is wrong with it
    try:
        return read_bytes(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(str(file), f"not UTF-8 at byte {error.start}", "correct the file") from error


@contextmanager
def alone(file: Path) -> Generator[None]:
    """Within: no other `install` on this machine changes the file.

    Raises:
        BadInput: the folder of the file cannot be made or opened.
    """
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":  # a folder cannot be locked there
        yield
        return
    with writing(file):
        folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def replace_text(file: Path, before: str | None, after: str | None) -> Path | None:
    """Put `after` in the place of `before`, and return the backup of what was there.

    Args:
        file: a link, as people who keep their settings elsewhere have it, stays one.
        before: what was read; None: no file.
        after: what is to stand there; None: no file.

    Raises:
        BadInput: somebody has changed the file meanwhile, or the disk says no; the file is as it was.
    """
    if text_of(file) != before:
        raise BadInput(str(file), "somebody has just changed it", "say the same once more")
    backup = None if before is None else _kept(file, before)
    if after is None:
        with writing(file):
            file.resolve().unlink(missing_ok=True)
    else:
        write_bytes(file.resolve(), after.encode("utf-8"))
    return backup


def _kept(file: Path, text: str) -> Path:
    backup = backup_of(file)
    with writing(backup):
        # Made first with the file's own mode: a configuration may hold keys.
        backup.unlink(missing_ok=True)
        backup.touch(mode=file.stat().st_mode & 0o777)
    write_bytes(backup, text.encode("utf-8"))
    return backup
