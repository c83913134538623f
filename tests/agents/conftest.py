"""Scripted models, as the tests of `llm` have them, and a task for whoever they play."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from envscaler_mcp.harness.task import Task
from envscaler_mcp.runtime.remote import EnvironmentProcess
from tests.llm.conftest import access, clock, no_keys_of_this_machine, serve
from tests.runtime.folders import counter

__all__ = ["access", "clock", "no_keys_of_this_machine", "serve"]


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    folder = counter(tmp_path_factory.mktemp("servers"))
    grading = folder.grading("001")
    assert grading is not None
    return Task(folder, folder.scenario("001"), grading)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process(task: Task) -> AsyncGenerator[EnvironmentProcess]:
    async with EnvironmentProcess(task.folder) as running:
        yield running
