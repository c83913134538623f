import ast
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envscaler_mcp.interop.repairs import LITERAL_READER, repaired_source

BOTH = "import datetime\nfrom datetime import datetime\n"
SWAPPED = "from datetime import datetime\nimport datetime\n"


def run(source, method="f"):
    """Execute a hand-made module and call one of its functions."""
    names = {}
    exec(compile(source, "made", "exec"), names)
    return names[method]()


@pytest.mark.parametrize("opening", [BOTH, SWAPPED])
@pytest.mark.parametrize(
    "expression",
    [
        "datetime.datetime(2024, 1, 2).isoformat()",
        "datetime.strptime('2024-01-02', '%Y-%m-%d').isoformat()",
        "datetime.datetime.fromisoformat('2024-01-02').isoformat()",
        "(datetime(2024, 1, 1) + datetime.timedelta(days=1)).isoformat()",
        "datetime.combine(datetime.date(2024, 1, 2), datetime.time(0)).isoformat()",
        "datetime(2024, 1, 2).isoformat() if isinstance(datetime(2024, 1, 1), datetime) else ''",
    ],
)
def test_every_use_gets_the_import_it_needs(opening, expression):
    source, repairs = repaired_source(f"{opening}\ndef f():\n    ä = 'ü'; return {expression}\n")
    assert run(source) == "2024-01-02T00:00:00"
    assert {repair.where for repair in repairs} <= {"f"}


def test_a_module_and_a_function_of_one_name():
    source, _ = repaired_source(
        "import time\nfrom time import time\ndef f():\n    return time.time() > 0 < time()\n"
    )
    assert run(source) is True


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndef f():\n    return datetime.datetime.now()\n",
        "from datetime import datetime, timedelta\ndef f():\n    return datetime.now() - timedelta(1)\n",
        f"{BOTH}def f():\n    return datetime.now()\n",
        f"{SWAPPED}def f():\n    from datetime import datetime\n    return datetime.now()\n",
        f"{BOTH}def f(datetime):\n    return datetime.datetime\n",
        "x = 1\n",
    ],
)
def test_what_is_sound_stays_byte_for_byte(source):
    assert repaired_source(source) == (source, [])


def test_a_missing_import_is_added():
    source, repairs = repaired_source("def f() -> Optional[str]:\n    return str(uuid.UUID(int=0))[:1]\n")
    assert run(source) == "0"
    assert [repair.message for repair in repairs] == [
        "the missing line `from typing import Optional` was added",
        "the missing line `import uuid` was added",
    ]


def test_a_dynamic_import_becomes_an_ordinary_one():
    source, repairs = repaired_source(
        "class A:\n    def f(self):\n        return __import__('time').time()\n"
    )
    assert "__import__" not in source
    assert "import time as time_module" in source
    assert [repair.where for repair in repairs] == ["f"]


def test_literal_eval_becomes_a_reader_in_the_source():
    source, repairs = repaired_source(
        "import ast\ndef f():\n    return ast.literal_eval(\"{'a': [1, None]}\")\n"
    )
    assert "import ast" not in source
    assert run(source) == {"a": [1, None]}
    assert len(repairs) == 1


def reader():
    names = {}
    exec("import re\n" + LITERAL_READER, names)
    return names["read_literal"]


LITERALS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
        | st.tuples(inner, inner)
        | st.tuples(inner)
        | st.just(())
    ),
    max_leaves=8,
)


@given(LITERALS)
def test_the_reader_reads_what_repr_writes(value):
    assert reader()(repr(value)) == value


@given(st.text(alphabet="[]{}(),:'\"\\ a1.-TrueNon", max_size=12))
def test_the_reader_takes_nothing_that_python_refuses(text):
    try:
        expected = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError):
        with contextlib.suppress(ValueError, TypeError):
            assert not isinstance(reader()(text), dict | list)
        return
    with contextlib.suppress(ValueError, TypeError):
        assert reader()(text) == expected
