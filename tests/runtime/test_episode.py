"""Calls, rollback, snapshots, journals and rebuilding."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.episode import Diverged, Episode, UnknownTool
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.world import BadStart

from .clinic import NOW, episode, start

PATIENTS = st.sampled_from(["PAT-1", "x"])
VISITS = st.fixed_dictionaries({"patient_id": PATIENTS, "count": st.integers(-5, 5)})
CALLS = st.lists(
    st.tuples(st.just("add_visit"), VISITS)
    | st.tuples(st.sampled_from(["admit", "wait"]), st.just({}))
    | st.tuples(st.just("get_patient"), st.fixed_dictionaries({"patient_id": PATIENTS})),
    max_size=12,
)


def test_a_result_never_aliases_the_state() -> None:
    one = episode()
    one.call("get_patient", {"patient_id": "PAT-1"}).result["visits"] = 99
    assert one.call("get_patient", {"patient_id": "PAT-1"}).result["visits"] == 3


def test_a_refusal_takes_back_what_was_written() -> None:
    one = episode()
    before = one.digest()
    outcome = one.call("add_visit", {"patient_id": "PAT-1", "count": 4})
    assert (outcome.is_error, outcome.code) == (True, "too_many")
    assert outcome.result == {"code": "too_many", "message": "At most 5 visits."}
    assert one.digest() == before
    assert one.diff() == []


def test_an_escaped_exception_is_an_answer_and_takes_back(caplog: pytest.LogCaptureFixture) -> None:
    one = episode()
    with caplog.at_level(logging.CRITICAL):
        outcome = one.call("fail", {"patient_id": "PAT-1"})
    assert outcome.code == "tool_crashed"
    assert "ZeroDivisionError" in outcome.result["message"]
    assert one.state()["patients"]["PAT-1"]["visits"] == 3


def test_a_rule_broken_in_the_middle_stays_broken_after_a_repair() -> None:
    one = episode(patients={"PAT-1": {"id": "PAT-1", "visits": 3}})
    assert one.broken_rules() == []
    one.call("set_limit", {"limit": 2})
    one.call("set_limit", {"limit": 5})
    assert one.broken_rules() == one.fork().broken_rules() == ["within_limit"]
    again = Episode.rebuild(one.form, one.start_state, one.header, one.journal)
    assert again.broken_rules() == ["within_limit"]


def test_a_rule_that_fails_inside_is_broken_and_the_episode_goes_on() -> None:
    one = episode()
    one.call("set_limit", {"limit": -1})
    assert one.broken_rules() == ["within_limit", "no_negative_limit"]
    assert not one.call("get_patient", {"patient_id": "PAT-1"}).is_error


def test_a_write_that_leaves_an_invalid_state_is_taken_back(caplog: pytest.LogCaptureFixture) -> None:
    one = episode(limit=100)
    with caplog.at_level(logging.CRITICAL):
        assert one.call("add_visit", {"patient_id": "PAT-1", "count": 20}).code == "tool_crashed"
    assert one.diff() == []


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("get_patient", {}, "patient_id: this argument is required"),
        ("get_patient", {"patient_id": 3}, "patient_id"),
        (
            "get_patient",
            {"patient_id": "PAT-1", "colour": 1},
            "colour: unknown argument; the arguments are: patient_id",
        ),
        ("list_patients", {"order": "size"}, "must be one of 'id' or 'visits'"),
        ("list_patients", {"order": "id", "limit": 51}, "less than or equal to 50"),
        ("list_patients", {"order": "id", "born_after": "1990-13-01"}, "born_after"),
        ("add_visit", {"patient_id": "PAT-1", "count": 1.5}, "count"),
        ("add_visit", {"patient_id": "PAT-1", "count": True}, "count"),
    ],
)
def test_bad_arguments_are_refused_by_name_and_reason(
    tool: str, arguments: dict[str, Any], words: str
) -> None:
    outcome = episode().call(tool, arguments)
    assert outcome.code == "invalid_arguments"
    assert words in outcome.result["message"]


def test_an_integral_float_is_an_integer() -> None:
    assert episode().call("add_visit", {"patient_id": "PAT-1", "count": 1.0}).result["visits"] == 4


def test_an_unknown_tool_is_no_outcome() -> None:
    with pytest.raises(UnknownTool):
        episode().call("model_dump", {})


def test_a_bad_start_names_the_place() -> None:
    with pytest.raises(BadStart, match="/patients/PAT-1/visits"):
        episode(patients={"PAT-1": {"id": "PAT-1", "visits": "many"}})


def test_a_repeated_request_id_does_not_act_twice() -> None:
    one = episode()
    first = one.call("add_visit", {"patient_id": "PAT-1", "count": 1}, "r1")
    assert one.call("add_visit", {"patient_id": "PAT-1", "count": 1}, "r1") == first
    assert one.state()["patients"]["PAT-1"]["visits"] == 4
    assert len(one.journal) == 1


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("add_visit", {"patient_id": "PAT-1", "count": 2}),
        ("add_visit", {"patient_id": "PAT-1", "count": True}),
        ("add_visit", {"patient_id": "PAT-1"}),
        ("get_patient", {"patient_id": "PAT-1", "count": 1}),
    ],
)
def test_a_request_id_stands_for_one_call_only(tool: str, arguments: dict[str, Any]) -> None:
    one = episode()
    first = one.call("add_visit", {"patient_id": "PAT-1", "count": 1}, "r1")
    again = Episode.rebuild(one.form, one.start_state, one.header, one.journal)
    for asked in (one, one.fork(), again):
        refused = asked.call(tool, arguments, "r1")
        assert (refused.is_error, refused.code) == (True, "request_id_reused")
        assert "call 1 (add_visit)" in refused.result["message"]
        assert asked.call("add_visit", {"count": 1.0, "patient_id": "PAT-1"}, "r1") == first
        assert (len(asked.journal), asked.digest()) == (1, one.digest())


def test_a_call_that_was_stopped_is_answered_again_after_a_rebuild() -> None:
    one = episode()
    stopped = {"code": "timed_out", "message": "The tool was stopped."}
    call = {"n": 1, "request_id": "r1", "tool": "admit", "arguments": {}}
    entry = {**call, "result": stopped, "is_error": True, "state_digest": one.digest()}
    again = Episode.rebuild(one.form, one.start_state, one.header, [entry])
    assert again.call("admit", {}, "r1").result == stopped
    assert again.digest() == one.digest()


def test_a_call_that_cannot_be_written_down_has_not_happened() -> None:
    one = episode()
    one.call("admit", {})
    before, snapshot = one.digest(), one.snapshot()

    def full(_: Any) -> None:
        raise OSError("no space left")

    one.on_entry = full
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            one.call("set_limit", {"limit": 0}, "r1")
    assert (len(one.journal), one.digest(), one.snapshot()) == (1, before, snapshot)
    assert one.broken_rules() == []
    one.on_entry = None
    assert one.call("set_limit", {"limit": 4}, "r1").result == {"result": 4}
    assert one.journal[1]["n"] == 2


def test_an_empty_snapshot_is_no_way_back() -> None:
    one = episode()
    before = one.digest()
    with pytest.raises(ValueError, match="rebuild the episode from its journal"):
        one.restore(b"")
    assert one.digest() == before


OPAQUE = """
class Row:
    pass

