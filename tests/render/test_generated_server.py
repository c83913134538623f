"""A rendered server on its own: its wheel, its own tests, its command."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from envscaler_mcp.render import render, write_tree
from tests.render import tiny_servers as tiny


@pytest.fixture(scope="module")
def native_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("native") / "tiny_library"
    write_tree(render(tiny.native(), tiny.scenarios()), folder)
    return folder


@pytest.fixture(scope="module")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain") / "tiny_counter"
    write_tree(render(*tiny.plain()), folder)
    return folder


@pytest.fixture(scope="module")
def wheel(native_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-build-isolation",
        "--no-deps",
        "-w",
        str(out),
        ".",
        at=native_folder,
    )
    (built,) = out.glob("*.whl")
    return built


def run(*command: str, at: Path, python_path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = str(python_path) if python_path else ""
    done = subprocess.run(
        command, cwd=at, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def own_tests(folder: Path, package: Path) -> str:
    pytest_alone = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error")
    return run(sys.executable, "-W", "error", *pytest_alone, at=folder, python_path=package).stdout


def test_the_wheel_holds_the_package_whole_and_nothing_else(wheel: Path, native_folder: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = native_folder / "tiny_library"
    expected = {path.relative_to(native_folder).as_posix() for path in package.rglob("*") if path.is_file()}
    assert names == {name for name in expected if "__pycache__" not in name}
    assert {"tiny_library/policy.md", "tiny_library/tools.json", "tiny_library/scenarios/001.json"} <= names


def test_the_wheel_carries_nothing_of_the_grading(wheel: Path, native_folder: Path) -> None:
    canary = json.loads((native_folder / "grading/001.json").read_text())["canary"]
    archive = zipfile.ZipFile(wheel)
    for name in archive.namelist():
        assert canary not in archive.read(name).decode(), name
        assert "grading/" not in name


def test_the_source_distribution_carries_no_grading(native_folder: Path, tmp_path: Path) -> None:
    build = "import hatchling.build, sys; hatchling.build.build_sdist(sys.argv[1])"
    run(sys.executable, "-c", build, str(tmp_path), at=native_folder)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        assert not [name for name in files.getnames() if "grading" in name]


def test_installed_alone_it_passes_its_own_tests(wheel: Path, native_folder: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    for part in ("tests", "grading"):
        shutil.copytree(native_folder / part, tmp_path / part)
    assert "8 passed" in own_tests(tmp_path, tmp_path / "site")


def test_without_grading_its_tests_still_run(wheel: Path, native_folder: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    shutil.copytree(native_folder / "tests", tmp_path / "tests")
    assert "7 passed, 1 skipped" in own_tests(tmp_path, tmp_path / "site")


def test_a_plain_class_passes_its_own_tests_too(plain_folder: Path) -> None:
    assert "6 passed, 1 skipped" in own_tests(plain_folder, plain_folder)


@pytest.mark.parametrize(
    ("file", "find", "replace", "test"),
    [
        (
            "tiny_library/tools.json",
            "List all books",
            "List no books",
            "test_tools_json_is_what_the_class_offers",
        ),
        (
            "tiny_library/scenarios/001.json",
            '"holder":null',
            '"title2": ""',
            "test_scenario_starts_in_a_sound_state",
        ),
        ("grading/001.json", '"Ana"', '"Eva"', "test_known_solution_comes_to_its_recorded_state"),
        (
            "tiny_library/environment.py",
            "return list(self.books.values())",
            "self.books.pop('BK-1')",
            "test_every_read_answers_and_writes_nothing",
        ),
    ],
)
def test_its_tests_notice_damage(
    native_folder: Path, tmp_path: Path, file: str, find: str, replace: str, test: str
) -> None:
    folder = tmp_path / "tiny_library"
    tree = render(tiny.native(), tiny.scenarios())
    assert find in tree[file]
    write_tree({**tree, file: tree[file].replace(find, replace)}, folder)
    with pytest.raises(AssertionError, match=rf"(FAILED|ERROR).*{test}"):
        own_tests(folder, folder)


def test_its_command_says_what_it_takes(native_folder: Path, plain_folder: Path) -> None:
    for folder in (native_folder, plain_folder):
        help_text = run(sys.executable, "-m", folder.name, "--help", at=folder).stdout
        readme = (folder / "README.md").read_text()
        for option in (
            "--scenario",
            "--seed",
            "--http",
            "--host",
            "--port",
            "--state",
            "--save",
            "--journal",
        ):
            assert option in help_text
            assert option in readme


def test_readme_snippets_parse(native_folder: Path) -> None:
    blocks = (native_folder / "README.md").read_text().split("```")[1::2]
    for block in blocks:
        language, _, text = block.partition("\n")
        if language == "json":
            assert "tiny_library" in str(json.loads(text))
        elif language == "toml":
            assert tomllib.loads(text)["mcp_servers"]["tiny_library"]["command"] == "uvx"
        else:
            assert language == "sh"
