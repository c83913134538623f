import ast
import json
import tomllib
from pathlib import Path

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import render, templates_root
from envscaler_mcp.render.rendering import PLAIN_ONLY, runtime_files
from envscaler_mcp.runtime import standalone
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.spec.environment import EnvironmentCard
from envscaler_mcp.spec.scenario import Grading, Scenario
from tests.render import tiny_servers as tiny


@pytest.fixture(scope="module")
def tree() -> dict[str, str]:
    return render(tiny.native(), tiny.scenarios())


def test_the_files_are_those_of_the_design(tree: dict[str, str]) -> None:
    runtime = {f"tiny_library/_runtime/{name}" for name in runtime_files("native")}
    package = (
        "__init__.py __main__.py environment.py policy.md tools.json scenarios/001.json scenarios/002.json"
    )
    top = "README.md pyproject.toml server.json manifest.json Dockerfile LICENSE environment.json .mcpbignore"
    assert set(tree) == {
        *top.split(), *runtime, *(f"tiny_library/{name}" for name in package.split()),
        "grading/001.json", "grading/002.json", "tests/test_server.py",
    }  # fmt: skip


def test_rendering_twice_gives_the_same_bytes_in_any_order_of_scenarios(tree: dict[str, str]) -> None:
    assert render(tiny.native(), tiny.scenarios()[::-1]) == tree
    assert list(tree) == sorted(tree)


def test_every_file_ends_with_one_line_feed_and_has_no_trailing_blanks(tree: dict[str, str]) -> None:
    for path, text in tree.items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert not any(line.rstrip() != line for line in text.splitlines()), path


def test_foreign_source_and_runtime_are_carried_byte_for_byte(tree: dict[str, str]) -> None:
    assert tree["tiny_library/environment.py"] == tiny.SOURCE
    carried = {path.split("/")[-1]: text for path, text in tree.items() if "/_runtime/" in path}
    own = {path.name: path.read_text("utf-8") for path in Path(standalone.__file__).parent.glob("*.py")}
    assert carried == {name: text for name, text in own.items() if name not in PLAIN_ONLY}
    assert own.keys() > PLAIN_ONLY


def test_what_a_native_server_carries_imports_nothing_that_it_does_not() -> None:
    carried = runtime_files("native")
    imported = {
        node.module
        for text in carried.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.level
    }
    assert {f"{module}.py" for module in imported} <= carried.keys()
    assert runtime_files("plain").keys() == carried.keys() | PLAIN_ONLY


def test_tools_json_is_what_the_describer_says(tree: dict[str, str]) -> None:
    assert json.loads(tree["tiny_library/tools.json"]) == describe(tiny.form().cls).tools


def test_the_card_holds_the_digest_of_every_other_file(tree: dict[str, str]) -> None:
    card = EnvironmentCard.parse(tree["environment.json"], "environment.json")
    assert card.digests == {
        path: digest_bytes(text.encode()) for path, text in tree.items() if path != "environment.json"
    }
    assert card.policy == digest_bytes(tree["tiny_library/policy.md"].encode())


def test_rendering_what_was_rendered_changes_nothing(tree: dict[str, str]) -> None:
    card = EnvironmentCard.parse(tree["environment.json"], "environment.json")
    again = tiny.Environment(card, tree["tiny_library/environment.py"], tree["tiny_library/policy.md"])
    pairs = [
        (
            Scenario.parse(tree[f"tiny_library/scenarios/{name}.json"], name),
            Grading.parse(tree[f"grading/{name}.json"], name),
        )
        for name in ("001", "002")
    ]
    assert render(again, pairs) == tree


def test_pyproject_depends_on_mcp_and_pydantic_only(tree: dict[str, str]) -> None:
    project = tomllib.loads(tree["pyproject.toml"])["project"]
    assert project["name"] == "tiny-library"
    assert project["dependencies"] == ["mcp>=2.3,<3", "pydantic>=2"]
    assert project["scripts"]["tiny_library"] == "tiny_library.__main__:run"
    assert "envscaler" not in tree["pyproject.toml"]


