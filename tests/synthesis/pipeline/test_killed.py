"""Killed at every stage and said again: the same bytes, and no call paid for twice."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.synthesis.pipeline.lives import KILLED, said, tree
from tests.synthesis.pipeline.models import SOLVER, BookServer
from tests.synthesis.pipeline.whole import EXTENDING, MAKING, requests_in, whole_book
from tests.synthesis.worlds.equipment_rental import WORLD


async def made_in(folder: Path, script: BookServer) -> int:
    """`synth --tasks FILE`: an environment with a scenario."""
    folder.mkdir(exist_ok=True)
    words = ["synth", "--tasks", str(requests_in(folder)), "--count", "1", "--scenarios", "1"]
    words += ["--llm", "chat:scripted@{}", "--out", str(folder)]
    return await said(words, folder / "synth-run" / "calls", script)


async def extended_in(folder: Path, script: BookServer) -> int:
    """`scenarios SERVER`: one more, solved by somebody else as well."""
    words = ["scenarios", str(folder / WORLD.name), "--count", "1", "--run", str(folder / "run")]
    words += ["--llm", "chat:scripted@{}", "--solver-llm", f"chat:{SOLVER}@{{}}"]
    return await said(words, folder / "run" / "calls", script)


def asked(scripts: Sequence[BookServer]) -> Counter[str]:
    """How often each question was answered; the same may be asked of several who solve."""
    return Counter(text for script in scripts for text in script.answered)


def lives_of(deaths: Sequence[str]) -> list[BookServer]:
    """What models say in each life: those that end at a stage, and the last one."""
    return [BookServer(whole_book(), death=stage) for stage in (*deaths, "")]


@pytest.mark.slow
async def test_whatever_stage_it_is_killed_at_nothing_differs_in_the_end(tmp_path: Path) -> None:
    once, again, more = tmp_path / "once", tmp_path / "again", tmp_path / "more"
    whole, lives = BookServer(whole_book()), lives_of(MAKING)
    assert await made_in(once, whole) == 0
    for life in lives[:-1]:
        assert await made_in(again, life) == KILLED, life.death
        assert not (again / WORLD.name).exists(), "an environment stands whole, or not at all"
    assert await made_in(again, lives[-1]) == 0
    assert asked(lives) == asked([whole])
    assert tree(again / WORLD.name) == tree(once / WORLD.name)
    shutil.copytree(once, more)
    await _killed_while_it_is_extended(once, more)


async def _killed_while_it_is_extended(once: Path, again: Path) -> None:
    whole, lives, before = BookServer(whole_book()), lives_of(EXTENDING), tree(again / WORLD.name)
    assert await extended_in(once, whole) == 0
    for life in lives[:-1]:
        assert await extended_in(again, life) == KILLED, life.death
        assert tree(again / WORLD.name) == before, "a server keeps its bytes until more is done"
    assert await extended_in(again, lives[-1]) == 0
    assert asked(lives) == asked([whole])
    assert tree(again / WORLD.name) == tree(once / WORLD.name) != before
