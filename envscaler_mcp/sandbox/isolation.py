"""What this machine offers for code that we did not write; `doctor` shows it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from envscaler_mcp.errors import WorkerDied

from .bubblewrap import around_python
from .framing import BadFrame, Refused
from .process import missing_parts, start_process

Tier = Literal["hardened", "worker", "none"]

PARTS = (
    "unprivileged", "no_new_privileges", "not_dumpable", "death_signal", "resource_limits", "landlock",
    "seccomp",
)  # fmt: skip
_SECONDS = 30.0
_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True)
class IsolationReport:
    """The tier, and each part of it.

    `hardened`: a seccomp filter holds the worker. `worker`: a process of its own with limits, but
    files and network are held back by the policy only. `none`: foreign code is refused.
    """

    tier: Tier
    parts: dict[str, bool | str]


@lru_cache(maxsize=1)
def available() -> IsolationReport:
    """Start a worker, see what it could give up, and end it. Remembered."""
    try:
        in_force = _probe()
    except (OSError, EOFError, BadFrame, Refused, WorkerDied) as error:
        return IsolationReport("none", {"worker": f"does not start ({type(error).__name__}: {error})"})
    parts: dict[str, bool | str] = {part: part in in_force for part in PARTS}
    parts["bubblewrap"] = _bubblewrap()
    return IsolationReport(_tier(in_force), parts)


def _bubblewrap() -> bool | str:
    if around_python():
        return True
    return "installed, but it does not work here" if shutil.which("bwrap") else False


def _tier(in_force: list[str]) -> Tier:
    if missing_parts(in_force):
        return "none"
    return "hardened" if "seccomp" in in_force else "worker"


def _probe() -> list[str]:
    process = start_process().result()
    try:
        return process.ask("begin", {"memory": _MEMORY}, _SECONDS)
    finally:
        process.kill()