class Shop:
    def __init__(self):
        self.count = 0
        self.row = Row()  # nothing brings it back but the calls themselves

    def put(self):
        self.count += 1
        return {"success": True, "count": self.count}

    def refuse(self):
        self.count = 99
        return {"success": False, "error": "no"}
"""


def test_what_could_not_be_taken_back_is_tried_again_before_the_next_call() -> None:
    same: dict[str, Any] = {"annotations": {"readOnlyHint": False}, "inputSchema": {"type": "object"}}
    tools = [{"name": name, **same} for name in ("put", "refuse")]
    form = load_form(OPAQUE, name="shop", form="plain", class_name="Shop", tools=tools)
    one = Episode.start(form, {}, NOW, 1)
    assert one.call("put", {}).result["count"] == 1
    (entry,) = one.journal
    truth = entry["state_digest"]
    entry["state_digest"] = "sha256:another"  # as if the same call led elsewhere now
    for tool in ("refuse", "put"):
        with pytest.raises(Diverged):
            one.call(tool, {})
    entry["state_digest"] = truth
    assert one.call("put", {}).result["count"] == 2
    assert [entry["n"] for entry in one.journal] == [1, 2]


def test_an_entry_is_handed_on_before_the_answer() -> None:
    one = episode()
    seen: list[dict[str, Any]] = []
    one.on_entry = seen.append
    one.call("admit", {})
    assert seen == one.journal


def test_volatile_fields_are_outside_digest_and_difference() -> None:
    plain, seen = episode(), episode(patients={"PAT-1": {**start()["patients"]["PAT-1"], "seen": 4}})
    assert plain.digest() == seen.digest()


def test_now_stands_still_unless_a_tool_advances_it() -> None:
    one = episode()
    one.call("get_patient", {"patient_id": "PAT-1"})
    assert one.call("wait", {}).result == {"result": "2026-03-02T10:00:00+00:00"}


def test_restore_goes_back_and_the_ids_with_it() -> None:
    one = episode()
    snapshot = one.snapshot()
    first = one.call("admit", {}).result
    one.restore(snapshot)
    assert one.diff() == []
    assert one.call("admit", {}).result == first


def test_a_fork_is_independent() -> None:
    one = episode()
    one.call("admit", {})
    other = one.fork()
    other.call("add_visit", {"patient_id": "PAT-1", "count": 1})
    assert one.digest() != other.digest()
    assert [entry["tool"] for entry in other.journal] == ["admit", "add_visit"]
    assert other.initial == one.initial


@given(CALLS)
def test_a_rebuilt_episode_is_the_same_to_the_byte(calls: list[tuple[str, dict[str, Any]]]) -> None:
    one = episode()
    for tool, arguments in calls:
        one.call(tool, arguments)
    again = Episode.rebuild(one.form, one.start_state, one.header, one.journal)
    assert dumps(again.journal) == dumps(one.journal)
    assert again.snapshot() == one.snapshot()


def test_a_changed_journal_does_not_rebuild() -> None:
    one = episode()
    one.call("add_visit", {"patient_id": "PAT-1", "count": 1})
    forged = [{**one.journal[0], "arguments": {"patient_id": "PAT-1", "count": 2}}]
    with pytest.raises(Diverged):
        Episode.rebuild(one.form, one.start_state, one.header, forged)


def test_where_nobody_audits_digests_and_rules_wait_until_asked_for() -> None:
    kept, quick = episode(), episode()
    quick.audited = False
    for one in (kept, quick):
        one.call("add_visit", {"patient_id": "PAT-1", "count": 1})
    assert quick.journal[0]["state_digest"] == ""
    assert quick.digest() == kept.digest() == kept.journal[0]["state_digest"]
    assert quick.fork().digest() == kept.digest()
    quick.call("set_limit", {"limit": 0})
    assert quick.broken_rules() == ["within_limit"]
