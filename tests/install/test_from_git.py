"""A server straight from a git repository of many: `uvx --from git+URL#subdirectory=… NAME`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

NAME = "hotel_bookings"
PLACE = f"generated_servers/{NAME}"
UNREACHABLE = ("Failed to fetch", "error sending request")


def test_uvx_runs_a_server_of_a_git_repository(root: Path, tmp_path: Path) -> None:
    uvx = shutil.which("uvx")
    if uvx is None:
        pytest.skip("uvx is not on PATH")
    repository = tmp_path / "repository"
    shutil.copytree(root / PLACE, repository / PLACE, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    author = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for words in (("init", "-q"), ("add", "-A"), (*author, "commit", "-q", "-m", "Share a server")):
        subprocess.run(["git", *words], cwd=repository, check=True)
    source = f"git+file://{repository}#subdirectory={PLACE}"
    done = subprocess.run(
        [uvx, "--python", sys.executable, "--from", source, NAME, "--version"],
        env={**os.environ, "UV_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode and any(sign in done.stderr for sign in UNREACHABLE):
        pytest.skip(f"no package index can be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{NAME} ")
