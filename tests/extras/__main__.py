"""Tests of an extra, in a venv of its own below `.cache/`: python -m tests.extras EXTRA TESTS."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(extra: str, *tests: str) -> int:
    """Install the extra, and run its tests; 0 where it cannot be had."""
    place = ROOT / ".cache" / f"venv-{extra}"
    python = str(place / "bin" / "python")
    if not Path(python).exists():
        venv.create(place, with_pip=True)
    quiet = ["--quiet", "--disable-pip-version-check"]
    said = [python, "-m", "pip", "install", *quiet, "-c", "constraints.txt", "-e", f".[dev,llm,{extra}]"]
    if subprocess.run(said, cwd=ROOT, check=False).returncode:
        print(f"skipped: the extra {extra} cannot be installed here")
        return 0
    return subprocess.run([python, "-m", "pytest", "-q", "-rs", *tests], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
