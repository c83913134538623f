"""Playing in this process is a matter of speed alone: the certificates are those that workers give."""

from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.certify import certify
from envscaler_mcp.certify.asked_here import AskedHere
from envscaler_mcp.certify.here import Here
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner
from envscaler_mcp.spec import Grading
from tests.certify.desks import desk, grading

LEDGER = Path("generated_servers/account_ledger")


async def test_here_and_in_workers_give_the_same_certificate(tmp_path: Path) -> None:
    folder = desk(tmp_path)
    there, here = await certify(folder), await certify(folder, compiled=True)
    assert here == there
    texts = [(one.scenarios[0].grading or Grading(id="x", checks=())).to_text() for one in (here, there)]
    assert texts[0] == texts[1]


async def test_a_fault_is_caught_here_as_well(tmp_path: Path) -> None:
    report = await certify(desk(tmp_path, graded=grading(frame=None)), compiled=True)
    assert report.scenarios[0].tier == "solved"
    assert "no_frame" in {problem.code for problem in report.scenarios[0].problems}


async def test_a_fork_recalls_and_a_fresh_episode_plays(root: Path) -> None:
    folder = ServerFolder.load(root / LEDGER)
    task = folder.scenario(folder.ids[0])
    here = Here(folder)
    oracle = (folder.grading(task.id) or pytest.fail("no grading")).oracle or ()
    ends: list[tuple[str, list[str]]] = []
    for _ in range(2):
        fresh = await here.begin(task)
        for playing in (await fresh.fork(), await (await fresh.fork()).fork(), fresh):
            for call in oracle:
                if "$result" not in str(call.arguments):
                    await playing.call(call.tool, call.arguments)
            ends.append((await playing.digest(), await playing.broken_rules()))
    assert len({digest for digest, _ in ends}) == 1
    assert all(broken == [] for _, broken in ends)


async def test_a_start_that_does_not_fit_is_bad_input(root: Path) -> None:
    folder = ServerFolder.load(root / LEDGER)
    broken = folder.scenario(folder.ids[0]).model_copy(update={"start": {"nothing": {}}})
    here = Here(folder)
    with pytest.raises(BadInput, match="correct its start state"):
        await here.begin(broken)
    assert await here.broken_in(broken, broken.start) is None


def test_a_check_that_two_interpreters_answer_differently_is_a_defect() -> None:
    with CheckRunner() as runner:
        runner.run = lambda *_, **__: [CheckResult(False)]  # type: ignore[method-assign]
        (answer,) = AskedHere(runner).run(["def check(initial, final):\n    return True\n"], {}, {})
    assert answer.ok is None
    assert "CPython says True" in (answer.error or "")


def test_a_crash_is_told() -> None:
    with CheckRunner() as runner:
        asked = AskedHere(runner)
        for _ in range(6):
            answers = asked.run(["def check(initial, final):\n    return final['a']['b']\n"], {}, {})
            assert answers[0].ok is None
            assert "KeyError" in (answers[0].error or "")
