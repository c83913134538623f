"""The wheel carries the templates, and both kinds of installation find them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import envscaler_mcp
from tests.source_tree import PACKAGE, ROOT

ASK = "from envscaler_mcp.render import templates_root; print(templates_root())"
# What a build reads; a copy keeps its traces out of the repository.
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", PACKAGE, "templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).is_file():
            shutil.copy(ROOT / name, source / name)
    pip("wheel", "--no-build-isolation", "--no-deps", "-w", str(out), str(source))
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--target", str(target), str(wheel))
    return target


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def ask(program: str, first_on_path: Path, folder: Path) -> str:
    """What a program prints that runs far from the repository, with one folder first on its path."""
    code = f"import sys; sys.path.insert(0, {str(first_on_path)!r}); {program}"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def relative(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_carries_the_templates_and_the_marker_of_types(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    templates = {f"{PACKAGE}/templates/{name}" for name in relative(ROOT / "templates")}
    assert templates
    assert templates <= names
    assert f"{PACKAGE}/py.typed" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {PACKAGE}
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_carries_every_module(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {f"{PACKAGE}/{name}" for name in relative(ROOT / PACKAGE) if name.endswith(".py")}
    assert modules <= names


def test_an_installed_wheel_finds_its_own_templates(installed: Path, tmp_path: Path):
    found = Path(ask(ASK, installed, tmp_path))
    assert found == installed / PACKAGE / "templates"
    assert relative(found) == relative(ROOT / "templates")


def test_an_editable_installation_finds_those_of_the_repository(tmp_path: Path):
    assert Path(ask(ASK, ROOT, tmp_path)) == ROOT / "templates"


def test_the_environment_of_the_tests_is_the_editable_installation(tmp_path: Path):
    code = "import envscaler_mcp; print(envscaler_mcp.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, "install the project first: make setup"
    assert Path(done.stdout.strip()) == ROOT / PACKAGE / "__init__.py"


def test_an_installed_wheel_has_the_console_script(installed: Path, tmp_path: Path):
    program = "from envscaler_mcp.cli.app import run; run(['--version'])"
    assert ask(program, installed, tmp_path) == envscaler_mcp.__version__
    assert (installed / "bin" / "envscaler-mcp").is_file()
