"""Plain classes, adapted: state, refusals, seeded time and ids, objects that JSON does not have."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.loading import load_form
from envscaler_mcp.runtime.standalone.world import BadStart

SOURCE = """
import uuid, time, random
import datetime
from datetime import datetime as moment
from collections import defaultdict

class Shop:
    def __init__(self, init_config):
        self.orders = {}
        self.tags = set()
        self.pairs = {(1, 2)}
        self.by_number = {}
        self.counts = defaultdict(int)
        self.opened = moment(2020, 1, 2, 3, 4, 5)

    def add_order(self, details):
        key = str(uuid.uuid4())
        self.orders[key] = details
        self.tags.add(details.get("kind"))
        self.by_number[len(self.orders)] = key
        self.counts[details.get("kind")] += 1
        return {"success": True, "order_id": key, "at": time.time(), "on": moment.now().isoformat()}

    def spoil(self, kind):
        self.tags.add(kind)
        return {"success": False, "error": "no such order"}

    def names(self):
        return self.tags

    def luck(self):
        import random
        today = str(datetime.date.today())
        return [random.random(), hash("a"), today, isinstance(moment.now(), datetime.datetime)]

    def upper(self, name):
        self.tags.add("half")
        return {"success": True, "data": name.upper()}
"""
TOOLS = ["add_order", "spoil", "names", "luck", "upper"]
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def form(source: str = SOURCE, name: str = "Shop", tools: list[str] = TOOLS, load: str | None = None) -> Any:
    described = [
        {
            "name": tool,
            "annotations": {"readOnlyHint": False},
            "inputSchema": {"properties": {"name": {"type": "string"}, "details": {"type": "object"}}},
        }
        for tool in tools
    ]
    return load_form(source, name="shop", form="plain", class_name=name, tools=described, load_method=load)


def shop(seed: int = 1) -> Episode:
    return Episode.start(form(), {"extra": [1]}, NOW, seed)


def test_attributes_are_the_state_and_the_config_is_laid_over_them() -> None:
    state = shop().state()
    assert state["extra"] == [1]
    assert state["tags"] == []
    assert state["opened"] == "2020-01-02T03:04:05"


def test_arguments_are_copied() -> None:
    one = shop()
    details = {"kind": "a", "lines": [1]}
    key = one.call("add_order", {"details": details}).result["order_id"]
    details["lines"].append(2)
    assert one.state()["orders"][key]["lines"] == [1]
    assert one.journal[0]["arguments"] == {"details": {"kind": "a", "lines": [1]}}


def test_sets_are_shown_sorted_and_come_back_as_sets() -> None:
    one = shop()
    for kind in ("b", "a"):
        one.call("add_order", {"details": {"kind": kind}})
    assert one.call("names", {}).result == {"result": ["a", "b"]}
    other = one.fork()
    other.call("add_order", {"details": {"kind": "a"}})
    assert other.state()["tags"] == ["a", "b"]
    assert other.state()["by_number"].keys() == {"1", "2", "3"}
    assert other.state()["counts"] == {"a": 2, "b": 1}


def test_a_refusal_is_an_error_with_the_released_content_and_writes_nothing() -> None:
    one = shop()
    outcome = one.call("spoil", {"kind": "x"})
    assert (outcome.is_error, outcome.code) == (True, "refused")
    assert outcome.result == {"success": False, "error": "no such order"}
    assert one.diff() == []


def test_as_released_a_refusal_keeps_what_it_wrote() -> None:
    one = shop()
    one.keep_refused = True
    one.call("spoil", {"kind": "x"})
    assert one.state()["tags"] == ["x"]


def test_a_wrong_type_is_blamed_on_the_argument(caplog: pytest.LogCaptureFixture) -> None:
    one = shop()
    with caplog.at_level(logging.CRITICAL):
        outcome = one.call("upper", {"name": 3})
    assert outcome.code == "invalid_arguments"
    assert "name: should be of type string" in outcome.result["message"]
    assert one.state()["tags"] == []


@pytest.mark.parametrize("arguments", [{}, {"name": "a", "other": 1}])
def test_missing_and_unknown_names_are_refused(arguments: dict[str, Any]) -> None:
    outcome = shop().call("upper", arguments)
    assert outcome.code == "invalid_arguments"
    assert "the arguments are: name" in outcome.result["message"]


def test_clock_uuid_and_random_are_the_episodes() -> None:
    def played(seed: int) -> str:
        one = shop(seed)
        for _ in range(3):
            one.call("add_order", {"details": {"kind": "a"}})
            one.call("luck", {})
        return dumps(one.journal)

    assert played(1) == played(1)
    assert played(1) != played(2)
    luck = shop().call("luck", {}).result["result"]
    assert luck[2:] == ["2026-03-02", True]


def test_time_moves_with_writes_only() -> None:
    one = shop()
    first = one.call("add_order", {"details": {}}).result["on"]
    one.call("luck", {})
    second = one.call("add_order", {"details": {}}).result["on"]
    assert (first, second) == ("2026-03-02T09:00:00", "2026-03-02T09:00:01")


def test_a_rebuilt_episode_is_the_same() -> None:
    one = shop()
    for kind in ("a", "b"):
        one.call("add_order", {"details": {"kind": kind}})
        one.call("spoil", {"kind": "x"})
    again = Episode.rebuild(one.form, one.start_state, one.header, one.journal)
    assert (again.digest(), again.snapshot()) == (one.digest(), one.snapshot())


OBJECTS = """
class Node:
    def __init__(self, name, parent):
        self.name, self.parent, self.children = name, parent, {}

