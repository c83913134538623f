import json

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.interop.release import read_release

CODE = '''
from typing import Dict, List, Set, TypedDict, Optional

class ToolInfo(TypedDict):
    tool_id: str
    tags: Set[str]

class ToolShed:
    def __init__(self, init_config: dict):
        self.tools: Dict[str, ToolInfo] = {}
        self.history: Dict[str, List[ToolInfo]] = {}

    def get_tool(self, tool_id: str) -> dict:
        """Look up a tool."""
        return {"success": True, "data": self.tools.get(tool_id)}

    def close(self, tool_id: str, note: Optional[str] = None) -> dict:
        """Put a tool away.

        Args:
            tool_id (str): The tool.
        """
        self.tools[tool_id]["note"] = note
        return {"success": True}

    def count(self) -> dict:
        """Count the tools."""
        self.counted = len(self.tools)
        return {"success": True, "data": self.counted}
'''
ROW = {
    "env_id": "env_1",
    "env_class_name": "ToolShed",
    "env_class_code": CODE,
    "environment_introduction": "A shed\n of tools.",
    "constraints_rules": ["One tool, one place.", "One tool, one place.", "  - Tidy up. "],
    "state_space_definition": [{"entity": "Too", "attributes": "tool_id, tags", "description": "A tool."}],
    "operation_list": [
        {"operation_name": "get_tool", "operation_type": "query"},
        {"operation_name": "close", "operation_type": "state_change"},
        {"operation_name": "count", "operation_type": "query"},
    ],
    "tools": [
        {"type": "function", "function": {"name": name}} for name in ("count", "get_tool", "gone", "close")
    ],
    "something_else": {"unknown": True},
}
TASK = {
    "env_id": "env_1",
    "task_id": 7,
    "task": "Put T1 away by 2024-03-01.",
    "init_config": {"tools": {"T1": {"tool_id": "T1", "tags": []}}},
    "checklist_with_func": [
        {"check_item": "Away?", "check_func": "def check_func(final_state):\n    return False"},
        {"check_item": "Broken?", "check_func": "def check_func("},
    ],
}


def row(**changes):
    return {key: value for key, value in {**ROW, **changes}.items() if value is not None}


def task(**changes):
    return {key: value for key, value in {**TASK, **changes}.items() if value is not None}


def one(release):
    assert len(release.environments) == 1
    return release.environments[0]


