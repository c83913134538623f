"""The base class refuses what pydantic would let pass silently."""

from __future__ import annotations

import datetime as dt

import pytest

from envscaler_mcp.runtime.standalone import Clock, Environment, read
from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.environment import broken_rules, tools_of
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.samples import account_ledger, surgery_waitlists

from .clinic import Clinic, episode

REFUSED = {
    "field and tool": "    x: int = 1\n    @read\n    def x(self) -> int: ...\n",
    "overrides BaseModel": "    @read\n    def copy(self) -> int: ...\n",
    "defined 2 times": "    @read\n    def a(self) -> int: ...\n    @read\n    def a(self) -> int: ...\n",
    "reserved": "    @read\n    def state(self) -> int: ...\n",
    "lower case": "    @read\n    def getX(self) -> int: ...\n",
    "keyword": "    @read\n    def " + "a" * 41 + "(self) -> int: ...\n",
    "is a set": "    x: set[str]\n",
    "holds sets": "    x: dict[str, frozenset[str]]\n",
    "named like an attribute": "    json: str\n",
}


@pytest.mark.filterwarnings("ignore:Field name")
@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_a_trap_is_refused_when_the_class_is_made(body: str) -> None:
    with pytest.raises(TypeError, match="Trap"):
        exec(
            "class Trap(Environment):\n" + body,
            {"Environment": Environment, "read": read, "__name__": "trap"},
        )


@pytest.mark.parametrize("world", [Clinic, account_ledger.CLASS, surgery_waitlists.CLASS])
def test_a_form_knows_the_roles_that_the_description_tells(world: type[Environment]) -> None:
    assert NativeForm(world).roles == describe(world).roles != {}


def test_a_class_can_be_made_twice() -> None:
    for _ in range(2):

        class Fine(Environment):
            @read
            def look(self) -> int:
                return 1

        assert tools_of(Fine) == {"look": "read"}


def test_a_key_that_is_not_the_rows_id_breaks_the_base_rule() -> None:
    clinic = Clinic.model_validate_json('{"patients":{"a":{"id":"b","visits":9}}}')
    assert broken_rules(clinic) == ["within_limit", "key_is_id"]


def test_ids_depend_on_the_seed_and_never_collide_with_a_row() -> None:
    first = Clock(dt.datetime(2026, 1, 1), 1).next_id("PAT")
    assert first != Clock(dt.datetime(2026, 1, 1), 2).next_id("PAT")
    taken = episode(seed=1, patients={first: {"id": first, "visits": 0}})
    assert taken.call("admit", {}).result["id"] != first
