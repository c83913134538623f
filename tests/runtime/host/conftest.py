"""The server that these tests host."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host

from .desks import Served, desk, host_of, served


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ServerFolder:
    return desk(tmp_path_factory.mktemp("servers"))


@pytest.fixture
async def host(folder: ServerFolder) -> AsyncGenerator[Host]:
    async with host_of(folder) as made:
        yield made


@pytest.fixture
async def on_ports(folder: ServerFolder) -> AsyncGenerator[Served]:
    async with served(host_of(folder)) as made:
        yield made
