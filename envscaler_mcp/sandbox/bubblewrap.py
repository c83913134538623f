"""Bubblewrap around a worker, where it is installed and works: namespaces of its own.

A second wall on top of the worker's own lockdown: it holds while the worker still imports, and it
takes away what the lockdown can only refuse. Inside there are Python, what is installed with it,
and this package, all read-only; no other file, no network, and no other process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
INSIDE_PARENT = 1
"""The process id of a worker's parent, as the worker sees it."""

_SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/etc/ld.so.cache")
_INSTALLED = ("site-packages", "dist-packages")
_SECONDS_TO_TRY = 10.0
# Root needs them to read what is installed and to become nobody; the worker gives them up with that.
_OF_ROOT = ("CAP_SETUID", "CAP_SETGID", "CAP_DAC_READ_SEARCH")


@lru_cache(maxsize=1)
def around_python() -> tuple[str, ...]:
    """What to put before the worker's command line; nothing where bubblewrap does not work.

    Tried once: a container without user namespaces has the program, and it fails there.
    """
    program = shutil.which("bwrap")
    if program is None:
        return ()
    wall = (program, *_arguments(sys.path))
    return wall if _works(wall) else ()


def _arguments(paths: Iterable[str]) -> list[str]:
    namespaces = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        rights = ["--cap-drop", "ALL", *(part for right in _OF_ROOT for part in ("--cap-add", right))]
    else:
        rights = ["--unshare-user"]
    binds = [part for path in _readable(paths) for part in ("--ro-bind-try", path, path)]
    return [*namespaces, *rights, "--die-with-parent", *binds, "--proc", "/proc", "--dev", "/dev", "--"]


def _readable(paths: Iterable[str]) -> list[str]:
    """Python and what is installed; of an editable checkout the package alone, never its folder."""
    installed = [path for path in paths if Path(path).name in _INSTALLED]
    named = (*_SYSTEM, sys.base_prefix, sys.prefix, *installed, str(PACKAGE))
    # By its own name and by the one that symbolic links lead to: the worker is told the latter.
    real = (str(Path(place).resolve()) for place in named)
    interpreter = str(Path(sys.executable).resolve().parent.parent)
    return [place for place in dict.fromkeys((*named, *real, interpreter)) if place != "/"]


def _works(wall: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            [*wall, sys.executable, "-V"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=_SECONDS_TO_TRY,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
