"""A real model's output at every step of one run: assembled, imported, tried, and nothing is lost."""

from __future__ import annotations

import ast
import json

import pytest

from envscaler_mcp.interop.release import read_release
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.synthesis.outline.plain_class import with_functions
from envscaler_mcp.synthesis.quality.plain import try_plain
from envscaler_mcp.synthesis.quality.trial import Effort


@pytest.fixture(scope="module")
def steps(shared):
    """What the model answered, by step."""
    folder = shared / "data" / "envscaler" / "one_pipeline_run" / "steps"
    names = ("stage2_step2_class", "stage2_step4_functions", "stage3_step2_check")
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8"))[0] for name in names}


@pytest.fixture(scope="module")
def functions(steps):
    operations = steps["stage2_step4_functions"]["operation_list"]
    return {one["operation_name"]: one["code"] for one in operations}


@pytest.fixture(scope="module")
def assembled(steps, functions):
    return with_functions(
        steps["stage2_step2_class"]["class_definition"], "ElectronicHealthRecordSystem", functions
    )


def _methods(source):
    owner = next(
        one
        for one in ast.parse(source).body
        if isinstance(one, ast.ClassDef) and one.name == "ElectronicHealthRecordSystem"
    )
    return {one.name: ast.dump(one) for one in owner.body if isinstance(one, ast.FunctionDef)}


def test_every_function_stands_in_the_class_as_it_was_written(assembled, functions, steps):
    methods = _methods(assembled)
    wanted = {name: ast.dump(ast.parse(code.strip()).body[0]) for name, code in functions.items()}
    assert len(wanted) == 18
    assert {name: methods[name] for name in wanted} == wanted
    assert methods["__init__"] == _methods(steps["stage2_step2_class"]["class_definition"])["__init__"]
    assert findings(assembled) == []


@pytest.fixture(scope="module")
def environment(assembled, steps, tmp_path_factory):
    """The assembled class, imported as any release is."""
    row = {**steps["stage2_step4_functions"], "env_id": "env_1", "env_class_code": assembled}
    row |= {"env_class_name": "ElectronicHealthRecordSystem"}
    path = tmp_path_factory.mktemp("run") / "environments.json"
    path.write_text(json.dumps([row]), "utf-8")
    release = read_release(path)
    assert release.problems == ()
    return release.environments[0].environment


def test_the_import_keeps_all_tools(environment, functions):
    assert {tool.name for tool in environment.card.tools} == set(functions)


async def test_the_tool_that_writes_before_it_validates_is_found(environment, steps):
    start = steps["stage3_step2_check"]["init_config_list"][0]
    problems = await try_plain(environment, [start], Effort(calls=40, most=80, states=1))
    writing = [problem for problem in problems if problem.code == "refusal_writes"]
    assert [problem.where for problem in writing] == ["tools/correct_allergy_audit_fields"]
    assert "recorded_by" in writing[0].message
