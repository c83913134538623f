"""The states between calls, told from the last one and the differences."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.runtime.standalone.canonical import canonical, digest_bytes
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.spec import StateChange, Step
from envscaler_mcp.view.states import states_between, undone

VALUES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~", max_size=3)
ROWS = st.dictionaries(
    st.text("ab/~", min_size=1, max_size=2), st.dictionaries(st.sampled_from("xyz"), VALUES)
)
LISTS = st.lists(st.integers(0, 5), unique=True, max_size=4).map(
    lambda ids: [{"id": one, "x": 1} for one in ids]
)
STATES = st.fixed_dictionaries({"rows": ROWS, "list": LISTS, "scalar": VALUES})


def digest(state: dict[str, Any]) -> str:
    return digest_bytes(canonical(state))


def step(n: int, before: dict[str, Any], after: dict[str, Any]) -> Step:
    changes = [StateChange.model_validate(change.to_json()) for change in diff(before, after)]
    return Step(n=n, tool="t", result=None, is_error=False, state_digest=digest(after), diff=tuple(changes))


@given(st.lists(STATES, min_size=2, max_size=5))
def test_what_is_told_is_what_was_and_the_rest_is_none(states: list[dict[str, Any]]):
    steps = [step(n, *pair) for n, pair in enumerate(pairwise(states), start=1)]
    final = deepcopy(states[-1])
    told = states_between(steps, final, {})
    assert final == states[-1]
    assert len(told) == len(states)
    for was, found in list(zip(states, told, strict=True))[1:]:
        assert found is None or canonical(found) == canonical(was)


@given(STATES, STATES)
def test_rows_by_key_come_back_always(before: dict[str, Any], after: dict[str, Any]):
    before, after = before | {"list": []}, after | {"list": []}
    changes = step(1, before, after).diff
    assert canonical(undone(after, changes)) == canonical(before)


def test_a_change_that_nobody_noted_is_noticed():
    first, second = {"rows": {"a": {"x": 1}}}, {"rows": {"a": {"x": 2}}}
    silent = Step(n=1, tool="t", result=None, is_error=False, state_digest=digest(second))
    told = states_between([silent, step(2, first, second)], second, {})
    assert told == [None, None, second]


def test_a_difference_that_does_not_fit_is_no_state():
    strange = (StateChange(path="/rows/zz/x", before=1, after=2), StateChange(path="/scalar/deep", before=1))
    assert [undone({"rows": {}, "scalar": 1}, (one,)) for one in strange] == [None, None]
