"""Every pack in the hands of a stranger: in an empty virtual environment it passes the server's tests."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing.packing import FORMATS, Format, pack

from .test_installed_alone import create, said

pytestmark = pytest.mark.slow

NAME = "surgery_waitlists"


def installable(made: Path, place: Path) -> Path:
    """What pip is given: the distribution itself, or the folder that an archive unpacks to."""
    if made.suffix not in (".zip", ".mcpb"):
        return made
    with zipfile.ZipFile(made) as archive:
        archive.extractall(place / "unpacked")
    return next((place / "unpacked").rglob("pyproject.toml")).parent


@pytest.mark.parametrize("form", FORMATS)
def test_a_pack_passes_the_server_s_own_tests(form: Format, root: Path, tmp_path: Path) -> None:
    folder = root / "generated_servers" / NAME
    made = pack(ServerFolder.load(folder), form)
    file = tmp_path / made.name
    file.write_bytes(made.content)
    python = create(tmp_path / "venv", f"{installable(file, tmp_path)}[test]")
    assert "envscaler" not in said([str(python), "-m", "pip", "list"], tmp_path)
    where = said([str(python), "-P", "-c", f"import {NAME}; print({NAME}.__file__)"], tmp_path)
    assert str(tmp_path / "venv") in where
    tests = [str(python), "-P", "-m", "pytest", "-q", "-W", "error", str(folder / "tests")]
    assert " passed" in said(tests, tmp_path)
    assert (
        said([str(python.parent / NAME), "--version"], tmp_path).strip() == f"{NAME} {folder_version(folder)}"
    )


def folder_version(folder: Path) -> str:
    return ServerFolder.load(folder).card.version
