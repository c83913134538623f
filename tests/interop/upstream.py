"""A release made here and recorded the way upstream records: real clock, real chance, `str` of results."""

from __future__ import annotations

import copy
import traceback
import types
from typing import Any

CLINIC = '''
import uuid
import random
import string
from datetime import datetime, timedelta
from typing import Dict, List, TypedDict, Any

class VisitInfo(TypedDict):
    visit_id: str
    patient: str

class ClinicPlatform:
    """A clinic."""
    statuses = ["open", "closed"]
    seen = []

    def __init__(self, init_config: dict):
        self.init_config = init_config
        self.visits: Dict[str, VisitInfo] = {}
        self.patients: Dict[str, Any] = {}
        self.tags = set()
        self.log: List[str] = []

    def book_visit(self, patient: str, days: int, details: dict) -> dict:
        """Book a visit."""
        if patient not in self.patients:
            self.log.append("unknown " + patient)
            return {"success": False, "error": "Unknown patient"}
        visit_id = str(uuid.uuid4())
        code = "".join(random.choices(string.ascii_uppercase, k=6))
        self.seen.append(patient)
        self.visits[visit_id] = {"visit_id": visit_id, "patient": patient, "code": code, "details": details,
            "pin": random.randint(1000, 9999), "status": self.statuses[0], "created_at": datetime.now(),
            "on": (datetime.now() + timedelta(days=days)).strftime("%Y-%m-%d"),
            "minute": datetime.now().strftime("%Y-%m-%d %H:%M"), "number": "V-%03d" % (len(self.visits) + 1)}
        self.tags.add((patient, days))
        visit = self.visits[visit_id]
        return {"success": True, "message": f"Booked {visit_id} with code {code}", "visit": visit}

    def close_visit(self, visit_id: str, note: str = "") -> dict:
        """Close a visit."""
        visit = self.visits[visit_id]
        visit["status"] = "closed"
        visit["details"]["note"] = note
        return {"success": True, "configured": len(self.init_config["visits"]), "seen": self.seen}

    def list_visits(self) -> dict:
        """All visits."""
        return {"success": True, "data": list(self.visits.values()), "tags": self.tags}

    def find_by_pin(self, pin: int) -> list:
        """Ids of visits."""
        return [key for key, visit in self.visits.items() if visit["pin"] == pin]

    def is_overdue(self, patient: str) -> dict:
        """Whether the patient's bill is overdue."""
        due = datetime.fromisoformat(self.patients[patient]["due"])
        return {"success": True, "overdue": datetime.now() > due}

    def label(self, visit_id: str) -> str:
        """The label of a visit."""
        return self.visits[visit_id]["number"] if visit_id in self.visits else "0042"

    def forget(self) -> None:
        """Forget the log."""
        self.log.clear()
'''
START = {
    "visits": {},
    "patients": {
        "p1": {"name": "Zoë", "due": "2026-03-01T00:00:00"},
        "p2": {"name": "Bo", "due": "2099-01-01"},
    },
}
CHECKS = [
    "def check_func(final_state):\n    return len(final_state['visits']) == 2",
    "def check_func(final_state):\n    visits = final_state['visits'].values()\n"
    "    return any(visit['status'] == 'closed' for visit in visits)",
    "def check_func(final_state):\n    return len(final_state['init_config']['visits']) == 2",
    "def check_func(final_state):\n    return len(initial_state['visits']) == len(final_state['log'])",
]
ENVIRONMENT: dict[str, Any] = {
    "env_id": "env_900_rl",
    "environment_summary": "Clinic",
    "environment_introduction": "A clinic.",
    "constraints_rules": ["Patients are known."],
    "operation_list": [],
    "env_class_name": "ClinicPlatform",
    "env_class_code": CLINIC,
    "tools": [],
}


def scenario(task_id: str) -> dict[str, Any]:
    return {
        "env_id": "env_900_rl",
        "env_class_name": "ClinicPlatform",
        "task_id": task_id,
        "init_config": START,
        "task": "Book two visits for p1 and close one.",
        "checklist_with_func": [{"check_item": text, "check_func": text} for text in CHECKS],
    }


class Recorder:
    """Plays one task on the class itself. Unless `copies`, its steps hold the objects that the class got."""

    def __init__(self, task_id: str, *, copies: bool = False) -> None:
        self.copies = copies
        module = types.ModuleType("dynamic_env")
        exec(CLINIC, vars(module))
        config = copy.deepcopy(START)
        self.instance: Any = module.ClinicPlatform(config)
        for name, value in config.items():
            setattr(self.instance, name, value)
        self.initial = copy.deepcopy(vars(self.instance))
        self.task_info = {"env_id": "env_900_rl", "task_id": task_id, "task": "…"}
        self.steps: list[dict[str, Any]] = [{"step": 0, "observation": "Book …"}]
        self.messages: list[dict[str, Any]] = []

    def call(self, name: str, **arguments: Any) -> str:
        """One call; gives the observation."""
        self.messages.append({"role": "assistant", "content": "", "tool_calls": [
            {"id": f"c{len(self.steps)}", "function": {"name": name, "arguments": repr(arguments)}}
        ]})  # fmt: skip
        given = copy.deepcopy(arguments) if self.copies else arguments
        try:
            seen = {"type": "tool", "content": f"{getattr(self.instance, name)(**arguments)}"}
        except Exception:  # noqa: BLE001 - whatever a tool raises ends the episode
            seen = {"type": "user", "content": "Error: <Exception>\n" + traceback.format_exc()}
        self._record({"name": name, "arguments": given}, seen, terminated=seen["type"] == "user")
        self.messages.append(
            {"role": "tool", "tool_call_id": f"c{len(self.steps) - 1}", "content": seen["content"]}
        )
        return seen["content"]

    def finish(self) -> dict[str, Any]:
        """The agent says that it is done."""
        reward = self.reward()
        self._record(
            {"name": "chat_with_user", "arguments": {"content": "Task Completed"}},
            {"type": "user", "content": "Task finished"},
            terminated=True,
        )
        return self.row(reward)

    def row(self, reward: float, *, terminated: bool = True) -> dict[str, Any]:
        """What is saved."""
        return {
            "task_info": self.task_info,
            "messages": self.messages,
            "trajectory": self.steps,
            "total_reward": reward,
            "terminated": terminated,
            "steps": len(self.steps) - 1,
        }

    def reward(self) -> float:
        """The share of true checks."""
        verdicts: list[bool] = []
        for text in CHECKS:
            names: dict[str, Any] = {"initial_state": self.initial}
            exec(text, names)
            verdicts.append(names["check_func"](copy.deepcopy(vars(self.instance))))
        return round(sum(verdicts) / len(verdicts), 4)

    def _record(self, action: Any, observation: Any, *, terminated: bool) -> None:
        self.steps.append({"step": len(self.steps), "action": action, "observation": observation,
                           "reward": 0.0, "terminated": terminated, "truncated": False})  # fmt: skip
