import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.scoring import outside
from envscaler_mcp.spec import Frame

INITIAL: dict[str, Any] = {
    "entries": {
        "E1": {"id": "E1", "status": "waiting", "note": "", "tags": ["a"], "seen": 1, "total": 5},
        "E2": {"id": "E2", "status": "waiting", "note": "", "tags": [], "seen": 1, "total": 5},
    },
    "log": ["opened"],
    "events": {},
}
ROLES = {"/entries/*/seen": "volatile", "/entries/*/total": "derived", "/entries/*/tags": "append_only"}


def after(**steps: Any) -> dict[str, Any]:
    """`entries__E1__status="booked"` sets that path."""
    state = copy.deepcopy(INITIAL)
    for path, value in steps.items():
        *way, last = path.split("__")
        part: Any = state
        for step in way:
            part = part[step]
        if value is None:
            del part[last]
        else:
            part[last] = value
    return state


ROW = {"id": "N", "status": "new", "note": "", "tags": [], "seen": 0, "total": 0}

CASES = [
    ("a change inside", Frame(changed=("/entries/E1/status",)), after(entries__E1__status="x"), ()),
    ("a star is one step", Frame(changed=("/entries/*/status",)), after(entries__E2__status="x"), ()),
    ("below a pattern", Frame(changed=("/entries/E1",)), after(entries__E1__status="x"), ()),
    ("elsewhere", Frame(changed=("/entries/E1",)), after(entries__E2__note="x"), ("/entries/E2/note",)),
    ("nothing is required", Frame(changed=("/entries/E1/status",), deleted=("/entries/E2",)), INITIAL, ()),
    ("created as said", Frame(created={"entries": 1}), after(entries__N=ROW), ()),
    ("one too many", Frame(created={"entries": 1}), after(entries__N=ROW, entries__A=ROW), ("/entries/A",)),
    ("one too few", Frame(created={"entries": 1}), INITIAL, ("/entries",)),
    ("created unsaid", Frame(changed=("/entries/*",)), after(entries__N=ROW), ("/entries/N",)),
    ("deleted as said", Frame(deleted=("/entries/E2",)), after(entries__E2=None), ()),
    ("deleted unsaid", Frame(changed=("/entries/E2",)), after(entries__E2=None), ("/entries/E2",)),
    ("free", Frame(free=("/entries/*/note",)), after(entries__E2__note="x"), ()),
    ("free rows", Frame(free=("/entries/*",)), after(entries__N=ROW, entries__E1=None), ()),
    ("volatile", Frame(), after(entries__E2__seen=9), ()),
    ("derived", Frame(), after(entries__E2__total=9), ()),
    ("append-only grows", Frame(), after(entries__E1__tags=["a", "b"]), ()),
    ("append-only edited", Frame(), after(entries__E1__tags=["b"]), ("/entries/E1/tags",)),
    ("append-only cut", Frame(), after(entries__E1__tags=[]), ("/entries/E1/tags",)),
    ("a log grows", Frame(history=("log",)), after(log=["opened", "shut"]), ()),
    ("a log rewritten", Frame(history=("log",)), after(log=["shut", "opened"]), ("/log",)),
    ("a log of rows grows", Frame(history=("events",)), after(events__X={"id": "X"}), ()),
    ("a log's row edited", Frame(history=("entries",)), after(entries__E1__note="x"), ("/entries/E1/note",)),
    ("a log's row lost", Frame(history=("entries",)), after(entries__E1=None), ("/entries/E1",)),
]


@pytest.mark.parametrize(
    ("frame", "final", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_outside(frame: Frame, final: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert outside(frame, INITIAL, final, ROLES) == expected


def test_history_inside_a_list_of_a_keyed_log() -> None:
    initial = {"log": {"P1": [{"id": "a"}]}}
    grown = {"log": {"P1": [{"id": "a"}, {"id": "b"}]}}
    assert outside(Frame(history=("log",)), initial, grown, {}) == ()
    assert outside(Frame(history=("log",)), grown, initial, {}) == ("/log/P1/b",)


def test_a_new_field_of_an_old_entry_is_an_edit() -> None:
    initial, final = {"log": {"a": {"text": "x"}}}, {"log": {"a": {"text": "x", "more": 1}}}
    assert outside(Frame(history=("log",)), initial, final, {}) == ("/log/a/more",)


VALUES = st.one_of(st.integers(0, 3), st.sampled_from(["x", "y"]), st.lists(st.integers(0, 2), max_size=2))
ROWS = st.dictionaries(st.sampled_from("abcd"), st.fixed_dictionaries({"u": VALUES, "v": VALUES}), max_size=4)
STATES = st.fixed_dictionaries({"one": ROWS, "two": ROWS})


@given(STATES, STATES)
def test_everything_is_outside_an_empty_frame(initial: Any, final: Any) -> None:
    assert bool(outside(Frame(), initial, final, {})) == (initial != final)


@given(STATES, STATES)
def test_a_frame_made_of_the_changes_holds_them(initial: Any, final: Any) -> None:
    made = {name: len(final[name].keys() - initial[name].keys()) for name in final}
    frame = Frame(changed=("/*/*/*",), deleted=("/*/*",), created={name: n for name, n in made.items() if n})
    assert outside(frame, initial, final, {}) == ()
    assert outside(Frame(free=("/*",)), initial, final, {}) == ()
