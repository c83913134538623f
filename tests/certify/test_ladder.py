"""Sound work is certified, and every planted fault is caught at the rung that is there for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.certify import certify, rearranged
from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Call, Frame, Solver
from tests.certify.desks import (
    BOOK,
    BOOKED,
    CANCELLED,
    CHECKS,
    CLOSED,
    FRAME,
    ORACLE,
    SOURCE,
    START,
    climbed,
    codes,
    desk,
    fallen,
    goal,
    grading,
    guard,
    scenario,
)


async def test_sound_work_is_certified(tmp_path: Path) -> None:
    report, one = await climbed(tmp_path)
    assert (report.boots, report.lint, one.problems) == (True, (), ())
    assert one.tier == "certified"
    assert one.killed == one.mutants > 25
    assert one.accepted == one.variants > 5
    assert report.sound
    certificate = one.grading.certificate  # type: ignore[union-attr]
    assert set(certificate.mutants) >= {  # type: ignore[union-attr]
        "wrong_entity", "off_by_one", "missing_cascade", "extra_row", "deleted_row", "swapped_reference",
        "wrong_enum_value", "rule_violation",
    }  # fmt: skip


async def test_the_same_input_gives_the_same_certificate(tmp_path: Path) -> None:
    folder = desk(tmp_path)
    texts = [(await certify(folder)).scenarios[0].grading.to_text() for _ in range(2)]  # type: ignore[union-attr]
    assert texts[0] == texts[1]


async def test_the_oracle_digest_is_that_of_its_end(tmp_path: Path) -> None:
    _, one = await climbed(tmp_path)
    assert one.grading is not None
    assert (one.grading.oracle_digest or "").startswith("sha256:")


EVERYTHING = Frame(changed=("/rooms/*", "/bookings/*"), created={"bookings": 1}, free=("/bookings/*/note",))
BY_ID = """
def check(initial, final):
    return any(key not in initial["bookings"] and row["id"] == KEY for key, row in final["bookings"].items())
"""
COUNTED = """
def check(initial, final):
    return len(final["bookings"]) > len(initial["bookings"])
"""
LATER_CRASH = """
def check(initial, final):
    return final["bookings"] != initial["bookings"] and 1 // 0 == 1
"""
CRASHES_HALFWAY = """
def check(initial, final):
    if final["rooms"]["RM-1"]["status"] == "closed":
        new = [row for key, row in final["bookings"].items() if key not in initial["bookings"]]
        return new[0]["seats"] == 4
    return False
