"""What a class can do without, and loops over names that the policy refuses."""

from __future__ import annotations

import pytest

from envscaler_mcp.interop.repairs import repaired_source
from envscaler_mcp.sandbox.policy import findings

LOOP = """
import os, sys
import logging
from pathlib import Path
import uuid
import hashlib, secrets, heapq
from urllib.parse import urlparse

class Shed:
    def __init__(self, init_config):
        self.tools = {}
        self._cache = None
        for key, value in init_config.items():
            setattr(self, key, value)
        self.count = len(self.tools)

    def add(self, name):
        self.tools[name] = str(uuid.uuid1())
        self.notes.append(hashlib.sha256(name.encode()).hexdigest() + secrets.token_hex(2))
        heapq.heappush(self.heap, len(urlparse(name).netloc))

if __name__ == "__main__":
    Shed({}).add("x")
"""


def made(source: str, config: dict[str, object]) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "made"}
    exec(compile(source, "made", "exec"), names)
    return vars(names["Shed"](config))  # type: ignore[operator]


def test_a_class_keeps_what_it_uses_and_obeys_the_policy() -> None:
    source, repairs = repaired_source(LOOP)
    assert findings(LOOP)
    assert findings(source) == []
    told = " ".join(repair.message for repair in repairs)
    for what in ("os, sys", "logging", "pathlib.Path", "uuid1", "a script", "spelt out"):
        assert what in told


@pytest.mark.parametrize("guard", ["", "if hasattr(self, key): "])
@pytest.mark.parametrize("config", [{}, {"tools": {"a": 1}}, {"tools": {}, "notes": [], "_cache": 2}])
def test_the_constructor_does_the_same(guard: str, config: dict[str, object]) -> None:
    before = LOOP.replace("setattr(", f"{guard}setattr(")
    source, _ = repaired_source(before)
    assert made(source, config) == made(before, config)


def test_used_imports_stay() -> None:
    source = "import os\nimport numpy as np\nclass A:\n    def f(self): return os.name, np.nan\n"
    assert repaired_source(source) == (source, [])
    assert repaired_source("import json\nclass A:\n    pass\n")[1] == []
