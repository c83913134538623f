"""What may not stand in the repository, and what must agree in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.source_tree import PACKAGE, ROOT, imports, modules

# In two parts each, so that this file does not name one either.
REGISTRY_MARKS = (
    "pypi" + ".org/simple",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "index" + "-url",
    "--find" + "-links",
)
DISTRIBUTION_OF = {"yaml": "pyyaml", "pydantic_monty": "pydantic-monty", "genai_prices": "genai-prices"}
COMES_WITH_OTHERS = {"mcp_types", "starlette", "uvicorn", "typing_extensions"}


@cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def tracked() -> dict[str, str]:
    """Path → text of every tracked text file."""
    if not (shutil.which("git") and (ROOT / ".git").exists()):
        pytest.skip("this is no git checkout")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    texts: dict[str, str] = {}
    for name in filter(None, names):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
    return texts


def distributions(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[ ;]", text)[0].lower() for text in requirements}


def test_constraints_are_pins_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []
    names = [re.split("==", line)[0].lower() for line in lines]
    assert len(set(names)) == len(names)


def test_every_dependency_is_pinned():
    pinned = {line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    wanted = distributions(project()["project"]["dependencies"])
    for extra in project()["project"]["optional-dependencies"].values():
        wanted |= distributions(extra)
    assert wanted - pinned == set()


def test_no_tracked_file_names_a_registry():
    found = [(name, mark) for name, text in tracked().items() for mark in REGISTRY_MARKS if mark in text]
    assert found == []


def test_no_tracked_file_names_a_path_of_this_machine():
    # A short root such as /app may well stand in a Dockerfile.
    places = [str(place) for place in (ROOT, Path.home() / "x") if len(place.parts) > 2]
    marks = [*(place.removesuffix("x") for place in places), str(ROOT.parent / "shared")]
    found = [(name, mark) for name, text in tracked().items() for mark in marks if mark in text]
    assert found == []


def test_no_recorded_release_is_tracked():
    marks = ("runs/", "data/envscaler", "shared/")
    assert [name for name in tracked() if name.startswith(marks)] == []


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    everything = {f.target.split(".")[0] for module in modules() for f in imports(module) if not f.level}
    used = everything - sys.stdlib_module_names - {PACKAGE}
    needed = {DISTRIBUTION_OF.get(name, name) for name in used - COMES_WITH_OTHERS}
    extras = project()["project"]["optional-dependencies"]
    declared = distributions(project()["project"]["dependencies"])
    assert needed - declared - distributions(extras["llm"]) == set()
    assert declared - needed == set()


def test_the_readme_is_the_description_of_the_distribution():
    if (ROOT / "README.md").is_file():
        assert project()["project"].get("readme") == "README.md"


def test_files_are_short():
    # At most 400 lines; more than that wants a reason here.
    domain = "a domain stands in one file, so that a person can read it from top to bottom"
    reasons = {
        f"{PACKAGE}/samples/account_ledger/environment.py": domain,
        f"{PACKAGE}/samples/surgery_waitlists/environment.py": domain,
    }
    answers = (
        "tests/synthesis/worlds/"  # all that was answered by hand for one world, in the order of the stages
    )
    long = {
        name: text.count("\n")
        for name, text in tracked().items()
        if name.endswith(".py") and name.startswith((f"{PACKAGE}/", "tests/")) and text.count("\n") > 400
    }
    assert {
        name: lines for name, lines in long.items() if name not in reasons and not name.startswith(answers)
    } == {}


def test_ci_stays_within_its_time():
    budgets = re.findall(r"^suite \S+ (\d+)$", (ROOT / ".ci" / "run").read_text(), flags=re.MULTILINE)
    assert budgets
    assert sum(map(int, budgets)) <= 75 * 60 - 5 * 60


@pytest.mark.parametrize("target", ["demo", "test", "test-slow", "check", "regen", "conformance", "bench"])
def test_make_has_the_target(target: str):
    if not shutil.which("make"):
        pytest.skip("make is not on this machine")
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
