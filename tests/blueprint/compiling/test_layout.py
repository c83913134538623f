from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.blueprint.compiling.layout import WIDTH, fitted, laid_out

WORD = "considerable_name"
LONG_CALL = f"        value = Booking({', '.join(f'{WORD}_{n}={WORD}_{n}' for n in range(4))})"


def test_a_line_that_fits_stays():
    assert fitted("    return a and b") == ["    return a and b"]


def test_a_call_has_an_argument_a_line():
    assert fitted(LONG_CALL) == [
        "        value = Booking(",
        *(f"            {WORD}_{n}={WORD}_{n}," for n in range(4)),
        "        )",
    ]


def test_a_condition_breaks_before_its_operators():
    line = f"    return {' and '.join([f'{WORD} > {n}{WORD}' for n in range(4)])}"
    assert fitted(line)[:3] == ["    return (", f"        {WORD} > 0{WORD}", f"        and {WORD} > 1{WORD}"]


def test_a_long_text_goes_on_in_the_next_line():
    line = f'        raise Refusal("code", f"{"word " * 30}{{value}}.")'
    lines = fitted(line)
    assert max(map(len, lines)) <= WIDTH
    assert lines[2].startswith('            "word word')
    assert lines[-2].endswith('{value}.",')


def test_docstrings_and_comments_are_left_alone():
    text = f'"""{"word " * 40}"""\n# {"word " * 40}'
    assert laid_out(text) == text


names = st.sampled_from([WORD, "row", "self.rooms[row.room_id].beds", '"a text"', "not any(x for x in rows)"])
expressions = st.recursive(
    names,
    lambda inner: st.one_of(
        st.builds(lambda parts: f"({' and '.join(parts)})", st.lists(inner, min_size=2, max_size=4)),
        st.builds(lambda parts: f"find({', '.join(parts)})", st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda a, b, c: f"({a} if {b} else {c})", inner, inner, inner),
        st.builds(lambda a, b: f"sum({a} for row in rows if {b})", inner, inner),
    ),
    max_leaves=12,
)


@given(expressions)
def test_what_is_laid_out_means_the_same(expression: str):
    for statement in (f"value = {expression}", f"assert {expression}"):
        assert ast.dump(ast.parse("\n".join(fitted(statement)))) == ast.dump(ast.parse(statement))
