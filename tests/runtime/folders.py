"""A rendered server on disk, for tests that need a real folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Check, Environment, EnvironmentCard, Grading, Provenance, Scenario

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)

COUNTER = """
class Counter:
    def __init__(self, config):
        self.counts = {}

    def add(self, name, by):
        self.counts[name] = self.counts.get(name, 0) + by
        return {"success": True, "count": self.counts[name]}

    def get(self, name):
        if name not in self.counts:
            return {"success": False, "error": "no such counter"}
        return {"success": True, "count": self.counts[name]}

    def hang(self):
        while True:
            pass

    def speak(self):
        print("a stray line on stdout")
        return {"success": True}
"""


def tool(name: str, kind: str, /, **properties: str) -> dict[str, Any]:
    typed = {key: {"type": value, "description": f"The {key}."} for key, value in properties.items()}
    inputs = {
        "type": "object", "properties": typed, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip
    described = f"{name.capitalize()} a counter."
    return {
        "name": name,
        "kind": kind,
        "description": described,
        "input": inputs,
        "output": {"type": "object"},
    }


def counter(folder: Path) -> ServerFolder:
    """A plain class, rendered; one of its tools never answers."""
    card = EnvironmentCard.model_validate(
        {
            "name": "counter",
            "title": "Counter",
            "introduction": "Counts.",
            "form": "plain",
            "class_name": "Counter",
            "tools": [
                tool("add", "write", name="string", by="integer"),
                tool("get", "read", name="string"),
                tool("hang", "read"),
                tool("speak", "read"),
            ],
            "policy": "",
            "provenance": Provenance(engine="hand"),
        }
    )
    start = {"counts": {"a": 1}}
    pairs = [
        (
            Scenario(id=name, instruction="Count.", start=start, now=NOW),
            Grading(id=name, checks=(check("a is 3", "final['counts']['a'] == 3"),)),
        )
        for name in ("001", "002")
    ]
    write_tree(render(Environment(card, COUNTER, "Count well.\n"), pairs), folder / "counter")
    return ServerFolder.load(folder / "counter")


def check(text: str, expression: str) -> Check:
    return Check(
        id="goal", kind="goal", text=text, source=f"def check(initial, final):\n    return {expression}\n"
    )
