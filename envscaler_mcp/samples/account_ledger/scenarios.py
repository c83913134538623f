"""All scenarios of the account ledger, from easy to hard."""

from __future__ import annotations

from envscaler_mcp.spec.scenario import Grading, Scenario

from . import controls, payments, refusals


def scenarios() -> list[tuple[Scenario, Grading]]:
    """Every scenario with its grading, in the order of their numbers."""
    return [
        controls.hold_a_disputed_amount(),
        payments.approve_and_settle(),
        payments.reject_the_double(),
        controls.count_for_the_audit(),
        payments.take_back_the_difference(),
        controls.freeze_a_holder(),
        refusals.cap_two_accounts(),
        payments.release_if_needed(),
        refusals.release_the_shops(),
        refusals.largest_first(),
        refusals.three_reversals(),
        controls.thaw_and_pay(),
        controls.close_before_easter(),
        refusals.whatever_she_may(),
        payments.sweep_the_shops(),
        payments.make_room_for_the_winch(),
    ]
