"""The importer against a recorded release: what it measured upstream, and every recorded call."""

import ast
import copy
import json

import jsonschema
import pytest

from envscaler_mcp.interop.release import read_release
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.sandbox.policy import findings

PAIRS = {
    "played": ("environments.json", "played_scenarios.json", "trajectories.json"),
    "pipeline": tuple(
        f"one_pipeline_run/{kind}.json" for kind in ("environments", "scenarios", "trajectories")
    ),
}
BROKEN_UPSTREAM = {
    "env_103_sft": "create_document",
    "env_140_sft": "create_draft_report",
    "env_147_rl": "check_if_loan_is_overdue",
    "env_169_rl": "resolve_dispute",
    "env_176_rl": "restore_deleted_claim",
}


@pytest.fixture(scope="module")
def whole(released):
    return read_release(released / "environments.json", released / "scenarios.json")


@pytest.fixture(scope="module")
def pipeline(released):
    return read_release(*(released / name for name in PAIRS["pipeline"][:2]))


def test_everything_imports_and_only_known_damage_is_told(whole, pipeline):
    assert (len(whole.environments), len(pipeline.environments)) == (25, 1)
    assert whole.problems == pipeline.problems == ()
    problems = [
        problem for each in (*whole.environments, *pipeline.environments) for problem in each.problems
    ]
    assert {problem.severity for problem in problems} == {"warning"}
    repaired = {problem.where.split("(")[1].split(")")[0]: problem.where.split(": ")[-1]
                for problem in problems if problem.code == "repaired"}  # fmt: skip
    assert repaired == BROKEN_UPSTREAM
    assert {problem.code for problem in problems} == {"repaired", "tool_renamed"}


def test_names_and_texts_keep_the_limits_of_clients(whole):
    for each in whole.environments:
        card = each.environment.card
        for tool in card.tools:
            assert len(f"mcp__{card.name}__{tool.name}") <= 64
            assert 0 < len(tool.description) <= 500
            assert tool.input["additionalProperties"] is False
            jsonschema.Draft202012Validator.check_schema(tool.input)
            for told in tool.input["properties"].values():
                assert 0 < len(told["description"]) <= 300
            assert not {"$ref", "default", "format"} & keys(tool.input)


def keys(value, inside_properties=False):
    found = set()
    if isinstance(value, dict):
        found |= set() if inside_properties else set(value)
        for key, part in value.items():
            found |= keys(part, key == "properties" and not inside_properties)
    elif isinstance(value, list):
        for part in value:
            found |= keys(part)
    return found


def test_the_release_and_the_analysis_of_writes_agree(whole, released):
    rows = json.loads((released / "environments.json").read_text())
    for each in whole.environments:
        said = {row["operation_name"]: row["operation_type"] for row in rows[each.env_id]["operation_list"]}
        for tool in each.environment.card.tools:
            assert (tool.kind == "read") == (said[tool.released_name or tool.name] == "query"), tool.name


@pytest.mark.parametrize("pair", PAIRS)
def test_no_schema_is_stricter_than_the_class_was(released, pair):
    environments, scenarios, trajectories = (released / name for name in PAIRS[pair])
    release = read_release(environments, scenarios)
    tools = {
        (each.env_id, tool.released_name or tool.name): tool.input
        for each in release.environments
        for tool in each.environment.card.tools
    }
    accepted = 0
    for recorded in json.loads(trajectories.read_text()):
        for step in recorded["trajectory"]:
            action = step.get("action", {})
            schema = tools.get((recorded["task_info"]["env_id"], action.get("name")))
            if schema is not None and "TypeError" not in str(step["observation"]["content"]):
                jsonschema.validate(action["arguments"], schema)
                accepted += 1
    assert accepted == {"played": 78, "pipeline": 151}[pair]


def start_state(environment, config):
    """The state as upstream has it at the start: the attributes of the loaded instance."""
    names = {"__name__": "released"}
    exec(compile(environment.source, environment.card.name, "exec"), names)
    try:
        instance = names[environment.card.class_name](copy.deepcopy(config))
    except TypeError:
        instance = names[environment.card.class_name]()
    for key, value in copy.deepcopy(config).items():
        setattr(instance, key, value)
    return vars(instance)


def verdict(source, function, states, **names):
    try:
        exec(source, names)
        return names[function](*copy.deepcopy(states))
    except Exception:  # noqa: BLE001  (whatever it raises, it counts as false)
        return None


@pytest.mark.parametrize(
    ("files", "figures"),
    [
        (("environments.json", "scenarios.json"), (37, 1043, 513, 27, 0.1646)),
        (PAIRS["pipeline"][:2], (14, 130, 49, 14, 0.3759)),
    ],
)
def test_converted_checks_say_what_upstream_says(released, files, figures):
    release = read_release(*(released / name for name in files))
    rows = {
        row["task_id"]: row["checklist_with_func"] for row in json.loads((released / files[1]).read_text())
    }
    shares, checks, true = [], 0, 0
    for each in release.environments:
        for scenario, grading in each.scenarios:
            state = start_state(each.environment, scenario.start)
            ours = [verdict(check.source, "check", (state, state)) for check in grading.checks]
            theirs = [
                verdict(row["check_func"], "check_func", (state,), initial_state=copy.deepcopy(state))
                for row in rows[scenario.id]
            ]
            assert ours == theirs
            held = sum(value is True for value in ours)
            checks, true = checks + len(ours), true + held
            shares.append(held / len(ours))
    paying = sum(share > 0 for share in shares)
    assert (len(shares), checks, true, paying, round(sum(shares) / len(shares), 4)) == figures


def test_repaired_classes_differ_from_the_released_ones_in_a_few_lines_only(whole, released):
    rows = json.loads((released / "environments.json").read_text())
    for each in whole.environments:
        before = rows[each.env_id]["env_class_code"].strip().splitlines()
        after = each.environment.source.strip().splitlines()
        ast.parse(each.environment.source)
        changed = set(after) - set(before)
        if each.env_id not in BROKEN_UPSTREAM:
            assert before == after
        elif each.env_id != "env_176_rl":
            assert len(changed) <= 4


def test_every_repaired_class_keeps_the_policy_for_foreign_code(whole, pipeline):
    for each in (*whole.environments, *pipeline.environments):
        assert findings(each.environment.source) == [], each.env_id


def test_converted_checks_run_where_checks_run(pipeline):
    [imported] = pipeline.environments
    held = 0
    with CheckRunner() as runner:
        for scenario, grading in imported.scenarios:
            state = dict(start_state(imported.environment, scenario.start))
            results = runner.run([check.source for check in grading.checks], state, state)
            held += sum(result.ok is True for result in results)
    assert held == 49