class Tree:
    def _load(self, config, deep=False):
        self.root = Node(config["root"], None)

    def add(self, name):
        if name in self.root.children:
            self.root.name = "spoilt"
            return {"error": "exists"}
        self.root.children[name] = Node(name, self.root)
        return {"names": list(self.root.children)}
"""


def test_objects_are_shown_and_rolled_back_by_the_journal() -> None:
    one = Episode.start(form(OBJECTS, "Tree", ["add"], load="_load"), {"root": "top"}, NOW, 1)
    one.call("add", {"name": "a"})
    assert one.call("add", {"name": "a"}).is_error
    assert one.state()["root"]["name"] == "top"
    assert list(one.state()["root"]["children"]) == ["a"]
    other = one.fork()
    other.call("add", {"name": "b"})
    assert list(one.state()["root"]["children"]) == ["a"]


def test_a_constructor_without_config_and_one_that_fails() -> None:
    empty = form(
        "class E:\n    def __init__(self): self.x = 1\n    def look(self): return self.x\n", "E", ["look"]
    )
    assert Episode.start(empty, {"x": 5}, NOW, 1).call("look", {}).result == {"result": 5}
    broken = form(
        "class E:\n    def __init__(self, c): self.x = c['y']\n    def look(self): return 1\n", "E", ["look"]
    )
    with pytest.raises(BadStart, match="KeyError"):
        Episode.start(broken, {"x": 5}, NOW, 1)


def test_a_missing_class_is_named() -> None:
    with pytest.raises(TypeError, match="no class Nowhere"):
        form(name="Nowhere")


def test_many_refusals_with_objects_stay_quick_and_right() -> None:
    one = Episode.start(form(OBJECTS, "Tree", ["add"], load="_load"), {"root": "top"}, NOW, 1)
    for _ in range(40):
        one.call("add", {"name": "a"})
    assert list(one.state()["root"]["children"]) == ["a"]
    assert one.state()["root"]["name"] == "top"


KEYS = """
class Grid:
    def __init__(self, config):
        self.cells = {(1, 2): "a", None: "b", 3: "c", "d": "e"}

    def fill(self, text):
        self.cells[(1, 2)] += text
        return {"success": len(text) < 3, "keys": [str(key) for key in self.cells]}
"""


def test_keys_that_are_no_text_come_back_as_what_they_were() -> None:
    one = Episode.start(form(KEYS, "Grid", ["fill"]), {}, NOW, 1)
    assert one.call("fill", {"text": "long"}).is_error
    assert one.snapshot()
    assert one.call("fill", {"text": "x"}).result["keys"] == ["(1, 2)", "None", "3", "d"]
    assert one.state()["cells"]["(1, 2)"] == "ax"
