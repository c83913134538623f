"""Source is parsed from many threads: scores are taken in them."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from envscaler_mcp.sandbox.parsing import parse_expression, parse_module

LONG = "def check(initial, final):\n" + "".join(
    f"    row_{n} = final['rows'].get('R-{n}', {{}})\n" for n in range(400)
)


class _Ring:
    """Only the collector ends it, and what then runs lets another thread into the middle of a parse."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        sum(range(50))


def _parsed(source: str) -> str:
    for _ in range(1000):
        _Ring()
    return ast.unparse(parse_module(source))


@pytest.fixture
def threads_meet() -> Iterator[None]:
    """Threads take turns, and the collector runs, as often as they can."""
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.set_threshold(5)
    yield
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("threads_meet")
def test_threads_parse_at_once() -> None:
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(_parsed, [LONG] * 16)) == {ast.unparse(ast.parse(LONG))}


def test_an_expression_is_one() -> None:
    assert ast.unparse(parse_expression("a  +  b")) == "a + b"
    with pytest.raises(SyntaxError):
        parse_expression("a = b")
