from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.render.lint import lint
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.spec.environment import Environment

from .designs import NAMES, compiled, design, single_options

SAMPLES = [("workshop",), ("hotel_bookings",), ("hotel_bookings", "deposits", "waitlist")]
HASHED = """
from envscaler_mcp.blueprint.compiling import compile_design
from envscaler_mcp.blueprint.reading import domain_named
made = compile_design(domain_named("hotel_bookings").design(("deposits", "waitlist")), 7)
print(made.card.to_text(), made.source, made.policy, sep="\\n", end="")
"""


def test_the_card_says_where_it_comes_from():
    card = compile_design(design("hotel_bookings", "waitlist"), 3).card
    assert (card.provenance.engine, card.provenance.seed) == ("blueprint", 3)
    assert card.provenance.sources == ("blueprint:hotel_bookings", "option:waitlist", "pattern:waitlist")
    assert (card.name, card.form, card.class_name) == (
        "hotel_bookings_waitlist", "native", "HotelBookingsWaitlist",
    )  # fmt: skip


@pytest.mark.parametrize("of", SAMPLES)
def test_the_source_keeps_the_policy_of_foreign_code(of: tuple[str, ...]):
    assert findings(compiled(*of).source) == []


@pytest.mark.parametrize("of", SAMPLES)
def test_the_tools_lint_clean(of: tuple[str, ...]):
    environment = compiled(*of)
    assert lint(environment.card, environment.policy) == []


def test_rules_have_the_ids_that_refusals_give():
    made = compiled("hotel_bookings")
    assert [rule.id for rule in made.card.rules] == [
        "too_many_people", "room_closed", "guest_barred", "room_taken", "guest_elsewhere",
        "too_many_requests", "stays_too_long",
    ]  # fmt: skip
    told = {tool.name: [refusal.code for refusal in tool.refusals] for tool in made.card.tools}
    assert told["confirm_booking"] == [
        "guest_barred", "guest_elsewhere", "room_closed", "room_taken", "stays_too_long", "too_many_people",
        "unknown_booking", "wrong_state",
    ]  # fmt: skip
    assert told["check_in"] == ["too_early", "unknown_booking", "wrong_state"]
    assert told["reopen_room"] == ["unknown_room", "wrong_state"]


@pytest.mark.parametrize("of", SAMPLES)
def test_nothing_is_emitted_that_is_not_used(of: tuple[str, ...]):
    tree = ast.parse(compiled(*of).source)
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    methods = [
        node.name
        for part in tree.body
        if isinstance(part, ast.ClassDef)
        for node in part.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_")
    ]
    given = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert [name for name in (*methods, *given) if name not in names] == []


def test_the_same_design_gives_the_same_bytes_under_every_hash_seed(root: Path):
    texts = [
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            cwd=root,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0] == texts[1] != b""


@pytest.mark.parametrize("of", SAMPLES)
def test_the_server_renders(of: tuple[str, ...]):
    made = compiled(*of)
    assert f"{made.card.name}/environment.py" in render(made, [])


def test_lines_fit_and_ruff_and_pyright_find_nothing(tmp_path: Path, root: Path):
    check(tmp_path, root, [compiled(*of) for of in SAMPLES])


@pytest.mark.slow
def test_ruff_and_pyright_find_nothing_in_any_domain(tmp_path: Path, root: Path):
    check(tmp_path, root, [compiled(*of) for name in NAMES for of in single_options(name)])


def check(folder: Path, root: Path, environments: list[Environment]) -> None:
    for made in environments:
        write_tree(render(made, []), folder / made.card.name)
    sources = sorted(str(path) for path in folder.glob("*/*/environment.py"))
    assert len(sources) == len(environments)
    tools = Path(sys.executable).parent
    ruff = [str(tools / "ruff"), "check", "--no-cache", "--config", str(root / "pyproject.toml"), *sources]
    assert told(ruff).strip() == "All checks passed!"
    settings = folder / "pyrightconfig.json"
    included = ", ".join(f'"{Path(source).relative_to(folder).as_posix()}"' for source in sources)
    venv = Path(sys.prefix)
    settings.write_text(
        f'{{"include": [{included}], "typeCheckingMode": "strict", "pythonVersion": "3.11", '
        f'"venvPath": "{venv.parent}", "venv": "{venv.name}"}}'
    )
    found = told([str(tools / "pyright"), "-p", str(folder)])
    assert "0 errors, 0 warnings" in found, found


def told(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_look_ups_say_what_values_are_not_how_they_are_named():
    source = compile_design(design("pharmacy_dispensing")).source
    assert "Only those whose expiry date is on or after this day" in source
    assert "Find batches by code, substance, expiry date and state, in order of id." in source
    assert "with a expiry" not in source
    assert "Dispense a dispensing" not in source
