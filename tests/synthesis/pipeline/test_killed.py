"""Killed at every stage and said again: the same server, byte for byte, and no call paid for twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.llm.model_server import ModelServer
from tests.synthesis.pipeline.models import BookServer
from tests.synthesis.scenarios.desk import BOOK, rental_desk

STAGES = ("starts.start_state", "tasks.tasks", "checks.checks", "solving")
SECONDS = 120.0


def said(server: Path, models: ModelServer, script: BookServer) -> int:
    """`scenarios SERVER --llm` in a process of its own; its exit status."""
    command = [sys.executable, "-m", "envscaler_mcp", "scenarios", str(server), "--count", "2", "--quiet"]
    command += ["--llm", f"chat:scripted@{models.openai}", "--run", str(server.parent / "run")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        script.victim = process.pid
        return process.wait(SECONDS)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_killed_at_every_stage_and_resumed(tmp_path: Path) -> None:
    whole, pieces = BookServer(BOOK), BookServer(BOOK, deaths=STAGES)
    with ModelServer(whole) as models:
        assert said(rental_desk(tmp_path / "whole").path, models, whole) == 0
    server = rental_desk(tmp_path / "pieces").path
    untouched = tree(server)
    with ModelServer(pieces) as models:
        for _ in STAGES:
            assert said(server, models, pieces) == -9
            assert tree(server) == untouched
        assert said(server, models, pieces) == 0
    assert len(set(pieces.answered)) == len(pieces.answered), "a call was paid for twice"
    assert sorted(pieces.answered) == sorted(whole.answered)
    assert tree(server) == tree(tmp_path / "whole" / "rental_desk")
