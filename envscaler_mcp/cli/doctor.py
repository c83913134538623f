"""`doctor`: what is here, and what is missing for what."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from .keys import KEY_NAMES, find_keys
from .output import Output, table
from .status import DONE, SHORT

DISTRIBUTIONS = ("mcp", "pydantic", "pydantic-monty")
RUNTIMES = {
    "node": "clients written in JavaScript",
    "uv": "starting servers with uvx",
    "docker": "servers as containers",
}
WALLS = {
    "unprivileged": "no rights of root",
    "no_new_privileges": "no way back to them",
    "not_dumpable": "its memory is nobody's to read",
    "death_signal": "it ends with its parent",
    "resource_limits": "memory, files and forks are capped",
    "landlock": "the kernel opens no file and no port",
    "seccomp": "the kernel takes no call but those of computing",
    "bubblewrap": "namespaces of its own: no other files, no network",
}
CLIENTS = ("claude", "codex", "opencode", "gemini", "code", "cursor")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Only what is `required` can make the verb fall short."""

    name: str
    ok: bool
    found: str
    required: bool = False
    remedy: str = ""


def doctor(output: Output) -> int:
    """What is here: isolation, keys (present or not), runtimes, MCP clients."""
    findings = [*_platform(), *_distributions(), *_isolation(), *_keys(Path.cwd()), *_programs()]
    sound = all(finding.ok for finding in findings if finding.required)
    rows = [(_mark(finding), finding.name, finding.found, finding.remedy) for finding in findings]
    closing = "Everything that is needed is here." if sound else "What is marked MISSING is needed."
    output.result(
        {"ok": sound, "checks": [asdict(finding) for finding in findings]},
        table(("", "what", "found", "what to do"), rows),
        closing,
    )
    return DONE if sound else SHORT


def _mark(finding: Finding) -> str:
    if finding.ok:
        return "ok"
    return "MISSING" if finding.required else "absent"


def _platform() -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding("python", sys.version_info >= (3, 11), python, required=True)
    yield Finding("platform", True, f"{platform.system()} {platform.release()} {platform.machine()}")


def _distributions() -> Iterator[Finding]:
    for name in DISTRIBUTIONS:
        try:
            yield Finding(name, True, importlib.metadata.version(name), required=True)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, False, "not installed", required=True, remedy=f"pip install {name}")


def _isolation() -> Iterator[Finding]:
    """Which walls stand around foreign code; a worker is started to see."""
    from envscaler_mcp.sandbox.isolation import available

    report = available()
    lacking = [
        f"{part} ({state})" if state else part for part, state in report.parts.items() if state is not True
    ]
    found = f"{report.tier}, without {', '.join(lacking)}" if lacking else report.tier
    yield Finding("isolation", report.tier != "none", found, required=True, remedy=_TIERS[report.tier])
    for part, state in report.parts.items():
        if part in WALLS:
            yield _wall(part, state)


_TIERS = {
    "hardened": "",
    "worker": "files and network are held back by the policy only; a kernel with seccomp gives more",
    "none": "foreign code is refused here; run inside a Linux container",
}


def _wall(part: str, state: bool | str) -> Finding:
    if state is True:
        return Finding(f"isolation {part}", True, WALLS[part])
    remedy = (
        "apt-get install bubblewrap gives a second wall" if (part, state) == ("bubblewrap", False) else ""
    )
    return Finding(f"isolation {part}", False, state or "absent", remedy=remedy)


def _keys(folder: Path) -> Iterator[Finding]:
    """Whether there is a key: never its value."""
    present = find_keys(folder)
    for name in KEY_NAMES:
        yield _optional(name, "present" if name in present else "", "only for models of that provider")


def _programs() -> Iterator[Finding]:
    for name, purpose in RUNTIMES.items():
        yield _optional(name, "on PATH" if shutil.which(name) else "", f"only for {purpose}")
    for name in CLIENTS:
        yield _optional(f"client {name}", "on PATH" if shutil.which(name) else "", "")


def _optional(name: str, found: str, remedy: str) -> Finding:
    """Something that may be absent; an empty `found` says that it is."""
    return Finding(name, bool(found), found or "absent", remedy="" if found else remedy)
