from typing import Any

import jsonschema
import pytest

from envscaler_mcp.certify import Prober
from envscaler_mcp.certify.leaves import look, put
from envscaler_mcp.certify.neighbours import off_by_one, others, siblings, spread
from envscaler_mcp.certify.results import Witness
from envscaler_mcp.runtime.standalone.difference import MISSING
from envscaler_mcp.runtime.standalone.episode import Outcome
from tests.certify.desks import START, desk

STATE = {"rooms": {"RM-1": {}, "RM-2": {}, "RM-3": {}}, "prices": {"low": 3}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, [6, 4]),
        (True, []),
        ("2026-03-01", ["2026-03-02", "2026-02-28"]),
        ("2026-12-31T23:00:00", ["2027-01-01T23:00:00", "2026-12-30T23:00:00"]),
        ("2026-99-99", []),
        ("9999-12-31", ["9999-12-30"]),
        ("words", []),
    ],
)
def test_off_by_one(value: Any, expected: Any) -> None:
    assert off_by_one(value) == expected


def test_siblings_and_others() -> None:
    assert siblings(STATE, "RM-2") == ["RM-3", "RM-1"]
    assert siblings(STATE, "low") == siblings(STATE, 3) == siblings(STATE, "RM-9") == []
    assert others(["a", "b", None, "c"], "b") == ["c", "a"]
    assert others(None, True) == [False]
    assert others(["a"], "z") == []


def test_spread_takes_from_the_whole() -> None:
    assert spread(range(10), 3) == [0, 3, 6]
    assert spread([1, 2], 3) == [1, 2]


def test_put_and_look() -> None:
    state: dict[str, Any] = {
        "a": {"x/y": {"n": [1, 2]}},
        "rows": [{"id": "r1", "v": 1}, {"id": "r2", "v": 2}],
    }
    assert look(put(state, "/a/x~1y/n/1", 9), "/a/x~1y/n") == [1, 9]
    assert put(state, "/rows/r2/v", 7)["rows"][1]["v"] == 7
    assert [row["id"] for row in put(state, "/rows/r1", MISSING)["rows"]] == ["r2"]
    assert len(put(state, "/rows/r3", {"id": "r3"})["rows"]) == 3
    assert put(state, "/a/x~1y", MISSING)["a"] == {}
    assert state["rows"][1]["v"] == 2


def test_valid_probes_fit_and_invalid_ones_do_not(tmp_path: Any) -> None:
    tools = desk(tmp_path).bundle.tools
    prober = Prober(tools, START, 1)
    for tool in tools:
        for _ in range(20):
            jsonschema.validate(prober.valid(tool["name"]).arguments, tool["inputSchema"])
        for call in prober.invalid(tool["name"]):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(call.arguments, tool["inputSchema"])


def test_probes_name_rows_of_the_right_kind_and_are_reproducible(tmp_path: Any) -> None:
    tools = desk(tmp_path).bundle.tools
    calls = [[Prober(tools, START, seed).valid("book_room") for _ in range(2)] for seed in (1, 1, 2)]
    assert calls[0] == calls[1] != calls[2]
    assert calls[0][0].arguments["room_id"] in START["rooms"]
    assert calls[0][0].arguments["member_id"] in START["members"]
    assert Prober(tools, START, 1).valid("book_room", {"room_id": "X"}).arguments["room_id"] == "X"


def test_the_witness_notes_each_fault_once() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    witness = Witness([{"name": "t", "outputSchema": schema}])
    witness.look("t", Outcome({"n": 1}))
    witness.look("t", Outcome({"code": "no", "message": "Not now."}, is_error=True, code="no"))
    assert witness.problems == ()
    for _ in range(2):
        witness.look("t", Outcome({"n": "1"}))
        witness.look("t", Outcome({}, is_error=True))
    assert {problem.code for problem in witness.problems} == {"result_schema", "result_unclear"}
