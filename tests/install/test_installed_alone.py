"""A generated server in the hands of a stranger: alone in an empty virtual environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from tests.released_rows import environment, scenario, write

pytestmark = pytest.mark.slow

SAMPLES = ("account_ledger", "surgery_waitlists")
OLD_CLIENT = """
import asyncio, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

async def main():
    command = StdioServerParameters(command=sys.argv[1], args=[])
    async with stdio_client(command) as (read, write), ClientSession(read, write) as session:
        told = await session.initialize()
        tools = (await session.list_tools()).tools
        refused = await session.call_tool(tools[0].name, {"no_such_argument": 1})
        print(told.protocolVersion, len(tools), refused.isError)

asyncio.run(main())
"""


def create(place: Path, *requirements: str) -> Path:
    """An empty virtual environment with these; the tests are skipped where no index can be reached."""
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = place / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode and ("No matching distribution" in done.stderr or "Connection" in done.stderr):
        pytest.skip(f"no package index can be reached: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return python


def said(command: Sequence[str], cwd: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def old_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client of the first generation of the SDK, which cannot stand beside the second."""
    return create(tmp_path_factory.mktemp("old") / "venv", "mcp<2")


def prove_alone(folder: Path, place: Path, old_client: Path) -> None:
    python = create(place / "venv", f"{folder}[test]")
    assert "envscaler" not in said([str(python), "-m", "pip", "list"], place)
    assert " passed" in said([str(python), "-m", "pytest", "-q", "-W", "error", str(folder / "tests")], place)
    script = python.parent / folder.name
    answer = said([str(old_client), "-c", OLD_CLIENT, str(script)], place).split()
    assert answer[0] == "2025-11-25"
    assert int(answer[1]) > 0
    assert answer[2] == "True"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_native_server(name: str, root: Path, tmp_path: Path, old_client: Path) -> None:
    prove_alone(root / "generated_servers" / name, tmp_path, old_client)


def test_an_imported_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old_client: Path) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("environments.json"), [environment()])
    write(Path("scenarios.json"), [scenario()])
    assert run(["import", "envscaler", "environments.json", "--scenarios", "scenarios.json", "--quiet"]) == 0
    prove_alone(tmp_path / "generated_servers/locker_room", tmp_path, old_client)
