"""Folders for idle episodes: gone with their host, however that ended."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host.temporary import TemporaryFolder, remove_stale

from .desks import FIRST, add, host_of


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(place: Path) -> list[str]:
    return [path.name for path in place.iterdir()]


def test_a_folder_in_use_is_left_alone(place: Path):
    folder = TemporaryFolder("mine-")
    (folder.path / "a").write_text("b")
    remove_stale("mine-")
    assert (folder.path / "a").read_text() == "b"
    folder.remove()
    folder.remove()
    assert left(place) == []


KILLED = """
import os, signal
from envscaler_mcp.runtime.host.temporary import TemporaryFolder
(TemporaryFolder("mine-").path / "a").write_text("b")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed(place: Path, root: Path):
    subprocess.run([sys.executable, "-c", KILLED], cwd=root, check=False)
    assert len(left(place)) == 1
    (place / "other-1").mkdir()
    (place / "mine-link").symlink_to(place / "other-1")
    (place / "mine-file").write_text("")
    remove_stale("mine-")
    assert sorted(left(place)) == ["mine-file", "mine-link", "other-1"]


async def test_a_host_removes_what_another_left(folder: ServerFolder, place: Path):
    (place / "envscaler-idle-old").mkdir()
    async with host_of(folder, memory=1) as host:
        assert left(place) == []
        first, second = await host.begin(FIRST), await host.begin(FIRST)
        await add(host, first)
        await add(host, second)
        assert await add(host, first) == 3
        assert len(left(place)) == 1
        async with host_of(folder, memory=1):
            assert await add(host, second) == 3
    assert left(place) == []
