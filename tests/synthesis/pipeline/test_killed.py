"""Killed at every stage and said again: the same server, byte for byte, and no call paid for twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.llm.model_server import ModelServer
from tests.synthesis.pipeline.models import BookServer
from tests.synthesis.scenarios.desk import BOOK, rental_desk
from tests.waiting import LONG, until

STAGES = ("starts.start_state", "tasks.tasks", "checks.checks", "solving")
KILLED = -9


async def said(server: Path, script: BookServer) -> int:
    """`scenarios SERVER --llm` in a process of its own, until it ends or its script lets it die."""
    run = server.parent / "run"
    with ModelServer(script) as models:
        command = [sys.executable, "-m", "envscaler_mcp", "scenarios", str(server), "--count", "2", "--quiet"]
        command += ["--llm", f"chat:scripted@{models.openai}", "--run", str(run)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                await until(lambda: script.dying.is_set() or process.poll() is not None, seconds=2 * LONG)
                # What is on its way to the process when it dies has to be paid for again by anybody.
                await until(lambda: not script.dying.is_set() or stored(run) == len(script.answered))
            finally:
                process.kill()
            script.dying.clear()
            return process.wait(LONG)


def stored(run: Path) -> int:
    """How many answers a run keeps."""
    return len(list((run / "calls").glob("*.json")))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
async def test_killed_at_every_stage_and_resumed(tmp_path: Path) -> None:
    whole, pieces = BookServer(BOOK), BookServer(BOOK, deaths=STAGES)
    assert await said(rental_desk(tmp_path / "whole").path, whole) == 0
    server = rental_desk(tmp_path / "pieces").path
    untouched = tree(server)
    for _ in STAGES:
        assert await said(server, pieces) == KILLED
        assert tree(server) == untouched
    assert await said(server, pieces) == 0
    assert len(set(pieces.answered)) == len(pieces.answered), "a call was paid for twice"
    assert sorted(pieces.answered) == sorted(whole.answered)
    assert tree(server) == tree(tmp_path / "whole" / "rental_desk")
