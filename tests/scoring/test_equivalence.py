import copy
import time
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from envscaler_mcp.scoring import equivalent, generated_ids

INITIAL: dict[str, Any] = {"orders": {"O1": {"id": "O1", "total": 3, "note": ""}}, "lines": {}}


def renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(k, k): renamed(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [renamed(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


def with_rows(links: list[tuple[int, int]], prefix: str, count: int = 0) -> dict[str, Any]:
    """Orders N0…, and a line for each link between two of them."""
    state = copy.deepcopy(INITIAL)
    size = count or 1 + max((n for link in links for n in link), default=0)
    state["orders"] |= {f"{prefix}{n}": {"id": f"{prefix}{n}", "total": 1, "note": ""} for n in range(size)}
    for n, (one, other) in enumerate(links):
        key = f"{prefix}L{n}"
        state["lines"][key] = {"id": key, "of": f"{prefix}{one}", "to": f"{prefix}{other}"}
    return state


def test_ids_may_differ_and_references_follow() -> None:
    assert equivalent(INITIAL, with_rows([(0, 1), (1, 2)], "A"), with_rows([(2, 1), (1, 0)], "B"))


def test_other_links_are_other_states() -> None:
    assert not equivalent(INITIAL, with_rows([(0, 1), (1, 2)], "A"), with_rows([(0, 1), (0, 2)], "B"))
    assert not equivalent(INITIAL, with_rows([(0, 1)], "A"), with_rows([(0, 1)], "B", count=3))


def test_regular_graphs_need_trials() -> None:
    """One ring of six and two rings of three look alike to every single row."""
    one_ring = [(n, (n + 1) % 6) for n in range(6)]
    two_rings = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]
    assert not equivalent(INITIAL, with_rows(one_ring, "A"), with_rows(two_rings, "B"))
    assert equivalent(INITIAL, with_rows(one_ring, "A"), with_rows([(b, a) for a, b in one_ring], "B"))


def test_twenty_equal_rows_are_quick() -> None:
    started = time.perf_counter()
    assert equivalent(INITIAL, with_rows([], "A", count=20), with_rows([], "B", count=20))
    other = with_rows([], "B", count=20)
    other["orders"]["B7"]["total"] = 2
    assert not equivalent(INITIAL, with_rows([], "A", count=20), other)
    assert time.perf_counter() - started < 3


def test_free_paths_free_text_and_volatile_fields_are_passed_over() -> None:
    left, right = with_rows([], "A"), with_rows([], "B")
    right["orders"]["B0"]["note"] = "other words"
    assert not equivalent(INITIAL, left, right)
    assert equivalent(INITIAL, left, right, free=["/orders/*/note"])
    assert equivalent(INITIAL, left, right, roles={"/orders/*/note": "free_text"})
    right["orders"]["O1"]["note"] = "of an old row"
    assert not equivalent(INITIAL, left, right, free=["/orders/B0/note"])


def test_a_chosen_key_and_a_date_are_no_generated_ids() -> None:
    day, next_day = ({**INITIAL, "lines": {key: {"id": key}}} for key in ("2026-01-05", "2026-01-06"))
    assert not equivalent(INITIAL, day, next_day)
    left, right = ({**INITIAL, "lines": {key: {"id": key}}} for key in ("SKU-1", "SKU-2"))
    assert equivalent(INITIAL, left, right)
    assert not equivalent(INITIAL, left, right, fixed=["SKU-1", "SKU-2"])


def test_generated_ids_do_not_occur_at_the_start() -> None:
    initial = {"a": {"X": {}}, "b": {}, "seen": ["Y"]}
    assert generated_ids(initial, {"a": {"X": {}, "Z": {}}, "b": {"Y": {}}, "seen": ["Y"]}) == {"Z"}


def test_spelling_of_numbers_does_not_matter() -> None:
    left, right = with_rows([], "A"), with_rows([], "B")
    right["orders"]["B0"]["total"] = 1.0
    assert equivalent(INITIAL, left, right)


LINKS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)


@given(LINKS, st.permutations(range(5)), st.permutations(range(8)))
def test_a_renaming_is_always_equivalent(links: Any, orders: Any, lines: Any) -> None:
    left = with_rows(links, "A", count=5)
    names = {f"A{n}": f"B{orders[n]}" for n in range(5)} | {f"AL{n}": f"BL{lines[n]}" for n in range(8)}
    right = renamed(left, names)
    right["orders"] = dict(reversed(right["orders"].items()))
    assert equivalent(INITIAL, left, right)
    assert equivalent(INITIAL, right, left)


@given(LINKS, st.data())
def test_a_changed_value_never_is(links: Any, data: Any) -> None:
    assume(links)
    left, right = with_rows(links, "A", count=5), with_rows(links, "B", count=5)
    rows = [row for rows in right.values() for row in rows.values()]
    row = data.draw(st.sampled_from(rows))
    row[data.draw(st.sampled_from(sorted(row.keys() - {"id"})))] = "something else"
    assert not equivalent(INITIAL, left, right)
