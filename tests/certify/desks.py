"""A sound server with one sound scenario, and ways to plant faults in both."""

import datetime as dt
import textwrap
from pathlib import Path
from typing import Any

from envscaler_mcp.certify import ScenarioReport, ServerReport, certify
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.render.native_card import native_card
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.spec import Call, Check, Environment, Frame, Grading, Scenario

SOURCE = (Path(__file__).parent / "desk" / "environment.py").read_text(encoding="utf-8")


def room(key: str, seats: int = 10, status: str = "open") -> dict[str, Any]:
    return {"id": key, "seats": seats, "status": status}


def booking(key: str, room_id: str, member_id: str, status: str = "asked") -> dict[str, Any]:
    row = {"id": key, "room_id": room_id, "member_id": member_id, "day": "2026-05-02", "seats": 3}
    return {**row, "status": status, "note": ""}


START: dict[str, Any] = {
    "rooms": {key: room(key) for key in ("RM-1", "RM-2", "RM-3")},
    "members": {
        f"MB-{n}": {"id": f"MB-{n}", "name": name} for n, name in enumerate(("Ana", "Ben", "Cid"), 1)
    },
    "bookings": {
        "BK-1": booking("BK-1", "RM-1", "MB-2"),
        "BK-2": booking("BK-2", "RM-1", "MB-3", "confirmed"),
        "BK-3": booking("BK-3", "RM-3", "MB-3"),
    },
}
BOOK = Call(
    tool="book_room", arguments={"room_id": "RM-2", "member_id": "MB-1", "day": "2026-05-04", "seats": 4}
)
ORACLE = (
    Call(tool="list_rooms"),
    Call(tool="close_room", arguments={"room_id": "RM-1"}),
    BOOK,
    Call(tool="confirm_booking", arguments={"booking_id": {"$result": [2, "/id"]}}),
)
CLOSED = """
def check(initial, final):
    return final["rooms"].get("RM-1", {}).get("status") == "closed"
"""
CANCELLED = """
def check(initial, final):
    keys = [key for key in ("BK-1", "BK-2") if key in final["bookings"]]
    expected = [{**initial["bookings"][key], "status": "cancelled"} for key in keys]
    return len(keys) == 2 and [final["bookings"][key] for key in keys] == expected
"""
BOOKED = """
def check(initial, final):
    rows = [row for key, row in final["bookings"].items() if key not in initial["bookings"]]
    said = {"room_id": "RM-2", "member_id": "MB-1", "day": "2026-05-04", "seats": 4, "status": "confirmed"}
    return len(rows) == 1 and all(rows[0][name] == value for name, value in said.items())
"""
KEPT = """
def check(initial, final):
    return final["bookings"].get("BK-3") == initial["bookings"]["BK-3"]
"""
FRAME = Frame(
    changed=("/rooms/RM-1/status", "/bookings/BK-1/status", "/bookings/BK-2/status"), created={"bookings": 1}
)


def goal(name: str, source: str) -> Check:
    return Check(id=name, kind="goal", text=name, source=textwrap.dedent(source))


def guard(name: str, source: str) -> Check:
    return Check(id=name, kind="guard", text=name, source=textwrap.dedent(source))


CHECKS = (goal("closed", CLOSED), goal("cancelled", CANCELLED), goal("booked", BOOKED), guard("kept", KEPT))


def scenario(**changes: Any) -> Scenario:
    said = "Close room 1. Then book room 2 for Ana on 4 May 2026 with 4 seats, and confirm it."
    task = {
        "id": "001",
        "instruction": said,
        "start": START,
        "now": dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC),
    }
    return Scenario.model_validate(task | changes)


def grading(**changes: Any) -> Grading:
    whole: dict[str, Any] = {"id": "001", "checks": CHECKS, "frame": FRAME, "oracle": ORACLE}
    return Grading(**(whole | changes))


def desk(
    folder: Path, task: Scenario | None = None, graded: Grading | None = None, source: str = SOURCE
) -> ServerFolder:
    """The server on disk."""
    policy = "# Policy\n\nWhen a room closes, its bookings are cancelled.\n"
    world = load_form(source, name="desk", form="native", class_name="Desk", tools=[]).cls  # type: ignore[attr-defined]
    introduction = "A desk that books rooms for its members."
    card = native_card(world, source, policy, name="desk", title="Booking desk", introduction=introduction)
    tree = render(Environment(card, source, policy), [(task or scenario(), graded or grading())])
    write_tree(tree, folder / "desk")
    return ServerFolder.load(folder / "desk")


async def climbed(folder: Path, **parts: Any) -> tuple[ServerReport, ScenarioReport]:
    """The reports on the server and on its scenario."""
    report = await certify(desk(folder, **parts))
    return report, report.scenarios[0]


def fallen(report: ScenarioReport) -> set[str]:
    """Names of the rungs that were not climbed."""
    assert report.grading is not None
    assert report.grading.certificate is not None
    return {rung.name for rung in report.grading.certificate.rungs if not rung.ok}


def codes(report: ScenarioReport) -> set[str]:
    """Codes of its errors."""
    return {problem.code for problem in report.problems if problem.severity == "error"}
