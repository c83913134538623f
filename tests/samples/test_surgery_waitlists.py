"""Surgery waitlists: the mechanics, the scenarios, and what no sequence of calls may do."""

from __future__ import annotations

import datetime as dt
import inspect
import random
from typing import Any

import pytest

from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.samples.surgery_waitlists import CLASS, scenarios
from envscaler_mcp.samples.surgery_waitlists.world import NOW, world
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import outside
from envscaler_mcp.spec.scenario import Call, Grading, Scenario

FORM = NativeForm(CLASS)
PAIRS = scenarios()
IDS = [scenario.id for scenario, _ in PAIRS]


@pytest.fixture
def episode() -> Episode:
    return Episode.start(FORM, world(), NOW, 1)


def entry(episode: Episode, entry_id: str) -> dict[str, Any]:
    return episode.state()["entries"][entry_id]


def code(episode: Episode, tool: str, **arguments: Any) -> str | None:
    """The refusal's code, or None; whatever happens, the rules hold and a refusal leaves no trace."""
    before = episode.digest()
    outcome = episode.call(tool, arguments)
    assert outcome.code is None or episode.digest() == before
    assert episode.broken_rules() == []
    return outcome.code


def place(episode: Episode, entry_id: str, list_id: str, answer: str = "accepted") -> None:
    offer = episode.call("offer_place", {"entry_id": entry_id, "list_id": list_id})
    assert not offer.is_error, offer.result
    assert code(episode, "record_answer", offer_id=offer.result["id"], answer=answer) is None


class TestPlaces:
    def test_the_start_state_obeys_every_rule(self, episode: Episode) -> None:
        assert episode.broken_rules() == []

    @pytest.mark.parametrize(
        ("entry_id", "list_id", "ground"),
        [
            ("ENT-13", "LST-12", "list_closed"),  # cancelled
            ("ENT-22", "LST-18", "list_closed"),  # in the past
            ("ENT-13", "LST-08", "not_skilled"),
            ("ENT-35", "LST-09", "past_deadline"),
            ("ENT-11", "LST-07", "no_consent"),  # ends the day before
            ("ENT-38", "LST-09", "no_consent"),  # was never given
            ("ENT-22", "LST-03", "declined_here"),
            ("ENT-15", "LST-07", "no_time"),
            ("ENT-24", "LST-08", "out_of_turn"),
            ("ENT-01", "LST-11", "wrong_status"),
            ("ENT-99", "LST-11", "unknown_entry"),
            ("ENT-13", "LST-99", "unknown_list"),
        ],
    )
    def test_no_place_without_its_conditions(
        self, episode: Episode, entry_id: str, list_id: str, ground: str
    ) -> None:
        assert code(episode, "offer_place", entry_id=entry_id, list_id=list_id) == ground

    def test_nobody_is_in_two_places_on_a_day(self, episode: Episode) -> None:
        wanted = {"patient_id": "PAT-25", "procedure_id": "PRC-07", "priority": "P2"}
        entry_id = episode.call("add_entry", wanted).result["id"]
        episode.call("record_consent", {"entry_id": entry_id, "signed_on": "2026-03-02"})
        assert code(episode, "offer_place", entry_id=entry_id, list_id="LST-08") == "patient_busy"

    def test_an_offer_holds_its_time(self, episode: Episode) -> None:
        offer = episode.call("offer_place", {"entry_id": "ENT-22", "list_id": "LST-08"})
        assert offer.result["answer_by"] == "2026-03-05"
        assert episode.call("get_list", {"list_id": "LST-08"}).result["free_minutes"] == 20
        assert code(episode, "offer_place", entry_id="ENT-24", list_id="LST-08") == "no_time"

    def test_an_offer_ends_the_day_before_the_list(self, episode: Episode) -> None:
        offer = episode.call("offer_place", {"entry_id": "ENT-16", "list_id": "LST-01"})
        assert offer.result["answer_by"] == "2026-03-02"

    def test_a_freed_place_goes_down_the_line(self, episode: Episode) -> None:
        place(episode, "ENT-12", "LST-07", "declined")
        place(episode, "ENT-13", "LST-07")
        assert entry(episode, "ENT-12")["outcome"] == "declined_twice"
        assert entry(episode, "ENT-13")["list_id"] == "LST-07"


