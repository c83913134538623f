"""What an audit tells of a check and of a class without running either."""

from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.interop.audit.reach import Reach
from envscaler_mcp.interop.audit.sources import look_at
from envscaler_mcp.interop.release import read_release
from tests.interop.audits import CLASS, depot, files

READS = {
    "return final_state['a']['x'] == 1": {"a"},
    "return final_state.get('a', {}).get('x') and 'b' in final_state": {"a", "b"},
    "s = final_state\n    return s['a']": {"a"},
    "def f(state):\n        return state['a']\n    return f(final_state)": {"a"},
    "if not final_state or not isinstance(final_state, dict):\n        return False\n    return True": set(),
    "if final_state is None:\n        return False\n    return final_state['a'] == initial_state['b']": {"a"},
    "return initial_state['b'] == 1": set(),
    "return final_state == initial_state": None,
    "return all(final_state[k] for k in ('a', 'b'))": None,
    "return any(v for v in final_state.values())": None,
    "return len(str(final_state)) > 3": None,
    "s = final_state or {}\n    return s['a']": None,
    "return final_state.get(k)": None,
}


@pytest.mark.parametrize("body", READS)
def test_what_a_check_looks_at(body: str):
    found = look_at(f"def check(initial_state, final_state):\n    {body}\n").reads
    assert found == (None if READS[body] is None else frozenset(READS[body] or ()))


SAME = [
    ("x = f['a']\n    return x == 1", "# a note\n    y = (f['a'])\n    return y == 1", True),
    ("'''Says.'''\n    return f['a'] == 1", "return f['a'] == 1", True),
    ("x: int = f['a']\n    return x == 1", "x = f['a']\n    return x == 1", True),
    ("return f['a'] == 1", "return f['a'] == 2", False),
    ("return f['a'] == 'x'", "return f['a'] == 'X'", False),
    ("return any(r['a'] for r in f['b'])", "return any(q['a'] for q in f['b'])", True),
    ("return any(r['a'] for r in f['b'])", "return all(q['a'] for q in f['b'])", False),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_equal_checks_have_one_normal_form(one: str, other: str, same: bool):
    forms = {look_at(f"def check(i, f):\n    {body}\n").normal_form for body in (one, other)}
    assert (len(forms) == 1) is same


def test_long_literals_are_those_that_are_compared_with():
    source = '''
def check(i, f):
    """The documentation is no wording that anything is compared with."""
    wanted = {"note": "The parcel left the depot  this morning"}
    if f["b"] == "LN-500b6-aaaa-bbbb-cccc-dddd-eeee" or f["b"] == "in transit":
        raise ValueError("this message is not compared with anything at all")
    print("nor is what a check prints for nobody to read")
    assert f["c"], "and no more is the message of an assertion"
    return f["note"] == wanted["note"]
'''
    assert look_at(source).literals == ("The parcel left the depot this morning",)


def reach(tmp_path: Path, source: str = CLASS) -> Reach:
    (environments,) = files(tmp_path, [depot(env_class_code=source)], None)
    return Reach(read_release(environments).environments[0].environment)


def test_which_attributes_tools_write(tmp_path: Path):
    found = reach(tmp_path)
    names = ("parcels", "drivers", "log", "notes", "vans")
    assert [found.writes(name) for name in names] == [True, False, True, True, False]


def test_what_tools_were_seen_to_change_they_write(tmp_path: Path):
    found = reach(tmp_path)
    found.saw(["drivers"])
    assert found.writes("drivers")


def test_a_write_by_a_computed_name_may_hit_anything(tmp_path: Path):
    body = "        self.notes[str(uuid.uuid4())] = text"
    found = reach(tmp_path, CLASS.replace(body, "        setattr(self, text, 1)"))
    assert found.writes("drivers")


def test_tools_of_a_base_class_write_as_well(tmp_path: Path):
    source = CLASS.replace("class Depot:", "class Base:") + (
        "\n\nclass Depot(Base):\n    def rename(self, name: str) -> dict:\n"
        '        """Rename."""\n        self.drivers["D1"]["name"] = name\n        return {"success": True}\n'
    )
    found = reach(tmp_path, source)
    assert [found.writes(name) for name in ("parcels", "drivers", "vans")] == [True, True, False]
