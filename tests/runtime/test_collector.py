"""The garbage collector during a start."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest

from envscaler_mcp.runtime.standalone.collector import collector_paused


@pytest.fixture(autouse=True)
def _collected_again() -> Generator[None]:
    yield
    gc.unfreeze()


def test_it_rests_during_a_start_and_then_passes_over_what_is_there() -> None:
    with collector_paused():
        assert not gc.isenabled()
        made = [[] for _ in range(100)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(made)


def test_a_start_that_fails_leaves_it_on() -> None:
    with pytest.raises(RuntimeError), collector_paused():
        raise RuntimeError
    assert gc.isenabled()
