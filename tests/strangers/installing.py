"""Agents that nobody here wrote, from npm and pip, in folders that git ignores; says what cannot be had."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(__file__).resolve().parents[2] / ".cache" / "strangers"
PYTHON = CACHE / "venv" / "bin" / "python"
PROGRAMS = CACHE / "node_modules" / ".bin"
SECONDS = 240


def from_npm() -> None:
    """Claude Code, Codex and opencode."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not on PATH")
    CACHE.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", CACHE)
    command = [npm, "install", "--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error"]
    subprocess.run(command, cwd=CACHE, check=True, capture_output=True, timeout=SECONDS)


def from_pip() -> None:
    """openai-agents and pydantic-ai; their pins are not ours."""
    if not PYTHON.is_file():
        venv.create(CACHE / "venv", with_pip=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "-r", HERE / "pins.txt"]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)


if __name__ == "__main__":
    for install in (from_npm, from_pip):
        try:
            install()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"{install.__name__}: skipped, {error}", file=sys.stderr)
