import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.interop.docstrings import read_docstring, shorten, tool_text

GOOGLE = """
Lend a tool to a member.

Args:
    tool_id (str): The tool, such as T-1.
    days (int, optional): How long;
        at most a week.
    extras (Dict[str, Tuple[int, int]]): Further wishes:
        - note (str)
        - colour (str)

Returns:
    dict: {"success": True}

Constraints:
    - A tool is lent once at a time.

Note:
    Fines are not checked.
"""


def test_a_google_docstring_is_taken_apart():
    told = read_docstring(GOOGLE, ["tool_id", "days", "extras"])
    assert told.summary == "Lend a tool to a member."
    assert told.arguments["tool_id"].text == "The tool, such as T-1."
    assert told.arguments["days"].text == "How long; at most a week."
    assert told.arguments["extras"].text == "Further wishes: note (str); colour (str)"
    assert told.arguments["extras"].type == "Dict[str, Tuple[int, int]]"


def test_the_tool_text_keeps_what_an_agent_needs():
    text = tool_text(read_docstring(GOOGLE, []))
    assert text == (
        "Lend a tool to a member.\n\nConstraints:\n- A tool is lent once at a time."
        "\n\nNote:\nFines are not checked."
    )


@pytest.mark.parametrize(
    "layout",
    [
        "Do.\n\nInputs:\n    tool_id (str): The tool.",
        "Do.\n\nArguments:\n  - tool_id: The tool.",
        "Do.\n\nParameters:\n    `tool_id` (str) - The tool.",
        "Do.\n\nParameters\n----------\ntool_id : str\n    The tool.\n\nReturns\n-------\ndict",
        "Do.\n\n:param tool_id: The tool.\n:returns: nothing",
        "Do.\n\n:param str tool_id: The\n    tool.",
        "Do.\n\nArgs: \n    tool_id(str): The tool.\n",
    ],
)
def test_other_layouts_say_the_same(layout):
    told = read_docstring(layout, ["tool_id"])
    assert told.arguments["tool_id"].text == "The tool."
    assert told.summary == "Do."


def test_a_line_about_nothing_known_is_no_argument():
    assert read_docstring("Do.\n\nArgs:\n    None. Uses the state.", ["tool_id"]).arguments == {}


def test_notes_that_do_not_fit_are_left_out_line_by_line():
    rules = "\n".join(f"    - rule {number} is of some length" for number in range(40))
    text = tool_text(read_docstring(f"Do.\n\nConstraints:\n{rules}", []))
    assert len(text) <= 500
    assert text.endswith("is of some length")


def test_without_a_docstring_the_fallback_speaks():
    assert tool_text(read_docstring(None, []), "Said elsewhere.") == "Said elsewhere."


@given(st.text(alphabet="ab \n", max_size=80), st.integers(2, 60))
def test_nothing_is_cut_inside_a_word(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    if short.endswith("…") and short != text:
        kept = short[:-1]
        assert text.startswith(kept)
        assert text[len(kept) :][:1].isspace() or not kept
