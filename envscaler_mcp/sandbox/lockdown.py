"""What a worker gives up, for good, before it runs a line of foreign code.

Every part is tried on its own and reported when it is in force; whoever started the worker decides
whether that is enough. Standard library only: this runs inside the worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

from .landlock import deny_files_and_network
from .seccomp import allow_only_computing

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38
SIGKILL = 9
NOBODY = 65534


def die_with_parent(parent: int) -> bool:
    """Ask the kernel to kill this process when its parent goes; it may have gone already."""
    asked = _prctl(PR_SET_PDEATHSIG, SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    return asked


def lockdown(memory: int, parent: int) -> list[str]:
    """Give up everything that computing does not need.

    Args:
        memory: bytes that the process may take beyond what it holds now.
        parent: process id of the parent.

    Returns:
        The names of the parts that are in force.
    """
    space = _address_space() + memory
    steps: dict[str, Callable[[], bool]] = {
        "unprivileged": _become_nobody,
        "no_new_privileges": lambda: _prctl(PR_SET_NO_NEW_PRIVS, 1),
        "not_dumpable": lambda: _prctl(PR_SET_DUMPABLE, 0),
        # After the change of user, which takes the signal away.
        "death_signal": lambda: die_with_parent(parent),
        "landlock": deny_files_and_network,
        "resource_limits": lambda: _limit_resources(space),
        "seccomp": allow_only_computing,
    }
    in_force = [name for name, step in steps.items() if _works(step)]
    for module in [name for name in sys.modules if name.split(".")[0] in ("ctypes", "_ctypes")]:
        del sys.modules[module]
    return in_force


def _works(step: Callable[[], bool]) -> bool:
    with contextlib.suppress(Exception):
        return step()
    return False


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) == 0


def _become_nobody() -> bool:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    return os.geteuid() != 0


def _limit_resources(space: int) -> bool:
    import resource  # noqa: PLC0415 - not on every platform

    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(limit, (0, 0))
    return True


def _address_space() -> int:
    """What the process holds now; nothing where that cannot be read."""
    with contextlib.suppress(OSError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    return 0
