"""The same calls of the same scripted model, whoever is around it: the same end and the same score."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

from envscaler_mcp.agents import agent_of
from envscaler_mcp.harness.door import open_doors
from envscaler_mcp.harness.outside.choose import outside_of
from envscaler_mcp.harness.rollout import Finished, Rollout
from envscaler_mcp.harness.stage import Pooled, stage_of_run
from envscaler_mcp.harness.task import Task
from envscaler_mcp.llm import Access
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.spec import Limits
from tests.llm.model_script import plays
from tests.llm.model_server import ModelServer
from tests.runtime.folders import counter
from tests.strangers.installing import PROGRAMS, PYTHON

pytestmark = pytest.mark.agents
PLAYER = Path(__file__).with_name("player.py")
SOLUTION = [("get", {"name": "a"}), ("add", {"name": "a", "by": 2})]
KEYS = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
LIBRARIES = ("library:openai-agents", "library:pydantic-ai")
OURS = ("openai:gpt-5.2", "anthropic:claude-opus-5", "chat:m@{url}")
PROGRAMS_OF_OTHERS = {
    "claude": "command:claude-code:claude-opus-5",
    "codex": "command:codex:gpt-5.2",
    "opencode": "command:opencode:openai/gpt-5.2",
}


def known(spec: str) -> str:
    """The spec, if what it names could be installed."""
    name = next((name for name, one in PROGRAMS_OF_OTHERS.items() if one == spec), None)
    if name and not (PROGRAMS / name).exists():
        pytest.skip(f"{name} cannot be had here (make test-agents installs it)")
    if spec.startswith("library:"):
        if not PYTHON.is_file():
            pytest.skip("the libraries cannot be had here (make test-agents installs them)")
        words = (str(PYTHON), str(PLAYER), spec.removeprefix("library:"))
        return f"command:{shlex.join(words)} {{mcp_url}} {{instruction}}"
    return spec


async def rolled(task: Task, spec: str, variables: Mapping[str, str]) -> Finished:
    passed = KEYS if spec.startswith(f"command:{PYTHON}") else ()
    async with (
        Access(keys=variables) as access,
        stage_of_run([task.folder], 1, trusted=False) as host,
        open_doors() as doors,
    ):
        agent = outside_of(spec, variables, passed=passed, closed=[task.folder.path]) or agent_of(
            spec, access
        )
        rollout = Rollout("r", task, agent, 0, 1, Limits(seconds=100), doors=doors)
        with CheckRunner() as checks:
            return await rollout.run(Pooled(host, task.folder), checks)


@pytest.mark.parametrize(
    "spec", [*OURS, *PROGRAMS_OF_OTHERS.values(), "library:openai-agents", "library:pydantic-ai"]
)
async def test_the_same_calls_come_to_the_same_end(
    spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = known(spec)
    monkeypatch.setenv("PATH", str(PROGRAMS), prepend=":")
    folder = counter(tmp_path)
    grading = folder.grading("001")
    assert grading is not None
    with ModelServer(plays(SOLUTION)) as model:
        addresses = (model.openai, model.anthropic)
        values = ("sk-canary-of-openai", addresses[0], "sk-canary-of-anthropic", addresses[1])
        variables = dict(zip(KEYS, values, strict=True))
        task = Task(folder, folder.scenario("001"), grading)
        done = await rolled(task, named.format(url=model.openai) if spec in OURS else named, variables)
    assert (done.row.outcome, done.row.reward, done.row.error) == ("passed", 1.0, None)
    assert [(step.tool, step.arguments) for step in done.trajectory.steps] == SOLUTION
    assert done.state["counts"] == {"a": 3}
