"""A small release with one planted finding of each kind, and audits of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from envscaler_mcp.interop.audit import Audit, audit_release, read_audit
from tests.released_rows import environment, scenario, trajectory, write

CLASS = '''
import datetime
import uuid
from typing import Dict, List, Optional


class Depot:
    def __init__(self, init_config: dict):
        self.parcels: Dict[str, dict] = {}
        self.drivers: Dict[str, dict] = {}
        self.log: List[dict] = []
        self.notes: Dict[str, str] = {}

    def get_parcel(self, parcel_id: str) -> dict:
        """Look one parcel up."""
        return {"success": True, "data": self.parcels[parcel_id]["address"]["city"]}

    def list_statuses(self) -> dict:
        """All statuses."""
        return {"success": True, "data": list({"waiting", "sent", "lost", "returned", "held"})}

    def send_parcel(self, parcel_id: str, driver_id: str) -> dict:
        """Send a parcel."""
        parcel = self.parcels.get(parcel_id)
        if parcel is None or driver_id not in self.drivers:
            return {"success": False, "error": "not found"}
        parcel["status"] = "sent"
        parcel["waiting"] = False
        self._note(parcel_id)
        return {"success": True, "message": "sent"}

    def add_note(self, text: str) -> dict:
        """Keep a note."""
        self.notes[str(uuid.uuid4())] = text
        return {"success": True, "message": "kept"}

    def _note(self, parcel_id: str) -> None:
        self.log.append({"parcel": parcel_id})
'''
START = {
    "parcels": {"P1": {"parcel_id": "P1", "status": "waiting", "waiting": True}},
    "drivers": {"D1": {"driver_id": "D1", "name": "Ana"}},
    "log": [],
    "notes": {},
}
CHECKS = {
    "goal": "def check_func(final_state):\n    return final_state['parcels']['P1']['status'] == 'sent'",
    "free": "def check_func(final_state):\n    return 'P1' in final_state.get('parcels', {})",
    "raises": "def check_func(final_state):\n    return final_state['vans']['V1']",
    "truthy": "def check_func(final_state):\n    return final_state['parcels']",
    "endless": "def check_func(final_state):\n    while True:\n        pass",
    "broken": "def check_func(final_state:\n    return True",
    "contradictory": "def check_func(s):\n    return s['parcels']['P1']['waiting'] is True",
    "unreachable": "def check_func(final_state):\n    drivers = final_state['drivers']\n"
    "    return drivers['D1']['name'] == 'Bo'",
    "equal": "def check_func(s):\n    # the same again\n    return s['parcels']['P1']['status'] == 'sent'",
    "literal": "def check_func(final_state):\n"
    "    return any('The parcel left the depot this morning' == n for n in final_state['notes'].values())",
}
SENT = {"success": True, "message": "sent"}


def depot(env_id: str = "env_1", **changes: Any) -> dict[str, Any]:
    return environment(env_id, **{"env_class_name": "Depot", "env_class_code": CLASS, **changes})


def task(*names: str, task_id: str = "t1", **changes: Any) -> dict[str, Any]:
    checks = [{"check_item": f"Is it {name}?", "check_func": CHECKS[name]} for name in names]
    row = {
        "env_class_name": "Depot",
        "init_config": json.dumps(START),
        "task": "Send P1.",
        "checklist_with_func": checks,
    }
    return scenario(task_id, **{**row, **changes})


def recording(task_id: str = "t1") -> dict[str, Any]:
    call = {
        "step": 1,
        "action": {"name": "send_parcel", "arguments": {"parcel_id": "P1", "driver_id": "D1"}},
        "observation": {"type": "tool", "content": str(SENT)},
    }
    return trajectory(task_info={"env_id": "env_1", "task_id": task_id}, trajectory=[call])


def files(folder: Path, environments: Any, scenarios: Any, trajectories: Any = None) -> list[Path]:
    """The files of a release."""
    named = {"environments": environments, "scenarios": scenarios, "trajectories": trajectories}
    return [write(folder / f"{name}.json", value) for name, value in named.items() if value is not None]


def audited(paths: list[Path], *, trusted: bool = False) -> Audit:
    """The audit of a release's files."""
    return asyncio.run(
        audit_release(read_audit(*paths), processes=2, trusted=trusted, told=lambda where, one: None)
    )