def test_requirements_of_the_class_come_after_them() -> None:
    tree = render(tiny.native(requirements=("tabulate==0.9.0",)), [])
    dependencies = tomllib.loads(tree["pyproject.toml"])["project"]["dependencies"]
    assert dependencies == ["mcp>=2.3,<3", "pydantic>=2", "tabulate==0.9.0"]


def test_a_server_without_scenarios_renders() -> None:
    tree = render(tiny.native(), [])
    assert "None yet." in tree["README.md"]
    assert "Not certified yet" in tree["README.md"]
    assert "user_config" not in json.loads(tree["manifest.json"])


def test_mapped_names_reach_the_bundle() -> None:
    tree = render(*tiny.plain())
    calls = [
        node for node in ast.walk(ast.parse(tree["tiny_counter/__main__.py"])) if isinstance(node, ast.Call)
    ]
    bundle = next(call for call in calls if getattr(call.func, "id", "") == "Bundle")
    values = {word.arg: word.value for word in bundle.keywords}
    assert ast.literal_eval(values["methods"]) == {"do_close": "Close"}
    assert ast.literal_eval(values["form"]) == "plain"


def test_registry_and_bundle_files_say_the_same(tree: dict[str, str]) -> None:
    server, manifest = json.loads(tree["server.json"]), json.loads(tree["manifest.json"])
    assert server["$schema"].endswith("/2025-12-11/server.schema.json")
    assert server["name"].count("/") == 1
    assert len(server["description"]) <= 100
    assert server["packages"][0] == {
        "registryType": "pypi", "identifier": "tiny-library", "version": "1.0.0", "runtimeHint": "uvx",
        "transport": {"type": "stdio"},
    }  # fmt: skip
    assert f"mcp-name: {server['name']}" in tree["README.md"]
    assert f'io.modelcontextprotocol.server.name="{server["name"]}"' in tree["Dockerfile"]
    assert manifest["manifest_version"] == "0.4"
    assert manifest["server"]["entry_point"] in tree
    assert manifest["user_config"]["scenario"]["default"] == "001"


def test_no_file_that_is_installed_or_read_by_clients_tells_the_grading(tree: dict[str, str]) -> None:
    for path, text in tree.items():
        if not path.startswith("grading/"):
            assert "def check(initial" not in text, path
            assert "BK-2" not in text or "scenarios/" in path or path.endswith("environment.py"), path


def test_the_dockerfile_copies_no_grading_and_runs_as_nobody_special(tree: dict[str, str]) -> None:
    lines = tree["Dockerfile"].splitlines()
    assert [line for line in lines if line.startswith("COPY")] == [
        "COPY pyproject.toml README.md LICENSE ./", "COPY tiny_library ./tiny_library",
    ]  # fmt: skip
    assert "USER server" in lines
    assert 'ENTRYPOINT ["tiny_library"]' in lines


@pytest.mark.parametrize("name", ["tests", "grading", "mcp", "class", "json"])
def test_a_name_that_would_shadow_a_module_or_folder_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="another name"):
        render(tiny.native(name=name), [])


def test_two_scenarios_of_one_id_are_refused() -> None:
    pairs = tiny.scenarios()
    with pytest.raises(BadInput, match="another scenario has this id"):
        render(tiny.native(), [pairs[0], pairs[0]])


def test_a_grading_of_another_scenario_is_refused() -> None:
    (first, _), (_, second) = tiny.scenarios()
    with pytest.raises(BadInput, match="'001'.*'002'"):
        render(tiny.native(), [(first, second)])


def test_half_of_a_surrogate_pair_is_refused_with_its_place() -> None:
    with pytest.raises(BadInput, match=r"tiny_library: policy\.md: half of a surrogate pair at character 1"):
        render(tiny.native(policy="a\ud800"), [])


def test_templates_are_found_and_every_one_is_used() -> None:
    names = {
        path.relative_to(templates_root() / "server").as_posix()
        for path in templates_root().glob("server/**/*.jinja")
    }
    assert names == {
        "README.md.jinja", "pyproject.toml.jinja", "Dockerfile.jinja", "LICENSE.jinja", ".mcpbignore.jinja",
        "package/__init__.py.jinja", "package/__main__.py.jinja", "tests/test_server.py.jinja",
    }  # fmt: skip
