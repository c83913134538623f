"""What tools and checks give back that is no JSON and no verdict, and what they share that they must not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.sandbox.checks import CheckResult, CheckRunner
from envscaler_mcp.sandbox.framing import MAX_FRAME

from .stage import scenario, staged

TOOL = """\
import datetime, json, random, time, uuid
from datetime import date, datetime as moment


class Truthy:
    def __bool__(self):
        return True


class Hostile:
    kept = []

    def __init__(self):
        self.count = 0
        self.rows = {"a": ["x"]}

    def add(self):
        self.count += 1
        return {"success": True, "count": self.count}

    def rows_of(self):
        return {"success": True, "rows": self.rows}

    def keep(self):
        self.kept.append(self.count)
        return {"success": True, "kept": len(self.kept)}

    def stamps(self):
        now = [datetime.datetime.now().isoformat(), str(date.today()), moment.utcnow().isoformat()]
        now += [time.time(), time.monotonic()]
        chance = [random.random(), random.sample(range(99), 3), random.Random().random()]
        return {"success": True, "data": [now, chance, str(uuid.uuid4()), hash("x"), list({"b", "a", "c"})]}

    def attack(self):
        self.count = 99
        return RESULT
"""

# What a tool returns → what the agent gets, or the code of the refusal.
RESULTS: dict[str, tuple[str, Any]] = {
    "truthy object": ("Truthy()", {}),
    "one": ("1", {"result": 1}),
    "nothing": ("None", {"result": None}),
    "truthy success": ("{'success': Truthy()}", {"success": {}}),
    "NaN": ("{'x': float('nan')}", {"x": "nan"}),
    "infinity": ("[float('inf'), -float('inf')]", {"result": ["inf", "-inf"]}),
    "set": ("{'x': {'b', 'a'}}", {"x": ["a", "b"]}),
    "datetime": (
        "{'x': moment(2026, 1, 2), 'y': date(2026, 1, 2)}",
        {"x": "2026-01-02T00:00:00", "y": "2026-01-02"},
    ),
    "bytes": ("{'x': b'abc'}", {"x": "abc"}),
    "function": ("{'x': len, 'y': self.add}", {"x": "<builtin_function_or_method>", "y": "<method>"}),
    "cycle": ("(lambda x: x.append(x) or x)([])", {"result": ["<seen above>"]}),
    "huge int": ("10 ** 5000", "tool_crashed"),
    "surrogate": ("{'x': chr(0xd800)}", "tool_crashed"),
    "surrogate as a key": ("{chr(0xd800): 1}", "tool_crashed"),
    "surrogate in a refusal": ("{'success': False, 'error': chr(0xd800)}", "tool_crashed"),
    "surrogate in an exception": ("{}[chr(0xd800)]", "tool_crashed"),
    "huge value": ("{'x': 'x' * (1 << 24)}", "result_too_large"),
    "huge refusal": ("{'success': False, 'error': 'x' * (1 << 24)}", "result_too_large"),
    "many values": ("[0] * (1 << 20)", "result_too_large"),
}


@pytest.mark.parametrize("name", RESULTS)
async def test_a_result_is_json_or_nothing_happened(tmp_path: Path, name: str):
    text, expected = RESULTS[name]
    folder = staged(tmp_path, TOOL.replace("RESULT", text), "attack", "add")
    async with EnvironmentProcess(folder) as running:
        episode = await running.begin(scenario())
        pid = running.pid
        outcome = await episode.call("attack", {})
        refused = isinstance(expected, str)
        assert outcome.code == (expected if refused else None)
        if not refused:
            assert outcome.result == expected
        json.dumps(episode.journal, allow_nan=False).encode()
        assert (await episode.call("add", {})).result["count"] == (1 if refused else 100)
        assert running.pid == pid, "the worker was lost"


async def test_colliding_keys_are_one_object_with_each_key_once(tmp_path: Path):
    text = "{1: 'a', '1': 'b', (2,): 'c', None: 'd', 'None': 'e'}"
    async with EnvironmentProcess(staged(tmp_path, TOOL.replace("RESULT", text), "attack")) as running:
        outcome = await (await running.begin(scenario())).call("attack", {})
        assert sorted(outcome.result) == ["(2,)", "1", "None"]


async def test_results_and_episodes_share_nothing(tmp_path: Path):
    folder = staged(tmp_path, TOOL.replace("RESULT", "{}"), "rows_of", "keep", "add")
    async with EnvironmentProcess(folder) as running:
        begun = scenario({"rows": {"a": ["x"]}})
        one, two = await running.begin(begun), await running.begin(begun)
        first = (await one.call("rows_of", {}, "id")).result
        first["rows"]["a"].append("mine")
        (await one.state())["rows"]["a"].append("mine")
        assert (await one.call("rows_of", {})).result["rows"] == {"a": ["x"]}
        assert [(await one.call("keep", {})).result["kept"] for _ in range(2)] == [1, 2]
        assert (await two.call("keep", {})).result["kept"] == 1, "what a class keeps is no other episode's"
        fork = await one.fork()
        await one.call("add", {})
        assert (await fork.state())["count"] == 0
        assert begun.start == {"rows": {"a": ["x"]}}


async def test_two_seeded_runs_are_equal_to_the_byte(tmp_path: Path):
    folder = staged(tmp_path, TOOL.replace("RESULT", "{}"), "stamps", "add")
    told: list[bytes] = []
    for hash_seed, seed in ((1, 5), (2, 5), (1, 6)):
        async with EnvironmentProcess(folder, hash_seed=hash_seed) as running:
            episode = await running.begin(scenario(), seed=seed)
            for tool in ("stamps", "add", "stamps"):
                await episode.call(tool, {})
            rows = [entry["result"] for entry in episode.journal]
            del rows[0]["data"][4], rows[2]["data"][4]  # the order of a set is what the hash seed decides
            told.append(json.dumps([rows, await episode.state()]).encode())
    assert told[0] == told[1]
    assert told[0] != told[2], "the seed decides nothing"


CHECKS = {
    "truthy object": (
        "class T:\n    def __bool__(self): return True\ndef check(a, b): return T()",
        "not a bool",
    ),
    "one": ("def check(a, b): return 1", "returned int, not a bool"),
    "NaN": ("def check(a, b): return float('nan')", "returned float, not a bool"),
    "set": ("def check(a, b): return {1}", "returned set, not a bool"),
    "datetime": (
        "import datetime\ndef check(a, b): return datetime.date(2026, 1, 1)",
        "returned date, not a bool",
    ),
    "huge int": ("def check(a, b): return 10 ** 5000", "returned int, not a bool"),
    "surrogate": ("def check(a, b): return '\\ud800'", "returned str, not a bool"),
    "surrogate in an exception": ("def check(a, b): raise ValueError(chr(0xd800))", ""),
    "colliding keys": ("def check(a, b): return {1: 0, '1': 1}", "returned dict, not a bool"),
    "numpy-like": ("class bool_:\n    pass\ndef check(a, b): return bool_()", "not a bool"),
    "type renamed": ("class bool:\n    pass\ndef check(a, b): return bool()", ""),
    "endless": ("def check(a, b):\n    while True: pass", "stopped"),
    "exits": ("def check(a, b): raise SystemExit", ""),
    "its own verdict": (
        "_envscaler_said = True\ndef check(a, b): return None",
        "returned NoneType, not a bool",
    ),
}
FINE = "def check(initial, final): return final == {'rows': {'a': [1]}} and initial == final"
MUTATING = (
    "def check(initial, final):\n    final['rows']['a'].append(2)\n    initial.clear()\n    return True"
)


@pytest.mark.parametrize("name", CHECKS)
def test_a_verdict_is_true_or_false(name: str):
    text, error = CHECKS[name]
    for version in (text, f"import uuid\n{text}"):  # in Monty; and what Monty cannot run in a worker
        with CheckRunner() as runner:
            state: dict[str, Any] = {"rows": {"a": [1]}}
            odd, fine = runner.run([version, FINE], state, copy.deepcopy(state))
        assert odd.ok is None
        assert error in (odd.error or "")
        (odd.error or "").encode()
        assert fine == CheckResult(True)


def test_a_check_that_changes_its_states_changes_no_others_and_not_ours():
    state: dict[str, Any] = {"rows": {"a": [1]}}
    sources = [MUTATING, FINE, f"import uuid\n{MUTATING}", f"import uuid\n{FINE}"]
    with CheckRunner() as runner:
        assert [result.ok for result in runner.run(sources, state, copy.deepcopy(state))] == [True] * 4
    assert state == {"rows": {"a": [1]}}


def test_a_check_that_patches_what_all_share_loses_its_worker_only():
    patching = "import uuid, json\ndef check(a, b):\n    c = [json]\n    c[0].loads = None\n    return True"
    clean = "import uuid, json\ndef check(a, b):\n    return json.loads('1') == 1"
    with CheckRunner() as runner:
        refused, fine = runner.run([patching, clean], {}, {})
    assert refused.ok is None
    assert fine.ok is True


def test_a_result_fits_well_into_a_frame():
    from envscaler_mcp.runtime.standalone.episode import MAX_RESULT

    assert MAX_RESULT * 8 < MAX_FRAME