"""
UNWANTED = Call(tool="change_seats", arguments={"booking_id": "BK-3", "seats": 5})
WRONG = (*ORACLE[:2], Call(tool="book_room", arguments={**BOOK.arguments, "seats": 5}), ORACLE[3])

FAULTS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    # name: (changes to the grading, tier, rung, code)
    "vacuous goal": (
        {"checks": (*CHECKS, goal("vacuous", "def check(initial, final):\n    return True\n"))},
        "rejected", "checks_at_start", "goal_true_at_start",
    ),
    "guard broken from the start": (
        {"checks": (*CHECKS, guard("wrong", CLOSED))}, "rejected", "checks_at_start", "guard_false_at_start",
    ),
    "no goal": ({"checks": CHECKS[3:]}, "rejected", "checks_at_start", "no_goal"),
    "a check that crashes": (
        {"checks": (*CHECKS, goal("bad", "def check(initial, final):\n    return final['nothing']\n"))},
        "rejected", "checks_at_start", "check_crashes",
    ),
    "a check that crashes at the end": (
        {"checks": (*CHECKS, goal("bad", LATER_CRASH))}, "screened", "oracle", "check_crashes",
    ),
    "a check that crashes halfway": (
        {"checks": (*CHECKS, goal("bad", CRASHES_HALFWAY))}, "solved", "minimal", "check_crashes",
    ),
    "a check on the wrong entity": (
        {"checks": (*CHECKS, goal("wrong", CLOSED.replace("RM-1", "RM-3")))},
        "screened", "oracle", "oracle_fails",
    ),
    "an oracle that is refused": (
        {"oracle": (*ORACLE, Call(tool="close_room", arguments={"room_id": "RM-1"}))},
        "screened", "oracle", "oracle_refused",
    ),
    "an oracle that refers to nothing": (
        {"oracle": (*ORACLE, Call(tool="close_room", arguments={"room_id": {"$result": [0, "/no"]}}))},
        "screened", "oracle", "oracle_refused",
    ),
    "a wrong oracle": ({"oracle": WRONG}, "screened", "oracle", "oracle_fails"),
    "an oracle that leaves the frame": (
        {"oracle": (*ORACLE, UNWANTED), "checks": CHECKS[:3]}, "screened", "oracle", "oracle_leaves_frame",
    ),
    "an oracle that ends in a read": (
        {"oracle": (*ORACLE, Call(tool="list_rooms"))}, "solved", "minimal", "oracle_ends_in_read",
    ),
    "a superfluous write": (
        {
            "oracle": rearranged(ORACLE, [UNWANTED, 0, 1, 2, 3]), "checks": CHECKS[:3],
            "frame": FRAME.model_copy(update={"changed": (*FRAME.changed, "/bookings/BK-3/seats")}),
        },
        "solved", "minimal", "superfluous_write",
    ),
    "a prefix that is enough": (
        {"checks": (CHECKS[0], CHECKS[1]), "frame": None}, "solved", "minimal", "prefix_passes",
    ),
    "a missing frame": ({"frame": None}, "solved", "frame", "no_frame"),
    "a frame around everything": (
        {"frame": EVERYTHING, "checks": CHECKS[:3]}, "solved", "frame", "extra_write_accepted",
    ),
    "a value that nobody checks": (
        {"checks": (*CHECKS[:2], goal("booked", BOOKED.replace('"seats": 4, ', "")))},
        "solved", "mutants", "mutant_survives",
    ),
    "a count in place of the content": (
        {"checks": (*CHECKS[:2], goal("booked", COUNTED))}, "solved", "mutants", "mutant_survives",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_caught(fault: str, tmp_path: Path) -> None:
    changes, tier, rung, code = FAULTS[fault]
    _, one = await climbed(tmp_path, graded=grading(**changes))
    assert rung in fallen(one)
    assert code in codes(one)
    assert one.tier == tier


async def test_a_check_by_generated_id_fails_variants(tmp_path: Path) -> None:
    _, sound = await climbed(tmp_path / "sound")
    assert sound.grading is not None
    key = "BK-" + await _generated_mark(tmp_path / "sound")
    fixed = goal("by-id", BY_ID.replace("KEY", repr(key)))
    _, one = await climbed(tmp_path / "faulty", graded=grading(checks=(*CHECKS, fixed)))
    assert fallen(one) == {"variants"}
    assert codes(one) == {"variant_rejected"}
    assert one.tier == "solved"


async def _generated_mark(folder: Path) -> str:
    from envscaler_mcp.runtime.folder import ServerFolder
    from envscaler_mcp.runtime.remote import EnvironmentProcess

    async with EnvironmentProcess(ServerFolder.load(folder / "desk")) as process:
        outcome = await (await process.begin(scenario())).call(BOOK.tool, BOOK.arguments)
    return str(outcome.result["id"]).removeprefix("BK-")


ROOM_FAULT = {**START["rooms"], "RM-3": {"id": "RM-3", "seats": 10, "status": "closed"}}
STARTS: dict[str, tuple[Any, str]] = {
    "a rule broken at the start": ({**START, "rooms": ROOM_FAULT}, "rule_broken_at_start"),
    "a start that does not fit": ({**START, "rooms": {"RM-1": {"id": "RM-1"}}}, "bad_start"),
}


@pytest.mark.parametrize("fault", STARTS)
async def test_a_bad_start_is_rejected(fault: str, tmp_path: Path) -> None:
    start, code = STARTS[fault]
    _, one = await climbed(tmp_path, task=scenario(start=start))
    assert one.tier == "rejected"
    assert code in codes(one)


SOURCES: dict[str, tuple[str, str, str, str]] = {
    # name: (text, its replacement, rung, code)
    "nondeterministic": (
        "note=note,\n        )",
        'note=list({"red", "green", "blue"})[0] if member_id == "MB-1" and seats == 4 else "",\n        )',
        "determinism", "nondeterministic",
    ),
    "a read in the order of a set": (
        "        return list(self.rooms.values())",
        "        return [self.rooms[key] for key in set(self.rooms)]",
        "boots", "nondeterministic",
    ),
    "reads that share state": (
        "        return list(self.rooms.values())",
        "        SHARED.append(1)\n        return list(self.rooms.values())[len(SHARED) % 3 :]",
        "boots", "episodes_mix",
    ),
    "a read that takes an id": (
        "        return list(self.rooms.values())",
        '        self.new_id("BK")\n        return list(self.rooms.values())',
        "boots", "read_costs",
    ),
    "episodes that share state": (
        '        booking.status = "confirmed"',
        '        booking.status = "confirmed"\n        if booking.seats == 4:\n'
        '            SHARED.append(1)\n            booking.seats = len(SHARED)',
        "isolation", "episodes_mix",
    ),
    "a read that writes": (
        "        return list(self.rooms.values())",
        '        self.rooms["RM-2"].seats += 1\n        return list(self.rooms.values())',
        "boots", "read_writes",
    ),
    "a tool that crashes": (
        '        """Look up one booking."""\n        return self.find(self.bookings, booking_id, "booking")',
        '        """Look up one booking."""\n        return self.bookings[booking_id + "x"]',
        "boots", "tool_crashed",
    ),
    "a rule that a tool breaks": (
        '                booking.status = "cancelled"', "                booking.seats = booking.seats",
        "oracle", "oracle_breaks_rule",
    ),
}  # fmt: skip
NO_RULE = SOURCE[: SOURCE.index("    @rule(")]
SHARED = ("class Desk(Environment):", "SHARED: list[int] = []\n\n\nclass Desk(Environment):")


@pytest.mark.parametrize("fault", SOURCES)
async def test_a_faulty_environment_is_caught(fault: str, tmp_path: Path) -> None:
    old, new, rung, code = SOURCES[fault]
    source = SOURCE.replace(old, new)
    if "SHARED" in new:
        source = source.replace(*SHARED)
    assert source != SOURCE
    report, one = await climbed(tmp_path, source=source)
    assert rung in fallen(one)
    assert code in codes(one) | {problem.code for problem in report.lint}
    assert one.tier in ("rejected", "screened")


async def test_a_cascade_that_nobody_checks(tmp_path: Path) -> None:
    """A rule may hold it; without one the mutant survives."""
    graded = grading(checks=(CHECKS[0], *CHECKS[2:]))
    _, held = await climbed(tmp_path / "held", graded=graded)
    assert (held.tier, {problem.code for problem in held.problems}) == ("certified", {"weak_goals"})
    _, one = await climbed(tmp_path / "loose", graded=graded, source=NO_RULE)
    assert (one.tier, fallen(one), codes(one)) == ("solved", {"mutants"}, {"mutant_survives"})
    assert any("/bookings/BK-1/status as before" in problem.message for problem in one.problems)


async def test_other_files_than_the_proven_ones_are_caught(tmp_path: Path) -> None:
    folder = desk(tmp_path)
    tools = folder.package / "tools.json"
    tools.write_text(json.dumps(folder.bundle.tools[1:]), encoding="utf-8")
    (folder.package / "_runtime" / "episode.py").write_text("", encoding="utf-8")
    report = await certify(type(folder).load(folder.path))
    assert {problem.code for problem in report.lint} >= {"tools_differ", "runtime_differs"}
    assert (report.boots, report.scenarios[0].tier) == (False, "rejected")


async def test_weak_goals_are_a_warning_and_the_server_is_not_sound(tmp_path: Path) -> None:
    """The frame rejects what the goals let through: certified, and told that goals alone are too weak."""
    several = BOOKED.replace("len(rows) == 1 and all(rows[0]", "any(all(row").replace(
        "said.items())", "said.items()) for row in rows)"
    )
    deleted = CANCELLED.replace("len(keys) == 2 and ", "")
    _, one = await climbed(
        tmp_path, graded=grading(checks=(CHECKS[0], goal("cancelled", deleted), goal("booked", several)))
    )
    assert one.tier == "certified"
    assert {problem.code for problem in one.problems} == {"weak_goals"}
    assert one.killed == one.mutants > one.killed_by_goals


async def test_solvers_agree_or_send_it_to_quarantine(tmp_path: Path) -> None:
    folder = desk(tmp_path)
    yes, no = Solver(who="planner", agreed=True), Solver(who="model", agreed=False)
    agreed = (await certify(folder, solvers={"001": [yes]})).scenarios[0]
    assert agreed.tier == "agreed"
    apart = (await certify(folder, solvers={"001": [yes, no]})).scenarios[0]
    assert (apart.tier, codes(apart)) == ("rejected", {"solvers_disagree"})


async def test_a_valid_certificate_keeps_its_solvers_and_a_changed_grading_loses_them(tmp_path: Path) -> None:
    solvers = {"001": [Solver(who="planner", agreed=True)]}
    agreed = (await certify(desk(tmp_path), solvers=solvers)).scenarios[0].grading
    assert agreed is not None
    assert (await certify(desk(tmp_path, graded=agreed))).scenarios[0].tier == "agreed"
    changed = agreed.model_copy(
        update={"checks": (*agreed.checks, guard("more", "def check(i, f):\n    return True\n"))}
    )
    assert (await certify(desk(tmp_path, graded=changed))).scenarios[0].tier == "certified"


async def test_progress_and_ids(tmp_path: Path) -> None:
    seen: list[str] = []
    folder = desk(tmp_path)
    await certify(folder, ids=["001"], progress=lambda one: seen.append(one.id))
    assert seen == ["001"]
    with pytest.raises(BadInput, match="there is no scenario"):
        await certify(folder, ids=["002"])


async def test_the_report_has_the_keys_of_the_command_line(tmp_path: Path) -> None:
    report, _ = await climbed(tmp_path)
    shown = report.to_json()
    assert set(shown) == {"name", "boots", "lint", "warnings", "scenarios"}
    assert set(shown["scenarios"][0]) == {
        "id", "tier", "problems", "mutants", "killed", "killed_by_goals", "variants", "accepted",
    }  # fmt: skip
