import pytest

from envscaler_mcp.interop.checks import convert_check

BEFORE, AFTER = {"a": 1}, {"a": 2}


def upstream(text):
    """What upstream's own way of running a check gives; None for an exception."""
    names = {"initial_state": dict(BEFORE)}
    try:
        exec(text, names)
        return names["check_func"](dict(AFTER))
    except Exception:  # noqa: BLE001  (whatever it raises, it counts as false)
        return None


def ours(text):
    names = {}
    exec(convert_check(text).source, names)
    try:
        return names["check"](dict(BEFORE), dict(AFTER))
    except Exception:  # noqa: BLE001  (whatever it raises, it counts as false)
        return None


SAME = [
    "def check_func(final_state):\n    return final_state['a'] == 2",
    "def check_func(final_state) -> bool:\n    # kept: ä\n    return initial_state['a'] < final_state['a']",
    "def  check_func( now: dict ):\n    text = '''\n  x'''\n    return now['a'] == 2 and text == '\\n  x'",
    "import math\n\ndef check_func(final_state):\n    return math.isclose(final_state['a'], 2)",
    "LIMIT = 2\ndef helper(s):\n    return s['a'] == LIMIT and initial_state['a'] == 1\n"
    "def check_func(final_state):\n    return helper(final_state)",
    "def check_func(final_state, tolerance=0):\n    return final_state['a'] == 2 + tolerance",
    "def check_func(initial_state):\n    return initial_state['a'] == 2",
    "def check_func(final_state):\n    if final_state == 0:\n        return True\n"
    "    return final_state['a'] == 2 if final_state.get('a') else check_func(0)",
    "def check_func(final_state):\n    initial_state = initial_state\n    return True",
    "def check_func(final_state):\n    return final_state['missing']",
    "def check_func(*states):\n    return len(states) == 1",
    "from datetime import date\ndef check_func(final_state):\n    return date(2024, 1, 1).year == 2024",
    "```python\ndef check_func(final_state):\n    return True\n```",
    "    def check_func(final_state):\n        return True",
    "def check_func(final_state):\r\n    return True\r\n",
]


@pytest.mark.parametrize("text", SAME)
def test_a_converted_check_says_what_upstream_says(text):
    converted = convert_check(text)
    assert converted.defect is None
    if "```" in text or text.startswith(" "):
        assert ours(text) is True
    else:
        assert ours(text) == upstream(text)


def test_the_usual_form_keeps_its_text():
    source = convert_check("def check_func(final_state):\n    # why\n    return True").source
    assert source == "def check(initial_state, final_state):\n    # why\n    return True\n"


@pytest.mark.parametrize(
    "text",
    [
        "def check_func(initial, final_state):\n    return (initial['a'], final_state['a']) == (1, 2)",
        "def check_func(final, initial):\n    return (initial['a'], final['a']) == (1, 2)",
        "def verify(final_state):\n    return final_state['a'] == 2",
        "def check_func():\n    return final_state['a'] == 2",
    ],
)
def test_an_unusual_function_is_converted_and_told(text):
    converted = convert_check(text)
    assert converted.defect
    assert not converted.broken
    assert ours(text) is True


@pytest.mark.parametrize("text", [None, "", "x = 1", "def check_func(:", "def check_func(a, b, c): pass", 7])
def test_a_broken_check_keeps_its_place_and_raises(text):
    converted = convert_check(text)
    assert converted.broken
    names = {}
    exec(converted.source, names)
    with pytest.raises(ValueError, match="unusable check"):
        names["check"]({}, {})
