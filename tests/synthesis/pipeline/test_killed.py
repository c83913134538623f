"""Killed at every stage and said again: the same bytes, and no call paid for twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.llm.model_server import ModelServer
from tests.synthesis.pipeline.models import BookServer
from tests.synthesis.scenarios.desk import BOOK, rental_desk
from tests.waiting import LONG, until

STAGES = ("starts.start_state", "tasks.tasks", "checks.checks", "solving")
KILLED = -9
COMMAND = (sys.executable, "-m", "envscaler_mcp")


async def said(words: Sequence[str], run: Path, script: BookServer) -> int:
    """A command in a process of its own, until it ends or its script lets it die; how it ended.

    Args:
        words: the command; `{}` is where models are reached.
        run: its folder.
        script: what models say. One for each process, so that no late request comes to the next one.
    """
    known = stored(run)
    with ModelServer(script) as models:
        command = [*COMMAND, *(word.format(models.openai) for word in words), "--quiet"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                await until(lambda: script.dying.is_set() or process.poll() is not None, seconds=2 * LONG)
                # What is on its way to a process that dies is lost, whoever asked: only what has come counts.
                await until(lambda: process.poll() is not None or stored(run) == known + len(script.answered))
            finally:
                process.kill()
    assert not script.puzzled, script.puzzled[0]
    assert stored(run) == known + len(script.answered), "a call was paid for twice"
    return process.returncode


def stored(run: Path) -> int:
    """How many answers a run keeps."""
    return len(list((run / "calls").glob("*.json")))


def tree(folder: Path) -> dict[str, bytes]:
    """What stands in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
async def test_a_server_keeps_its_bytes_until_more_scenarios_are_done(tmp_path: Path) -> None:
    server, run = rental_desk(tmp_path).path, tmp_path / "run"
    untouched = tree(server)
    words = ["scenarios", str(server), "--count", "1", "--llm", "chat:scripted@{}", "--run", str(run)]
    for stage in STAGES:
        assert await said(words, run, BookServer(BOOK, death=stage)) == KILLED
        assert tree(server) == untouched
    assert await said(words, run, BookServer(BOOK)) == 0
    assert tree(server) != untouched
