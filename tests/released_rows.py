"""A small hand-made release in EnvScaler's format, and a recorded trajectory of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CLASS = '''
import uuid
from typing import Dict


class LockerRoom:
    def __init__(self, init_config: dict):
        self.lockers: Dict[str, dict] = {}

    def list_lockers(self) -> dict:
        """List all lockers."""
        return {"success": True, "data": list(self.lockers.values())}

    def rent_locker(self, locker_id: str, member: str) -> dict:
        """
        Rent a free locker.

        Args:
            locker_id (str): Which locker.
            member (str): Who rents it.
        """
        if locker_id not in self.lockers:
            return {"success": False, "error": "Locker not found"}
        self.lockers[locker_id]["member"] = member
        return {"success": True, "message": "rented", "receipt": str(uuid.uuid4())}
'''
START = {"lockers": {"L1": {"locker_id": "L1", "member": None}, "L2": {"locker_id": "L2", "member": "Bo"}}}
CHECKS = [
    {
        "check_item": "Has L1 been rented to Ana?",
        "check_func": "def check_func(final_state):\n"
        "    return final_state['lockers']['L1']['member'] == 'Ana'",
    },
    {
        "check_item": "Is L2 still Bo's?",
        "check_func": "def check_func(final_state):\n"
        "    return final_state['lockers']['L2'] == initial_state['lockers']['L2']",
    },
]


def environment(env_id: str = "env_1", **changes: Any) -> dict[str, Any]:
    return {
        "env_id": env_id,
        "environment_introduction": "A room with lockers.",
        "constraints_rules": ["A locker has one member."],
        "env_class_name": "LockerRoom",
        "env_class_code": CLASS,
        "tools": "[]",
        **changes,
    }


def scenario(task_id: str = "t1", **changes: Any) -> dict[str, Any]:
    return {
        "env_id": "env_1",
        "env_class_name": "LockerRoom",
        "task_id": task_id,
        "init_config": json.dumps(START),
        "task": "Rent the free locker to Ana.",
        "checklist_with_func": CHECKS,
        **changes,
    }


def trajectory(**changes: Any) -> dict[str, Any]:
    rented = {"success": True, "message": "rented", "receipt": "0b7c5a6e-3f0d-4b8e-9a55-0c7d1d7b2f11"}
    listed = {"success": True, "data": list(START["lockers"].values())}
    calls = [("list_lockers", {}, listed), ("rent_locker", {"locker_id": "L1", "member": "Ana"}, rented)]
    steps = [
        {
            "step": number,
            "action": {"name": name, "arguments": arguments},
            "observation": {"type": "tool", "content": str(result)},
        }
        for number, (name, arguments, result) in enumerate(calls, start=1)
    ]
    return {
        "task_info": {"env_id": "env_1", "task_id": "t1"},
        "trajectory": [{"step": 0, "observation": "Rent …"}, *steps],
        "total_reward": 1.0,
        **changes,
    }


def write(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path
