"""Temporary folders that a killed process does not leave for good: the next one removes them."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


class TemporaryFolder:
    """A folder that this process holds locked for as long as it lives.

    Args:
        prefix: how its name begins.
    """

    def __init__(self, prefix: str) -> None:
        self._lock: int | None = None
        while self._lock is None:  # another process may take a folder for stale until it is locked
            self.path = Path(tempfile.mkdtemp(prefix=prefix))
            self._lock = _locked(self.path)

    def remove(self) -> None:
        """Leave nothing behind. May be called again."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_stale(prefix: str) -> None:
    """Remove the folders of this user that no living process holds."""
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            if path.lstat().st_uid == os.geteuid() and (lock := _locked(path)) is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _locked(path: Path) -> int | None:
    """Lock a folder; None where it is gone, or another process holds it."""
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(folder), path.lstat()):
            return folder
    except OSError:
        pass
    os.close(folder)
    return None
