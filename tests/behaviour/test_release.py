"""Real environments, as standalone servers: they boot, lint, answer, and replay what was recorded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client, StdioServerParameters

from envscaler_mcp.certify import Prober
from envscaler_mcp.certify.play import result_of
from envscaler_mcp.interop.recorded import Recorded, read_recorded
from envscaler_mcp.interop.replay import Replayed, replay_all
from envscaler_mcp.render import lint
from envscaler_mcp.runtime.connect import connected
from envscaler_mcp.runtime.folder import EMPTY_SCENARIO, ServerFolder
from envscaler_mcp.runtime.remote import EnvironmentProcess

from .released import Imported

PROBES = 6


def every(*releases: Imported) -> list[ServerFolder]:
    return [folder for one in releases for folder in one.folders.values()]


def test_every_environment_and_scenario_comes_through(release: Imported, pipeline_run: Imported) -> None:
    assert [len(one.folders) for one in (release, pipeline_run)] == [25, 1]
    assert sum(len(folder.ids) for folder in every(release)) == 37
    assert sum(len(folder.ids) for folder in every(pipeline_run)) == 14
    errors = [
        problem
        for one in (release, pipeline_run)
        for environment in one.release.environments
        for problem in environment.problems
        if problem.severity == "error"
    ]
    assert errors == []


def test_every_server_lints_without_errors(release: Imported, pipeline_run: Imported) -> None:
    found = [problem for folder in every(release, pipeline_run) for problem in lint(folder.card)]
    assert [problem for problem in found if problem.severity == "error"] == []


async def test_every_server_boots_over_stdio_by_its_own_script(
    release: Imported, pipeline_run: Imported
) -> None:
    for folder in every(release, pipeline_run):
        command = StdioServerParameters(
            command=sys.executable, args=["-m", folder.card.name], cwd=str(folder.path)
        )
        async with Client(command) as client:
            listed = [tool.name for tool in (await client.list_tools()).tools]
        assert listed == [tool["name"] for tool in folder.bundle.tools]


@pytest.mark.slow
async def test_every_server_boots_over_http_from_a_worker(release: Imported, pipeline_run: Imported) -> None:
    for folder in every(release, pipeline_run):
        command = [
            sys.executable,
            "-m",
            "envscaler_mcp.cli.app",
            "serve",
            str(folder.path),
            "--http",
            "--port",
            "0",
        ]
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        try:
            assert process.stderr is not None
            url = process.stderr.readline().split()[-1]
            async with Client(url) as client:
                assert len((await client.list_tools()).tools) == len(folder.bundle.tools)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


async def test_every_tool_answers_valid_and_invalid_arguments(
    release: Imported, pipeline_run: Imported
) -> None:
    answers: list[tuple[str, Any]] = []
    for folder in every(release, pipeline_run):
        scenario = folder.scenario(folder.ids[0]) if folder.ids else EMPTY_SCENARIO
        async with EnvironmentProcess(folder) as process:
            episode = await process.begin(scenario)
            prober = Prober(folder.bundle.tools, await episode.state(), folder.card.name)
            async with connected(folder, episode) as client:
                for tool in folder.bundle.tools:
                    valid = [prober.valid(tool["name"]) for _ in range(PROBES)]
                    for call in [*valid, *prober.invalid(tool["name"])]:
                        answer = await client.call_tool(call.tool, call.arguments)
                        answers.append((f"{folder.card.name}.{call.tool}({call.arguments})", answer))
                        if not answer.is_error:
                            jsonschema.validate(answer.structured_content, tool["outputSchema"])
    assert len(answers) > 3000
    assert all((answer.structured_content is None) == answer.is_error for _, answer in answers)
    silent = [where for where, answer in answers if answer.is_error and not _reason(result_of(answer))]
    assert silent == []


def _reason(content: dict[str, Any]) -> str:
    return str(content.get("message") or content.get("error") or "")


async def test_recorded_trajectories_replay(
    envscaler: Path, played: Imported, pipeline_run: Imported
) -> None:
    first, problems = read_recorded(envscaler / "trajectories.json")
    second, more = read_recorded(envscaler / "one_pipeline_run" / "trajectories.json")
    assert problems == more == []
    done = [*await _replayed(first, played), *await _replayed(second, pipeline_run)]
    assert len(done) == 23
    calls, matched = sum(one.calls for one in done), sum(one.matched for one in done)
    assert matched >= 0.99 * calls
    assert all(one.reward_matched for one in done)
    assert sum(one.recorded.crashed for one in done) == 6


async def _replayed(recorded: Sequence[Recorded], release: Imported) -> list[Replayed]:
    done: list[Replayed] = []
    for env_id, folder in release.folders.items():
        done += await replay_all(folder, [one for one in recorded if one.server == env_id])
    return done


async def test_exact_replays_differ_where_ids_were_generated(envscaler: Path, played: Imported) -> None:
    recorded, _ = read_recorded(envscaler / "trajectories.json")
    mine = [one for one in recorded if one.server == "env_157_rl"]
    (exact,) = await replay_all(played.folders["env_157_rl"], mine, exact=True)
    assert exact.matched < exact.calls