def lines(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.mark.parametrize(
    "shape",
    [
        {"env_1": row(env_id=None)},
        [row()],
        row(),
        lines(row()),
        lines(row(), row(env_id="env_2", env_class_code=None)),
        {"data": [row()]},
        {"rows": [{"row_idx": 0, "row": row()}]},
        [row(tools=json.dumps(ROW["tools"]), operation_list=json.dumps(ROW["operation_list"]))],
        [row(constraints_rules=json.dumps(ROW["constraints_rules"]))],
        [row(env_class_code=f"```python\n{CODE}\n```")],
        [row(env_class_code=CODE.replace("\n", "\r\n"))],
    ],
)
def test_every_shape_says_the_same(write_json, shape):
    imported = one(read_release(write_json("environments.json", shape)))
    card = imported.environment.card
    assert imported.env_id == "env_1"
    assert card.name == "tool_shed"
    assert [tool.name for tool in card.tools] == ["count", "get_tool", "do_close"]
    assert [rule.text for rule in card.rules] == ["One tool, one place.", "Tidy up."]


def test_an_environment_is_complete(write_json):
    imported = one(read_release(write_json("environments.json", [ROW]), write_json("scenarios.json", [TASK])))
    card = imported.environment.card
    assert (card.form, card.class_name, card.title, card.introduction) == (
        "plain", "ToolShed", "Tool Shed", "A shed of tools.",
    )  # fmt: skip
    assert {tool.name: tool.kind for tool in card.tools} == {
        "count": "write", "get_tool": "read", "do_close": "write",
    }  # fmt: skip
    assert {problem.code for problem in imported.problems} == {
        "tools_differ", "kind_overruled", "tool_renamed", "check_broken",
    }  # fmt: skip
    assert card.tools[2].released_name == "close"
    assert card.tools[2].output == {"type": "object"}
    assert [(entity.name, entity.key, entity.collection) for entity in card.entities] == [
        ("Tool", "tool_id", "tools")
    ]
    assert card.entities[0].fields[1].role == "unordered"
    assert imported.environment.policy == (
        "# Tool Shed\n\nA shed of tools.\n\n## Rules\n\n- One tool, one place.\n- Tidy up.\n"
    )
    assert type(card).parse(card.to_text(), "card") == card


def test_a_scenario_and_its_grading(write_json):
    imported = one(read_release(write_json("environments.json", [ROW]), write_json("scenarios.json", [TASK])))
    [(scenario, grading)] = imported.scenarios
    assert (scenario.id, scenario.instruction, scenario.tags) == ("7", TASK["task"], ("imported",))
    assert scenario.now.isoformat() == "2024-03-02T09:00:00+00:00"
    assert scenario.start == TASK["init_config"]
    assert [check.kind for check in grading.checks] == ["unclassified"] * 2
    assert "raise ValueError" in grading.checks[1].source
    assert (grading.frame, grading.oracle) == (None, None)
    [broken] = [problem for problem in imported.problems if problem.code == "check_broken"]
    assert broken.where == "scenarios.json: row 1 (7): check 2"


@pytest.mark.parametrize(
    "shape",
    [
        lines(TASK),
        {"env_1": [task(env_id=None)]},
        {"7": TASK},
        [task(init_config=json.dumps(TASK["init_config"]))],
        [task(checklist_with_func=json.dumps(TASK["checklist_with_func"]))],
        [task(env_id=None, env_class_name="ToolShed")],
    ],
)
def test_scenarios_come_in_many_shapes(write_json, shape):
    imported = one(read_release(write_json("environments.json", [ROW]), write_json("scenarios.json", shape)))
    [(scenario, grading)] = imported.scenarios
    assert scenario.start == TASK["init_config"]
    assert len(grading.checks) == 2


@pytest.mark.parametrize(
    ("damaged", "code", "message"),
    [
        (row(env_id="env_9", env_class_code=None), "class_missing", "no env_class_code"),
        (row(env_id="env_9", env_class_code="class ToolShed(:"), "class_syntax", "does not parse"),
        (row(env_id="env_9", env_class_name="Barn"), "class_missing", "no class of that name"),
        (row(env_id="env_9", env_class_code="class ToolShed: pass"), "no_tools", "no public method"),
        (row(), "duplicate_environment", "stands twice"),
        (17, "row_shape", "no object"),
    ],
)
def test_a_damaged_row_is_told_and_the_rest_kept(write_json, damaged, code, message):
    release = read_release(write_json("environments.json", [ROW, damaged]))
    assert one(release).env_id == "env_1"
    [problem] = release.problems
    assert problem.code == code
    assert message in problem.message
    assert problem.where.startswith("environments.json: row 2")


@pytest.mark.parametrize(
    ("damaged", "code"),
    [
        (task(env_id="env_404", task_id=8), "unknown_environment"),
        (task(task_id=8, init_config=None), "bad_init_config"),
        (task(task_id=8, init_config="{'a': 1}"), "bad_init_config"),
        (task(task_id=8, init_config=[1]), "bad_init_config"),
        (task(task_id=8, task=" "), "task_missing"),
        (task(), "duplicate_task"),
        ("no row", "row_shape"),
    ],
)
def test_a_damaged_scenario_is_told_and_the_rest_kept(write_json, damaged, code):
    scenarios = write_json("scenarios.json", [damaged, TASK] if code != "duplicate_task" else [TASK, damaged])
    release = read_release(write_json("environments.json", [ROW]), scenarios)
    assert [scenario.id for scenario, _ in one(release).scenarios] == ["7"]
    assert [problem.code for problem in release.problems] == [code]
    assert release.problems[0].where.startswith("scenarios.json: row")


def test_a_damaged_line_is_told(write_json):
    release = read_release(write_json("environments.jsonl", lines(ROW) + "{broken\n\n"))
    assert one(release).env_id == "env_1"
    assert [(problem.code, problem.where) for problem in release.problems] == [
        ("row_shape", "environments.jsonl: row 2")
    ]


@pytest.mark.parametrize("checks", [None, "not json", {"a": 1}])
def test_a_scenario_without_readable_checks_is_kept_and_told(write_json, checks):
    scenarios = write_json("scenarios.json", [task(checklist_with_func=checks)])
    imported = one(read_release(write_json("environments.json", [ROW]), scenarios))
    assert imported.scenarios[0][1].checks == ()
    assert any(
        problem.code.startswith("checks_") and problem.severity == "error" for problem in imported.problems
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "not strict JSON"),
        ('{"a": NaN}', "not strict JSON"),
        ("[]", "no rows"),
        ("7", "neither an object nor a list"),
        ("", "not strict JSON"),
    ],
)
def test_a_useless_file_is_bad_input(write_json, text, message):
    with pytest.raises(BadInput, match=message):
        read_release(write_json("environments.json", text))


def test_a_missing_file_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="name a file"):
        read_release(tmp_path / "nothing.json")


def test_two_environments_of_one_class_have_two_names(write_json):
    release = read_release(write_json("environments.json", {"env_1": ROW, "env_2": row(env_id="env_2")}))
    assert [each.environment.card.name for each in release.environments] == [
        "tool_shed_env_1",
        "tool_shed_env_2",
    ]


def test_a_base_class_in_the_same_module_gives_its_tools(write_json):
    code = CODE + "\nclass Annex(ToolShed):\n    def sweep(self) -> dict:\n        return self.count()\n"
    changed = row(env_class_code=code, env_class_name="Annex", tools=None, operation_list=None)
    card = one(read_release(write_json("environments.json", [changed]))).environment.card
    assert {tool.name: tool.kind for tool in card.tools} == {
        "sweep": "write", "get_tool": "read", "do_close": "write", "count": "write",
    }  # fmt: skip


def test_a_row_with_nan_costs_no_other_row(write_json):
    text = json.dumps({"env_1": ROW, "env_2": {**row(env_id="env_2"), "environment_summary": float("nan")}})
    release = read_release(write_json("environments.json", text))
    assert [each.env_id for each in release.environments] == [ROW["env_id"]]
    (problem,) = release.problems
    assert "row 2 (env_2)" in problem.where
    assert "NaN" in problem.message


def test_a_scenario_may_give_the_place_of_its_environment_in_a_list(write_json):
    nameless = {key: value for key, value in ROW.items() if key != "env_id"}
    placed = {**TASK, "env_id": 0, "env_class_name": ROW["env_class_name"]}
    release = read_release(write_json("e.json", [nameless]), write_json("s.json", [placed]))
    assert len(one(release).scenarios) == 1