class TestAnswers:
    def test_an_expired_offer_can_only_lapse(self, episode: Episode) -> None:
        assert code(episode, "record_answer", offer_id="OFF-01", answer="accepted") == "wrong_answer"
        assert code(episode, "record_answer", offer_id="OFF-01", answer="lapsed") is None
        assert entry(episode, "ENT-21")["status"] == "closed"

    def test_an_offer_that_is_open_cannot_lapse(self, episode: Episode) -> None:
        assert code(episode, "record_answer", offer_id="OFF-03", answer="lapsed") == "wrong_answer"

    def test_an_offer_is_answered_once(self, episode: Episode) -> None:
        assert code(episode, "record_answer", offer_id="OFF-03", answer="declined") is None
        assert code(episode, "record_answer", offer_id="OFF-03", answer="accepted") == "wrong_answer"
        assert (entry(episode, "ENT-33")["status"], entry(episode, "ENT-33")["declines"]) == ("waiting", 1)


class TestPostponement:
    def test_a_later_day_counts_and_counts_once(self, episode: Episode) -> None:
        assert code(episode, "move_booking", entry_id="ENT-02", list_id="LST-11") is None
        assert entry(episode, "ENT-02")["postponements"] == 1
        assert code(episode, "release_booking", entry_id="ENT-02", wish="hospital") == "not_postponable"

    def test_an_earlier_day_does_not_count(self, episode: Episode) -> None:
        assert code(episode, "move_booking", entry_id="ENT-01", list_id="LST-01") is None
        assert entry(episode, "ENT-01")["postponements"] == 1

    def test_p1_is_never_postponed(self, episode: Episode) -> None:
        assert code(episode, "change_priority", entry_id="ENT-25", priority="P1") == "past_deadline"
        wanted = {"patient_id": "PAT-20", "procedure_id": "PRC-03", "priority": "P1"}
        entry_id = episode.call("add_entry", wanted).result["id"]
        assert code(episode, "record_consent", entry_id=entry_id, signed_on="2026-03-02") is None
        place(episode, entry_id, "LST-01")
        assert code(episode, "release_booking", entry_id=entry_id, wish="hospital") == "not_postponable"

    def test_a_list_is_cancelled_after_protected_entries_have_left(self, episode: Episode) -> None:
        assert code(episode, "cancel_list", list_id="LST-06") == "not_postponable"
        assert code(episode, "move_booking", entry_id="ENT-01", list_id="LST-01") is None
        assert code(episode, "cancel_list", list_id="LST-06") is None
        moved = entry(episode, "ENT-02")
        assert (moved["status"], moved["postponements"]) == ("waiting", 1)

    def test_cancelling_withdraws_offers_without_a_decline(self, episode: Episode) -> None:
        assert code(episode, "cancel_list", list_id="LST-14") is None
        assert episode.state()["offers"]["OFF-03"]["status"] == "withdrawn"
        assert (entry(episode, "ENT-33")["status"], entry(episode, "ENT-33")["declines"]) == ("waiting", 0)


class TestEntries:
    def test_the_deadline_follows_the_class(self, episode: Episode) -> None:
        assert code(episode, "change_priority", entry_id="ENT-04", priority="P2") == "past_deadline"
        assert code(episode, "move_booking", entry_id="ENT-04", list_id="LST-11") is None
        assert code(episode, "change_priority", entry_id="ENT-04", priority="P2") is None
        assert entry(episode, "ENT-04")["treat_by"] == "2026-03-20"

    def test_one_open_entry_for_a_procedure(self, episode: Episode) -> None:
        again = {"patient_id": "PAT-22", "procedure_id": "PRC-09", "priority": "P4"}
        assert code(episode, "add_entry", **again) == "already_listed"
        assert code(episode, "close_entry", entry_id="ENT-22", outcome="withdrawn") is None
        assert code(episode, "add_entry", **again) is None

    @pytest.mark.parametrize(
        ("signed_on", "refused"),
        [
            ("2026-03-02", None),
            ("2025-12-02", None),  # 90 days ago
            ("2025-12-01", "bad_date"),
            ("2026-03-03", "bad_date"),
            ("0001-01-01", "bad_date"),
            ("9999-12-31", "bad_date"),
        ],
    )
    def test_a_consent_is_recent(self, episode: Episode, signed_on: str, refused: str | None) -> None:
        assert code(episode, "record_consent", entry_id="ENT-38", signed_on=signed_on) == refused

    def test_a_consent_is_never_replaced_by_an_older_one(self, episode: Episode) -> None:
        assert code(episode, "record_consent", entry_id="ENT-13", signed_on="2026-01-29") == "bad_date"

    def test_without_consent_the_place_is_lost(self, episode: Episode) -> None:
        assert code(episode, "withdraw_consent", entry_id="ENT-33") is None
        assert episode.state()["offers"]["OFF-03"]["status"] == "withdrawn"
        assert entry(episode, "ENT-33")["declines"] == 0

    def test_only_who_can_have_no_place_is_transferred(self, episode: Episode) -> None:
        assert code(episode, "close_entry", entry_id="ENT-13", outcome="transferred") == "can_be_placed"
        assert code(episode, "close_entry", entry_id="ENT-42", outcome="transferred") is None


