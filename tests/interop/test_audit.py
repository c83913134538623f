"""An audit finds each planted fault, and says it of the right row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.interop.audit import Audit, headline, read_audit, sentences
from tests.interop.audits import CLASS, audited, depot, files, recording, task

Auditing = Callable[..., Audit]

PLANTED = (
    "goal",
    "free",
    "raises",
    "truthy",
    "endless",
    "broken",
    "contradictory",
    "unreachable",
    "equal",
    "literal",
)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """Each kind of fault once, and a recorded solution of a scenario beside it."""
    folder = tmp_path_factory.mktemp("planted")
    # What nobody can make true (t2: the second) keeps no recording from being a solution.
    rows = [task(*PLANTED), task("goal", "broken", "contradictory", "unreachable", "free", task_id="t2")]
    return audited(files(folder, [depot()], rows, [recording("t1"), recording("t2")]))


def numbers(audit: Audit, code: str, scenario: str = "t1") -> list[str]:
    return [PLANTED[check.number - 1] for one, check, _ in audit.found(code) if one.id == scenario]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("true_at_start", ["free", "contradictory"]),
        ("crashed", ["raises", "truthy", "endless", "broken"]),
        ("unreachable", ["raises", "endless", "unreachable"]),
        ("equal", ["equal"]),
        ("literal_text", ["literal"]),
        ("literal_untold", ["literal"]),
        ("lost", ["contradictory"]),
        ("contradictory", []),
    ],
)
def test_each_planted_fault_is_found_where_it_is(planted: Audit, code: str, expected: list[str]):
    assert numbers(planted, code) == expected


def test_only_a_recording_that_solves_makes_a_check_contradictory(planted: Audit):
    ((scenario, check, finding),) = planted.found("contradictory")
    assert (scenario.id, check.number) == ("t2", 3)
    assert "trajectories.json: row 2" in finding.message
    assert [(one.recordings, one.solutions) for one in planted.scenarios] == [(1, 0), (1, 1)]


def test_the_reward_for_nothing_is_upstreams(planted: Audit):
    assert [one.noop_reward for one in planted.scenarios] == [0.2, 0.4]
    assert (planted.noop_paid, planted.noop_reward_mean) == (2, 0.3)


def test_a_crash_says_why(planted: Audit):
    said = [finding.message for one, _, finding in planted.found("crashed") if one.id == "t1"]
    words = ("vans", "dict", "stopped", "parse")
    assert [word in text for word, text in zip(words, said, strict=True)] == [True] * 4


def test_rows_are_named(planted: Audit):
    assert [one.where for one in planted.scenarios] == [
        "scenarios.json: row 1 (t1)",
        "scenarios.json: row 2 (t2)",
    ]
    assert planted.errors[0].where == "scenarios.json: row 1 (t1): check 6"


def test_tools_are_played(planted: Audit):
    (environment,) = planted.environments
    assert {tool.name: tool.differs for tool in environment.nondeterministic} == {
        "add_note": "run",
        "list_statuses": "process",
    }
    assert [(tool.name, "KeyError" in tool.raised[0].message) for tool in environment.raising] == [
        ("get_parcel", True)
    ]


def test_state_that_no_check_looks_at_is_told(planted: Audit):
    (environment,) = planted.environments
    assert [(part.attribute, part.written) for part in environment.unseen] == [("log", True)]


def test_the_worst_comes_first_and_the_verdict_is_plain(planted: Audit):
    assert [one.id for one in planted.worst(1)] == ["t2"]
    assert headline(planted).grade == "unfit"
    assert any("paid in 2 of 2 scenarios" in one for one in sentences(planted))


def test_a_sound_release_is_sound(tmp_path: Path):
    audit = audited(files(tmp_path, [depot()], [task("goal")]))
    assert audit.sound
    assert headline(audit).grade == "sound"
    assert (audit.telling, audit.noop_paid, audit.worst(9)) == (1, 0, [])


def test_wording_that_the_task_gives_may_be_compared(tmp_path: Path):
    told = "Note that “the parcel  left the depot this morning”."
    audit = audited(files(tmp_path, [depot()], [task("literal", task=told)]))
    assert (audit.count("literal_text"), audit.count("literal_untold")) == (1, 0)


BAD_CLASS = CLASS.replace("import uuid", "import os, uuid").replace("str(uuid.uuid4())", "os.getcwd()")
DIES = CLASS.replace("        self.notes[str(uuid.uuid4())] = text", "        raise SystemExit(3)")


def test_damaged_rows_are_told_and_the_good_ones_judged(tmp_path: Path):
    environments = [
        depot(),
        depot("env_2", env_class_code=BAD_CLASS),
        depot("env_3", env_class_code="class Depot(:"),
    ]
    rows = [
        task("goal"),
        task("goal", task_id="t2", env_id="env_2"),
        task("goal", task_id="t3", env_id="env_3"),
        task("goal", task_id="t4", init_config="{"),
        task("goal", task_id="t5", env_id="nowhere"),
        task("goal", task_id="t6", checklist_with_func=[]),
        task("goal", task_id="t7", checklist_with_func="["),
        7,
    ]
    audit = audited(files(tmp_path, environments, rows))
    assert [one.id for one in audit.scenarios] == ["t1"]
    told = "\n".join(f"{one.code} {one.where}" for one in audit.errors)
    for number in range(2, 9):
        assert f"scenarios.json: row {number}" in told
    assert "policy environments.json: row 2" in told
    assert "class_syntax environments.json: row 3" in told
    assert not audit.sound


def test_trust_runs_what_the_policy_has_findings_on(tmp_path: Path):
    paths = files(tmp_path, [depot(env_class_code=BAD_CLASS)], [task("goal")])
    assert audited(paths).scenarios == []
    assert [one.id for one in audited(paths, trusted=True).scenarios] == ["t1"]


def test_a_tool_that_ends_its_process_is_told_and_the_rest_played(tmp_path: Path):
    audit = audited(files(tmp_path, [depot(env_class_code=DIES)], [task("goal")]), trusted=True)
    (environment,) = audit.environments
    assert {"add_note", "get_parcel"} == {tool.name for tool in environment.raising}
    assert len(environment.tools) == 4
    assert [one.noop_reward for one in audit.scenarios] == [0.0]


def test_a_release_without_a_recording_of_its_scenarios_says_so(tmp_path: Path):
    audit = audited(files(tmp_path, [depot()], [task("goal")], [recording("t9")]))
    assert [(one.code, one.severity) for one in audit.problems] == [("stray_recording", "warning")]


def test_a_whole_file_of_no_use_is_bad_input(tmp_path: Path):
    with pytest.raises(BadInput, match="not strict JSON"):
        read_audit(*files(tmp_path, "{", [task("goal")]))


def test_the_figures_of_the_recorded_release(released: Path):
    audit = audited([released / "environments.json", released / "scenarios.json"])
    figures = (len(audit.scenarios), audit.checks, audit.count("true_at_start"), audit.noop_paid)
    assert (*figures, audit.noop_reward_mean) == (37, 1043, 513, 27, 0.1646)
    assert audit.count("crashed") == 0
    assert audit.worst(1)[0].id == "env_144_rl-task_1"
    assert audit.worst(1)[0].count("true_at_start") == 440


def test_the_figures_of_a_whole_run(released: Path):
    run = released / "one_pipeline_run"
    audit = audited([run / "environments.json", run / "scenarios.json", run / "trajectories.json"])
    figures = (len(audit.scenarios), audit.checks, audit.count("true_at_start"), audit.noop_paid)
    assert (*figures, audit.noop_reward_mean) == (14, 130, 49, 14, 0.3759)
    assert sum(one.solutions for one in audit.scenarios) == 1
