"""The command that `install` prints really starts the server, from anywhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing.launch import launch_of
from tests.render import tiny_servers


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    place = tmp_path / "my servers" / "tiny"
    write_tree(render(tiny_servers.native(), tiny_servers.scenarios()), place)
    return ServerFolder.load(place)


async def test_python_starts_it_in_a_folder_that_would_shadow_it(
    folder: ServerFolder, tmp_path: Path
) -> None:
    (tmp_path / "tiny_library.py").write_text("raise SystemExit('the wrong one')")
    launch = launch_of(folder, "002", which=lambda _: None)
    assert (launch.command, launch.args[-2:]) == (sys.executable, ("--scenario", "002"))
    command = StdioServerParameters(
        command=launch.command, args=list(launch.args), env=launch.env, cwd=tmp_path
    )
    async with Client(command) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
    assert tools == {tool["name"] for tool in folder.bundle.tools}


def test_uv_is_called_by_its_full_path(folder: ServerFolder) -> None:
    launch = launch_of(folder, which=lambda name: f"/opt/bin/{name}")
    assert launch.command == "/opt/bin/uvx"
    assert launch.args == ("--from", str(folder.path), "tiny_library")
    assert launch.env == {}


def test_a_path_that_python_cannot_search_is_refused(tmp_path: Path) -> None:
    place = tmp_path / f"a{os.pathsep}b"
    write_tree(render(tiny_servers.native(), tiny_servers.scenarios()), place)
    with pytest.raises(BadInput, match="move the folder"):
        launch_of(ServerFolder.load(place), which=lambda _: None)


@pytest.mark.parametrize("name", ["$HOME", "${HOME}", "${env:HOME}", "{env:HOME}", "{file:x}", "a$b"])
def test_a_path_that_a_client_would_expand_is_refused(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    write_tree(render(tiny_servers.native(), tiny_servers.scenarios()), place)
    with pytest.raises(BadInput, match="the value of a variable.* move the folder"):
        launch_of(ServerFolder.load(place), which=lambda _: None)


@pytest.mark.parametrize("name", ["$5", "a$", "{env}", "50% off"])
def test_a_path_that_only_looks_like_a_variable_is_taken(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    write_tree(render(tiny_servers.native(), tiny_servers.scenarios()), place)
    assert str(place) in launch_of(ServerFolder.load(place), which=lambda _: "/opt/bin/uvx").args