class TestSurgeons:
    @pytest.mark.parametrize(
        ("list_id", "surgeon_id", "refused"),
        [
            ("LST-11", "SUR-7", None),
            ("LST-11", "SUR-2", "not_skilled"),
            ("LST-06", "SUR-7", "surgeon_busy"),
            ("LST-12", "SUR-7", "list_closed"),
        ],
    )
    def test_a_list_goes_to_a_surgeon_who_is_free_and_skilled(
        self, episode: Episode, list_id: str, surgeon_id: str, refused: str | None
    ) -> None:
        assert code(episode, "reassign_list", list_id=list_id, surgeon_id=surgeon_id) == refused


class TestRecords:
    def test_a_decision_is_recorded_once(self, episode: Episode) -> None:
        decision = {"entry_id": "ENT-18", "ground": "not_postponable", "note": "Once already."}
        assert code(episode, "decline_request", **decision) is None
        assert code(episode, "decline_request", **decision) == "already_recorded"

    def test_a_report_replaces_the_one_before(self, episode: Episode) -> None:
        report = {"subject": "free_minutes", "about": "SUR-3"}
        assert code(episode, "file_report", **report, figure=1) is None
        assert code(episode, "file_report", **report, figure=470) is None
        assert [row["figure"] for row in episode.state()["reports"].values()] == [470]

    def test_a_report_is_about_something(self, episode: Episode) -> None:
        assert code(episode, "file_report", subject="free_minutes", about="moon", figure=1) == "unknown_about"

    def test_figures_are_bounded(self, episode: Episode) -> None:
        report = {"subject": "free_minutes", "about": "hospital", "figure": 10**30}
        assert code(episode, "file_report", **report) == "invalid_arguments"

    def test_pages_end(self, episode: Episode) -> None:
        found = [episode.call("search_waitlist", {"page": page}).result["result"] for page in range(1, 7)]
        assert [len(rows) for rows in found] == [10, 10, 10, 10, 6, 0]


def resolve(value: Any, results: dict[int, Any]) -> Any:
    if isinstance(value, dict) and "$result" in value:
        step, pointer = value["$result"]
        return results[step][pointer.removeprefix("/")]
    return value


def played(scenario: Scenario, calls: tuple[Call, ...], *, without: int = -1, seed: int = 7) -> Episode:
    """The oracle without one step and what refers to it."""
    episode = Episode.start(FORM, scenario.start, NOW, seed)
    results: dict[int, Any] = {}
    for step, call in enumerate(calls):
        try:
            arguments = {name: resolve(value, results) for name, value in call.arguments.items()}
        except KeyError:
            continue
        if step != without and not (outcome := episode.call(call.tool, arguments)).is_error:
            results[step] = outcome.result
        assert episode.broken_rules() == []
    return episode


def verdicts(grading: Grading, episode: Episode) -> list[bool | None]:
    with CheckRunner() as runner:
        ran = runner.run([check.source for check in grading.checks], episode.initial, episode.state())
    assert [one.error for one in ran] == [None] * len(ran)
    return [one.ok for one in ran]


