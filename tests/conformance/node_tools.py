"""Programs from npm, pinned in package.json, in a folder that git ignores.

Node itself is one of them: the machine's own is often too old, and npm then installs old versions of the rest
without a word.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).with_name("package.json")
CACHE = ROOT / ".cache" / "conformance"
INSTALL_SECONDS = 200
RUN_SECONDS = 60


class Unavailable(Exception):
    """The programs cannot be had here; the message says why."""


@dataclass(frozen=True)
class NodeTools:
    """The installed programs. They see a home of their own, not the user's settings."""

    folder: Path

    def run(self, *command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """Run one of the programs to its end."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        path = f"{self.folder / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, "PATH": path, "HOME": str(home), "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )


def installed() -> NodeTools:
    """The programs, installed when the pins have changed.

    Raises:
        Unavailable: npm is missing or cannot install them.
    """
    done = CACHE / "installed.json"
    if not done.is_file() or done.read_bytes() != PINS.read_bytes():
        _install()
        shutil.copy(PINS, done)
    return NodeTools(CACHE)


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not on PATH")
    CACHE.mkdir(parents=True, exist_ok=True)
    shutil.copy(PINS, CACHE / "package.json")
    # No lock file: it would name the registry that it was made with.
    command = [npm, "install", "--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error"]
    try:
        done = subprocess.run(
            command, cwd=CACHE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"npm install took longer than {INSTALL_SECONDS} s") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        raise Unavailable(f"npm install ended with {done.returncode}: {said[0]}")
