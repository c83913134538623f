"""Account ledger: the mechanics, and how they reach into each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.samples.account_ledger import CLASS
from envscaler_mcp.samples.account_ledger.task import AFTER_CUTOFF, MORNING
from envscaler_mcp.samples.account_ledger.world import world

FORM = NativeForm(CLASS)


@pytest.fixture
def episode() -> Episode:
    return Episode.start(FORM, world(), MORNING, 1)


@pytest.fixture
def late() -> Episode:
    return Episode.start(FORM, world(), AFTER_CUTOFF, 1)


def code(episode: Episode, tool: str, **arguments: Any) -> str | None:
    """The refusal's code, or None; whatever happens, the rules hold and a refusal leaves no trace."""
    before = episode.digest()
    outcome = episode.call(tool, arguments)
    assert outcome.code is None or episode.digest() == before
    assert episode.broken_rules() == []
    return outcome.code


def made(episode: Episode, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a call that must succeed gives."""
    outcome = episode.call(tool, arguments)
    assert not outcome.is_error, outcome.result
    assert episode.broken_rules() == []
    return outcome.result


def approve(episode: Episode, transfer_id: str, *clerks: str) -> list[str | None]:
    return [code(episode, "approve_transfer", transfer_id=transfer_id, clerk_id=clerk) for clerk in clerks]


def transfer(episode: Episode, transfer_id: str) -> dict[str, Any]:
    return episode.state()["transfers"][transfer_id]


def account(episode: Episode, account_id: str) -> dict[str, Any]:
    return episode.state()["accounts"][account_id]


def request(episode: Episode, source: str, target: str, amount: int, clerk: str = "CL-06") -> dict[str, Any]:
    return made(
        episode, "request_transfer", source_id=source, target_id=target, amount=amount, reference="Test",
        clerk_id=clerk,
    )  # fmt: skip


class TestTransfers:
    def test_the_start_state_obeys_every_rule(self, episode: Episode) -> None:
        assert episode.broken_rules() == []

    def test_settling_books_both_sides(self, episode: Episode) -> None:
        assert approve(episode, "TR-0120", "CL-08") == [None]
        assert account(episode, "AC-1001")["balance"] == 4_812_300
        assert code(episode, "settle_transfer", transfer_id="TR-0120") is None
        assert account(episode, "AC-1001")["balance"] == 4_812_300 - 420_000
        posted = [row for row in episode.state()["entries"].values() if row["transfer_id"] == "TR-0120"]
        assert sum(row["amount"] for row in posted) == 0
        assert len(posted) == 2

    @pytest.mark.parametrize(
        ("change", "refused"),
        [
            ({}, None),
            ({"target_id": "AC-1013"}, "same_account"),
            ({"target_id": "AC-1017"}, "currency_mismatch"),
            ({"target_id": "AC-9999"}, "unknown_account"),
            ({"source_id": "AC-1008"}, "account_frozen"),
            ({"target_id": "AC-1008"}, None),  # money may come in
            ({"amount": 0}, "bad_amount"),
            ({"amount": 10**12 + 1}, "bad_amount"),
            ({"reference": " \t"}, "bad_text"),
            ({"reference": "two\nlines"}, "bad_text"),
            ({"clerk_id": "CL-07"}, "on_leave"),
        ],
    )
    def test_requests(self, episode: Episode, change: dict[str, Any], refused: str | None) -> None:
        wanted = {"source_id": "AC-1013", "target_id": "AC-1016", "amount": 1, "reference": "x"}
        assert code(episode, "request_transfer", **{**wanted, "clerk_id": "CL-06", **change}) == refused

    @pytest.mark.parametrize(
        ("transfer_id", "clerk", "refused"),
        [
            ("TR-0130", "CL-03", "over_authority"),
            ("TR-0134", "CL-03", "own_request"),
            ("TR-0129", "CL-01", "already_approved"),
            ("TR-0124", "CL-06", "over_authority"),
            ("TR-0118", "CL-08", "not_pending"),
            ("TR-0127", "CL-01", "not_pending"),  # suspended
            ("TR-0136", "CL-03", "insufficient_funds"),  # by one cent
            ("TR-0130", "CL-09", "on_leave"),
        ],
    )
    def test_approvals(self, episode: Episode, transfer_id: str, clerk: str, refused: str) -> None:
        assert approve(episode, transfer_id, clerk) == [refused]

    def test_one_approves_up_to_ten_thousand_and_two_above(self, episode: Episode) -> None:
        assert approve(episode, "TR-0135", "CL-03") == [None]
        assert transfer(episode, "TR-0135")["status"] == "approved"
        above = request(episode, "AC-1016", "AC-1013", 1_000_001)["id"]
        assert approve(episode, above, "CL-08") == [None]
        assert transfer(episode, above)["status"] == "pending"
        assert approve(episode, above, "CL-08", "CL-02") == ["already_approved", None]
        assert transfer(episode, above)["status"] == "approved"

    def test_the_daily_limit_counts_what_is_approved_and_what_has_settled(self, episode: Episode) -> None:
        assert approve(episode, "TR-0122", "CL-08") == [None]
        assert approve(episode, "TR-0123", "CL-08") == [None]
        assert approve(episode, "TR-0124", "CL-08") == ["daily_limit_exceeded"]
        assert code(episode, "reject_transfer", transfer_id="TR-0123", clerk_id="CL-08") is None
        assert approve(episode, "TR-0124", "CL-08") == [None]

    def test_an_approved_transfer_reserves_its_money(self, episode: Episode) -> None:
        assert approve(episode, "TR-0135", "CL-03") == [None]
        assert made(episode, "get_standing", account_id="AC-1021")["available"] == 145_000
        hold = {"account_id": "AC-1021", "kind": "deposit", "expires_on": "2026-04-09", "clerk_id": "CL-06"}
        assert code(episode, "place_hold", **hold, amount=145_001) == "insufficient_funds"
        assert code(episode, "place_hold", **hold, amount=145_000) is None

    def test_only_unfinished_transfers_are_rejected(self, episode: Episode) -> None:
        for transfer_id, refused in (("TR-0127", None), ("TR-0125", None), ("TR-0118", "not_pending")):
            assert code(episode, "reject_transfer", transfer_id=transfer_id, clerk_id="CL-04") == refused

    def test_only_what_is_approved_settles(self, episode: Episode) -> None:
        assert code(episode, "settle_transfer", transfer_id="TR-0120") == "not_approved"


class TestReversals:
    @pytest.mark.parametrize(
        ("transfer_id", "amount", "refused"),
        [
            ("TR-0104", 390_000, None),  # three business days ago
            ("TR-0103", 390_000, "window_passed"),  # four
            ("TR-0104", 390_001, "above_original"),
            ("TR-0104", 0, "bad_amount"),
            ("TR-0110", 1, "already_reversed"),
            ("TR-0111", 1, "is_reversal"),
            ("TR-0125", 1, "not_settled"),
        ],
    )
    def test_requests(self, episode: Episode, transfer_id: str, amount: int, refused: str | None) -> None:
        wanted = {"transfer_id": transfer_id, "amount": amount, "clerk_id": "CL-05"}
        assert code(episode, "reverse_transfer", **wanted) == refused

    def test_a_rejected_reversal_may_be_asked_for_again(self, episode: Episode) -> None:
        wanted = {"transfer_id": "TR-0104", "amount": 100, "clerk_id": "CL-05"}
        first = made(episode, "reverse_transfer", **wanted)["id"]
        assert code(episode, "reverse_transfer", **wanted) == "already_reversed"
        assert code(episode, "reject_transfer", transfer_id=first, clerk_id="CL-03") is None
        assert code(episode, "reverse_transfer", **wanted) is None

    def test_it_marks_its_original_when_it_settles(self, episode: Episode) -> None:
        wanted = {"transfer_id": "TR-0104", "amount": 390_000, "clerk_id": "CL-05"}
        reversal = made(episode, "reverse_transfer", **wanted)["id"]
        assert approve(episode, reversal, "CL-05", "CL-03") == ["own_request", None]
        assert transfer(episode, "TR-0104")["status"] == "settled"
        assert code(episode, "settle_transfer", transfer_id=reversal) is None
        assert transfer(episode, "TR-0104")["status"] == "reversed"

    def test_it_passes_the_daily_limit(self, episode: Episode) -> None:
        limit = {"account_id": "AC-1025", "amount": 87_900, "clerk_id": "CL-02"}
        assert code(episode, "set_daily_limit", **limit) is None
        wanted = {"transfer_id": "TR-0104", "amount": 390_000, "clerk_id": "CL-05"}
        assert approve(episode, made(episode, "reverse_transfer", **wanted)["id"], "CL-03") == [None]

    def test_a_frozen_account_gives_nothing_back(self, episode: Episode) -> None:
        assert code(episode, "freeze_account", account_id="AC-1025", clerk_id="CL-02") is None
        wanted = {"transfer_id": "TR-0104", "amount": 1, "clerk_id": "CL-05"}
        assert code(episode, "reverse_transfer", **wanted) == "account_frozen"


class TestHolds:
    @pytest.mark.parametrize(
        ("hold_id", "clerk", "refused"),
        [
            ("HD-04", "CL-03", None),
            ("HD-05", "CL-03", "own_hold"),
            ("HD-06", "CL-03", "supervisor_only"),
            ("HD-06", "CL-01", "own_hold"),
            ("HD-06", "CL-02", None),
            ("HD-08", "CL-03", "not_active"),
            ("HD-99", "CL-03", "unknown_hold"),
        ],
    )
    def test_releases(self, episode: Episode, hold_id: str, clerk: str, refused: str | None) -> None:
        assert code(episode, "release_hold", hold_id=hold_id, clerk_id=clerk) == refused

    @pytest.mark.parametrize(
        ("kind", "last_day", "refused"),
        [
            ("legal", "2026-04-02", "supervisor_only"),
            ("dispute", "2026-04-02", None),
            ("dispute", "2026-04-01", "bad_date"),
            ("dispute", "0001-01-01", "bad_date"),
            ("dispute", "9999-12-31", None),
        ],
    )
    def test_placing(self, episode: Episode, kind: str, last_day: str, refused: str | None) -> None:
        hold = {"account_id": "AC-1002", "kind": kind, "amount": 1, "expires_on": last_day}
        assert code(episode, "place_hold", **hold, clerk_id="CL-06") == refused

    def test_releasing_makes_room_for_a_payment(self, episode: Episode) -> None:
        assert approve(episode, "TR-0136", "CL-03") == ["insufficient_funds"]
        assert code(episode, "release_hold", hold_id="HD-03", clerk_id="CL-06") is None
        assert approve(episode, "TR-0136", "CL-03") == [None]


class TestFreezing:
    def test_it_suspends_what_is_on_its_way_and_takes_the_approvals(self, episode: Episode) -> None:
        assert code(episode, "freeze_account", account_id="AC-1005", clerk_id="CL-02") is None
        suspended = transfer(episode, "TR-0125")
        assert (suspended["status"], suspended["approvals"]) == ("suspended", [])
        assert suspended["value_date"] is None
        assert code(episode, "unfreeze_account", account_id="AC-1005", clerk_id="CL-01") is None
        assert transfer(episode, "TR-0125")["status"] == "pending"

    @pytest.mark.parametrize(
        ("tool", "account_id", "clerk", "refused"),
        [
            ("freeze_account", "AC-1001", "CL-03", "supervisor_only"),
            ("freeze_account", "AC-1008", "CL-02", "account_frozen"),
            ("unfreeze_account", "AC-1008", "CL-01", "own_freeze"),
            ("unfreeze_account", "AC-1008", "CL-02", None),
            ("unfreeze_account", "AC-1001", "CL-02", "not_frozen"),
        ],
    )
    def test_who_may(
        self, episode: Episode, tool: str, account_id: str, clerk: str, refused: str | None
    ) -> None:
        assert code(episode, tool, account_id=account_id, clerk_id=clerk) == refused


class TestDays:
    def test_the_cutoff_moves_the_value_date_past_the_holidays(self, late: Episode) -> None:
        assert approve(late, "TR-0121", "CL-08") == [None]
        assert transfer(late, "TR-0121")["value_date"] == "2026-04-07"
        assert code(late, "settle_transfer", transfer_id="TR-0121") == "not_due"
        assert code(late, "close_day", clerk_id="CL-02") is None
        assert code(late, "settle_transfer", transfer_id="TR-0121") is None

    def test_the_cutoff_itself_is_late(self) -> None:
        noon = Episode.start(FORM, world(), dt.datetime(2026, 4, 2, 12), 1)
        assert made(noon, "get_standing", account_id="AC-1001")["value_date"] == "2026-04-07"

    def test_tomorrow_has_a_limit_of_its_own(self, late: Episode) -> None:
        for transfer_id in ("TR-0122", "TR-0123", "TR-0124"):
            assert approve(late, transfer_id, "CL-08") == [None]

    def test_closing_settles_what_is_due_and_lets_holds_lapse(self, late: Episode) -> None:
        assert code(late, "close_day", clerk_id="CL-03") == "supervisor_only"
        assert code(late, "close_day", clerk_id="CL-02") is None
        state = late.state()
        assert {state["transfers"][f"TR-01{n}"]["status"] for n in (25, 31, 32)} == {"settled"}
        lapsed = [key for key, row in state["holds"].items() if row["status"] == "lapsed"]
        assert lapsed == ["HD-04", "HD-05", "HD-09"]  # Good Friday is before the next business day

    def test_no_day_closes_before_its_cutoff(self, episode: Episode, late: Episode) -> None:
        assert code(episode, "close_day", clerk_id="CL-02") == "before_cutoff"
        assert [code(late, "close_day", clerk_id="CL-02") for _ in range(2)] == [None, "before_cutoff"]

    def test_after_the_last_day_nothing_can_be_approved(self) -> None:
        start = world()
        for day in ("2026-04-07", "2026-04-08", "2026-04-09"):
            del start["days"][day]
        last = Episode.start(FORM, start, AFTER_CUTOFF, 1)
        assert approve(last, "TR-0121", "CL-08") == ["calendar_ends"]
        assert code(last, "close_day", clerk_id="CL-02") == "calendar_ends"

    @pytest.mark.parametrize(
        ("account_id", "amount", "refused"),
        [
            ("AC-1004", 939_999, "daily_limit_in_use"),
            ("AC-1004", 940_000, None),
            ("AC-1001", 0, None),
            ("AC-1001", -1, "bad_amount"),
        ],
    )
    def test_limits(self, episode: Episode, account_id: str, amount: int, refused: str | None) -> None:
        wanted = {"account_id": account_id, "amount": amount, "clerk_id": "CL-02"}
        assert code(episode, "set_daily_limit", **wanted) == refused


class TestRecords:
    @pytest.mark.parametrize(
        ("action", "subject_id", "refused"),
        [
            ("approval", "TR-0130", None),
            ("approval", "AC-1001", "unknown_subject"),
            ("release", "HD-06", None),
            ("daily_limit", "AC-1001", None),
            ("transfer", "TR-0130", "unknown_subject"),
        ],
    )
    def test_a_decision_has_its_subject(
        self, episode: Episode, action: str, subject_id: str, refused: str | None
    ) -> None:
        decision = {"action": action, "subject_id": subject_id, "reason": "own_hold", "explanation": "No."}
        assert code(episode, "record_decision", **decision) == refused

    def test_a_second_decision_replaces_the_first(self, episode: Episode) -> None:
        decision = {"action": "approval", "subject_id": "TR-0130", "explanation": "No."}
        for reason in ("own_request", "over_authority"):
            assert code(episode, "record_decision", **decision, reason=reason) is None
        assert [row["reason"] for row in episode.state()["decisions"].values()] == ["over_authority"]

    def test_a_second_report_replaces_the_first(self, episode: Episode) -> None:
        for order in (["AC-1002", "AC-1001"], ["AC-1001", "AC-1002"]):
            made(episode, "file_report", title="Sum", account_ids=order, count=len(order), total=-5)
        assert [row["account_ids"] for row in episode.state()["reports"].values()] == [["AC-1001", "AC-1002"]]

    @pytest.mark.parametrize(
        ("change", "refused"),
        [
            ({"account_ids": []}, "bad_accounts"),
            ({"account_ids": ["AC-1001", "AC-1001"]}, "bad_accounts"),
            ({"account_ids": ["AC-9999"]}, "unknown_account"),
            ({"count": -1}, "bad_figures"),
            ({"total": 10**30}, "bad_figures"),
        ],
    )
    def test_a_report_is_about_something(
        self, episode: Episode, change: dict[str, Any], refused: str
    ) -> None:
        report = {"title": "Sum", "account_ids": ["AC-1001"], "count": 0, "total": 0}
        assert code(episode, "file_report", **{**report, **change}) == refused

    def test_pages_end(self, episode: Episode) -> None:
        pages = [made(episode, "search_transfers", offset=start)["result"] for start in (0, 20, 40, 10**30)]
        assert [len(rows) for rows in pages] == [20, 16, 0, 0]
        assert code(episode, "search_accounts", limit=51) == "bad_page"
