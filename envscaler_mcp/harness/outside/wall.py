"""What stands between an agent's processes and this machine, where bubblewrap works.

A process space of its own (whoever is started in it ends with it, and sees no other), the file system to read
but not to write, and nothing at all where the run, its servers and other agents have their files. The network
stays: the agent's model is there, and so is its episode.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

_NAMESPACES = ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session")
_SECONDS_TO_TRY = 10.0


@lru_cache(maxsize=1)
def has_wall() -> bool:
    """Whether bubblewrap is here and works. Tried once."""
    program = shutil.which("bwrap")
    if program is None:
        return False
    try:
        done = subprocess.run(
            [*around((), Path("/tmp")), shutil.which("true") or "true"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS_TO_TRY,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def around(closed: Sequence[Path], open_to: Path) -> list[str]:
    """What to put before a command line.

    Args:
        closed: files and folders that must look empty.
        open_to: the folder that may be written, which may lie in a closed one.
    """
    rights = ("--cap-drop", "ALL") if os.geteuid() == 0 else ("--unshare-user",)
    hidden = [part for path in closed for part in _hidden(path.resolve())]
    place = str(open_to.resolve())
    system = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")
    return ["bwrap", *_NAMESPACES, *rights, *system, *hidden, "--bind", place, place, "--"]


def _hidden(path: Path) -> tuple[str, ...]:
    if path.is_dir():
        return ("--tmpfs", str(path))
    return ("--ro-bind", "/dev/null", str(path)) if path.exists() else ()
