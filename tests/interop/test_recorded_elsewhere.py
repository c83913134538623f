"""A release that nobody tuned this for: recorded with a real clock and real chance, then replayed."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.interop.recorded import read_recorded
from envscaler_mcp.interop.release import read_release
from envscaler_mcp.interop.replay import Replayed, replay_all
from envscaler_mcp.render import render, write_tree
from envscaler_mcp.runtime.folder import ServerFolder

from .upstream import ENVIRONMENT, Recorder, scenario

TASKS = ("whole", "crashed", "cut", "messages", "talk", "quiet")


def _booked(recorder: Recorder) -> tuple[str, str]:
    details = {"room": 1}
    first = recorder.call("book_visit", patient="p1", days=14, details=details)
    second = recorder.call("book_visit", patient="p1", days=3, details={})
    recorder.call("book_visit", patient="p9", days=3, details={})
    recorder.call("list_visits")
    ids = [re.findall(r"'visit_id': '([^']+)'", text)[0] for text in (first, second)]
    recorder.call("close_visit", visit_id=ids[1], note="well")
    recorder.call("label", visit_id=ids[0])
    recorder.call("label", visit_id="none")
    pin = int(re.findall(r"'pin': (\d+)", first)[0])
    recorder.call("find_by_pin", pin=pin)
    recorder.call("close_visit", visit_id=ids[0], note="later")
    recorder.call("list_visits")
    return ids[0], ids[1]


def whole() -> dict[str, Any]:
    recorder = Recorder("whole")
    _booked(recorder)
    recorder.call("forget")
    return recorder.finish()


def crashed() -> dict[str, Any]:
    recorder = Recorder("crashed")
    _booked(recorder)
    recorder.call("close_visit", visit_id="none")
    return recorder.row(0.0)


def cut() -> dict[str, Any]:
    recorder = Recorder("cut")
    _booked(recorder)
    return recorder.row(0.0, terminated=False)


def messages() -> dict[str, Any]:
    recorder = Recorder("messages")
    _booked(recorder)
    row = recorder.finish()
    del row["trajectory"]
    return {**row, "task_info": json.dumps(row["task_info"])}


def talk() -> dict[str, Any]:
    """Words to the user, answers that were turned away, a result that was cut, steps after the end."""
    recorder = Recorder("talk", copies=True)
    asked = {"name": "chat_with_user", "arguments": {"content": "Who?"}}
    told = {"type": "user", "content": "p1"}
    recorder.steps.append({"step": 1, "action": asked, "observation": told, "terminated": False})
    recorder.steps.append({"step": 2, "action": {"name": "vanish", "arguments": {}}, "terminated": False,
                           "observation": {"type": "user", "content": "Error: Invalid action"}})  # fmt: skip
    recorder.steps.append({"step": 3, "action": "hm", "terminated": False, "observation": {
        "type": "user", "content": "Error: Failed to parse response to action"}})  # fmt: skip
    _booked(recorder)
    recorder.steps[-1]["observation"]["content"] = recorder.steps[-1]["observation"]["content"][:150] + "..."
    row = recorder.finish()
    row["trajectory"].append({**row["trajectory"][-2], "terminated": False})
    for step in row["trajectory"]:
        if isinstance(step.get("action"), dict) and step["action"]["name"] == "list_visits":
            step["action"]["arguments"] = "null"
    return {**row, "total_reward": str(row["total_reward"]), "messages": None}


def quiet() -> dict[str, Any]:
    """Nothing in it says when it was recorded, and one answer depends on it."""
    recorder = Recorder("quiet")
    recorder.call("is_overdue", patient="p1")
    recorder.call("is_overdue", patient="p2")
    return recorder.finish()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> ServerFolder:
    place = tmp_path_factory.mktemp("elsewhere")
    tasks = [scenario(name) for name in TASKS]
    for task in tasks[::2]:
        task["init_config"] = json.dumps(task["init_config"])
    (place / "environments.jsonl").write_text(json.dumps(ENVIRONMENT) + "\n", encoding="utf-8")
    (place / "scenarios.jsonl").write_text("\n".join(map(json.dumps, tasks)), encoding="utf-8")
    release = read_release(place / "environments.jsonl", place / "scenarios.jsonl")
    (one,) = release.environments
    write_tree(render(one.environment, one.scenarios), place / "server")
    return ServerFolder.load(place / "server")


async def replayed(server: ServerFolder, path: Path, *rows: Any) -> list[Replayed]:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    recorded, problems = read_recorded(path)
    assert problems == []
    return await replay_all(server, recorded)


@pytest.mark.parametrize("make", [whole, crashed, cut, messages, talk, quiet], ids=TASKS)
async def test_it_replays_call_by_call(make: Any, server: ServerFolder, tmp_path: Path) -> None:
    (one,) = await replayed(server, tmp_path / "played_2026-08-01-15-47-22.jsonl", make())
    assert one.differences == ()
    assert one.matched == one.calls > 1
    assert one.reward_matched
    assert one.recorded.crashed == (make is crashed)


async def test_a_cut_recording_may_have_been_graded(server: ServerFolder, tmp_path: Path) -> None:
    recorder = Recorder("cut")
    _booked(recorder)
    graded, wrong = recorder.row(recorder.reward(), terminated=False), recorder.row(0.9, terminated=False)
    good, bad = await replayed(server, tmp_path / "cut.jsonl", graded, wrong)
    assert (good.reward_matched, bad.reward_matched) == (True, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [("'closed'", "'open'"), ("'p1'", "'p2'"), ("V-001", "V-002"), ("'seen': ['p1'", "'seen': ['p2'")],
)
async def test_a_result_that_differs_is_told(
    old: str, new: str, server: ServerFolder, tmp_path: Path
) -> None:
    row = whole()
    for step in row["trajectory"][1:]:
        step["observation"]["content"] = step["observation"]["content"].replace(old, new)
    (one,) = await replayed(server, tmp_path / "changed.jsonl", row)
    assert one.matched < one.calls


def test_arguments_are_read_as_the_agent_typed_them(tmp_path: Path) -> None:
    """The class keeps `details` and writes into it; the recorded step shows what came later."""
    row = whole()
    kept = ast.literal_eval(row["messages"][0]["tool_calls"][0]["function"]["arguments"])
    row["trajectory"][1]["action"]["arguments"]["details"]["note"] = "later"
    path = tmp_path / "typed.json"
    path.write_text(json.dumps([row]), encoding="utf-8")
    (recorded,), _ = read_recorded(path)
    assert recorded.calls[0].arguments == kept == {"patient": "p1", "days": 14, "details": {"room": 1}}
