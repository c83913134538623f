"""Commands that are killed in the middle: each in a process of its own, forked off one that is warm."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from envscaler_mcp.cli.app import run
from tests.llm.model_server import ModelServer
from tests.synthesis.pipeline.models import BookServer
from tests.waiting import LONG, until

KILLED = -9
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "envscaler_mcp.synthesis.pipeline", "envscaler_mcp.llm", "openai"])


async def said(words: Sequence[str], calls: Path, script: BookServer) -> int:
    """Say a command, and wait until it ends or its script lets it die; how it ended.

    Args:
        words: the command; `{}` is where models are reached.
        calls: where its run keeps them.
        script: what models say. One for each process, so that no late request comes to the next one.
    """
    known = stored(calls)
    with ModelServer(script) as models:
        process = _FORKS.Process(target=_play, args=([word.format(models.openai) for word in words],))
        process.start()
        try:
            await until(lambda: script.dying.is_set() or not process.is_alive(), seconds=5 * LONG)
            # What is on its way to a process that dies is lost, whoever asked: only what has come counts.
            await until(lambda: not process.is_alive() or stored(calls) == known + len(script.answered))
        finally:
            end = _end_of(process)
    assert not script.puzzled, script.puzzled[0]
    assert stored(calls) == known + len(script.answered), "a call was paid for twice"
    return end


def stored(calls: Path) -> int:
    """How many answers are kept."""
    return len(list(calls.glob("*.json")))


def tree(folder: Path) -> dict[str, bytes]:
    """What stands in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _play(words: list[str]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    raise SystemExit(run([*words, "--quiet"]))


def _end_of(process: BaseProcess) -> int:
    process.kill()
    process.join(LONG)
    assert process.exitcode is not None, "it outlived its end"
    return process.exitcode