@pytest.mark.parametrize(("scenario", "grading"), PAIRS, ids=IDS)
class TestScenarios:
    def test_doing_nothing_earns_nothing(self, scenario: Scenario, grading: Grading) -> None:
        assert verdicts(grading, played(scenario, ())) == [check.kind == "guard" for check in grading.checks]

    @pytest.mark.parametrize("seed", [1, 991])
    def test_the_oracle_solves_it(self, scenario: Scenario, grading: Grading, seed: int) -> None:
        assert grading.oracle
        assert grading.frame
        episode = played(scenario, grading.oracle, seed=seed)
        assert all(verdicts(grading, episode))
        assert outside(grading.frame, episode.initial, episode.state(), FORM.roles) == ()
        assert {one.path for one in episode.diff() if not one.created} == set(grading.frame.changed)

    def test_every_write_is_needed(self, scenario: Scenario, grading: Grading) -> None:
        assert grading.oracle
        for step in range(len(grading.oracle)):
            assert not all(verdicts(grading, played(scenario, grading.oracle[:step])))
            assert not all(verdicts(grading, played(scenario, grading.oracle, without=step)))


TEXTS = ["", "x", "ENT-99", "a/b~c", "ж\u202e🙂", "maria", "hospital"]
DAYS = ["0001-01-01", "9999-12-31", "2026-03-02", "2026-02-20", "2025-12-02", "2025-12-01", "soon"]
OTHER: dict[str, list[Any]] = {
    "name": TEXTS,
    "page": [1, 2, 0, -(10**30), 10**30],
    "priority": ["P1", "P2", "P3", "P4", "P5"],
    "signed_on": DAYS,
    "answer": ["accepted", "accepted", "declined", "lapsed"],
    "wish": ["patient", "hospital"],
    "outcome": ["withdrawn", "transferred", "treated"],
    "ground": ["no_time", "out_of_turn", "bored"],
    "note": [*TEXTS, "x" * 501],
    "subject": ["free_minutes", "transferred"],
    "about": ["hospital", "SUR-1", *TEXTS],
    "figure": [0, 7, -1, 10**30, 1.0, True],
    "status": ["waiting", "booked", "closed"],
}
ROWS = {
    "entry_id": "entries", "list_id": "lists", "patient_id": "patients", "procedure_id": "procedures",
    "surgeon_id": "surgeons", "offer_id": "offers",
}  # fmt: skip


def arguments_for(tool: str, episode: Episode, chance: random.Random) -> dict[str, Any]:
    state = episode.state()
    pairs = possible(tool, episode) if tool in ("offer_place", "move_booking") else []
    if pairs and chance.random() < 0.7:
        return dict(zip(("entry_id", "list_id"), chance.choice(pairs[:6]), strict=True))
    parameters = inspect.signature(getattr(CLASS, tool)).parameters.values()
    wanted = [one.name for one in parameters if one.name != "self"]
    chosen = [name for name in wanted if chance.random() < 0.97]
    values = {name: [*state[ROWS[name]], "none"] if name in ROWS else OTHER[name] for name in chosen}
    return {name: chance.choice(values[name]) for name in chosen}


def possible(tool: str, episode: Episode) -> list[tuple[str, str]]:
    """Pairs of an entry and a list that may go together: random pairs hardly ever do."""
    state, status = episode.state(), "waiting" if tool == "offer_place" else "booked"
    entries = sorted((one for one in state["entries"].values() if one["status"] == status), key=standing)
    return [
        (one["id"], target["id"])
        for one in entries
        for target in state["lists"].values()
        if target["status"] == "open"
        and NOW.date() < dt.date.fromisoformat(target["day"]) <= dt.date.fromisoformat(one["treat_by"])
        and one["procedure_id"] in state["surgeons"][target["surgeon_id"]]["skills"]
    ]


def standing(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["priority"], row["referred_on"], row["id"]


@pytest.mark.parametrize("seed", range(2))
def test_no_sequence_of_calls_breaks_anything(seed: int) -> None:
    chance = random.Random(seed)
    often = ["offer_place", "record_answer", "record_answer", "move_booking", "record_consent"]
    tools = [*sorted(FORM.tools), *often]
    seen: set[str | None] = set()
    for _ in range(4):
        episode = Episode.start(FORM, world(), NOW, seed)
        for _ in range(150):
            tool = chance.choice(tools)
            before = episode.digest()
            outcome = episode.call(tool, arguments_for(tool, episode, chance))
            assert outcome.code != "tool_crashed", outcome.result
            assert episode.broken_rules() == []
            if outcome.is_error or FORM.tools[tool] == "read":
                assert episode.digest() == before
            seen.add(outcome.code)
    assert {None, "invalid_arguments", "wrong_status", "not_skilled"} <= seen
