"""Who is measured: our generated server in its own process and through a worker, and the bare one."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envscaler_mcp.render import render, write_tree
from envscaler_mcp.render.native_card import native_card
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.spec import Call, Check, Environment, Frame, Grading, Scenario

HERE = Path(__file__).parent
NAME = "parcels"
POLICY = "# Policy\n\nOnly a stored parcel can be moved, collected or returned.\n"
BARE, OWN, WORKER = "bare", "own process", "worker"
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
READ = ("get_parcel", {"parcel_id": "PCL-001"})
ROWS = {5: 48, 50: 480}
"""Kilobytes of state → parcels in it."""


@dataclass(frozen=True)
class Contestant:
    """A server as a command, ready to be started."""

    name: str
    command: tuple[str, ...]
    folder: Path

    @property
    def over_http(self) -> tuple[str, ...]:
        """The command that serves HTTP on a free port."""
        port = () if self.name == BARE else ("--port", "0")
        return (*self.command, "--http", *port)


def write_call(number: int) -> tuple[str, dict[str, Any]]:
    """A write that changes something every time."""
    return "move_parcel", {"parcel_id": "PCL-002", "shelf": number % 20 + 1}


def start_state(kilobytes: int) -> dict[str, Any]:
    """A start state of about so many kilobytes."""
    rows = {f"PCL-{n:03}": _parcel(n) for n in range(1, ROWS[kilobytes] + 1)}
    return {"parcels": rows}


def served_folder(place: Path) -> ServerFolder:
    """The generated server with one scenario for each size."""
    source = (HERE / NAME / "environment.py").read_text(encoding="utf-8")
    world = load_form(source, name=NAME, form="native", class_name="Parcels", tools=[]).cls  # type: ignore[attr-defined]
    introduction = "A parcel room: parcels on shelves."
    card = native_card(world, source, POLICY, name=NAME, title="Parcel room", introduction=introduction)
    tree = render(Environment(card, source, POLICY), [_pair(kilobytes) for kilobytes in ROWS])
    write_tree(tree, place / NAME)
    return ServerFolder.load(place / NAME)


def contestants(folder: ServerFolder, kilobytes: int) -> list[Contestant]:
    """All three, with the same state and the same tools."""
    state = folder.path.parent / f"state_{kilobytes}.json"
    state.write_text(json.dumps(start_state(kilobytes)), encoding="utf-8")
    python, scenario = sys.executable, ("--scenario", f"{kilobytes}kb")
    bare = (python, str(HERE / "bare_server.py"), str(folder.package / "tools.json"), str(state))
    serve = (python, "-m", "envscaler_mcp", "serve", str(folder.path), *scenario)
    return [
        Contestant(BARE, bare, folder.path),
        Contestant(OWN, (python, "-m", NAME, *scenario), folder.path),
        Contestant(WORKER, serve, folder.path),
    ]


def _parcel(number: int) -> dict[str, Any]:
    return {
        "id": f"PCL-{number:03}", "recipient": f"Recipient {number % 97}", "shelf": number % 20 + 1,
        "grams": 100 + number, "status": "stored", "note": "",
    }  # fmt: skip


def _pair(kilobytes: int) -> tuple[Scenario, Grading]:
    """A scenario that climbs the whole ladder: certifying it is one of the things measured."""
    name = f"{kilobytes}kb"
    scenario = Scenario(
        id=name, instruction="Move PCL-002 to shelf 7.", start=start_state(kilobytes), now=NOW
    )
    source = 'def check(initial, final):\n    return final["parcels"].get("PCL-002", {}).get("shelf") == 7\n'
    grading = Grading(
        id=name,
        checks=(Check(id="moved", kind="goal", text="It lies on shelf 7.", source=source),),
        frame=Frame(changed=("/parcels/PCL-002/shelf",)),
        oracle=(Call(tool="move_parcel", arguments={"parcel_id": "PCL-002", "shelf": 7}),),
    )
    return scenario, grading
