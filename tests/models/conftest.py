"""A small model that really answers; `make test-models` installs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.models.small_model import Unavailable, fast_enough, install, served


@pytest.fixture(scope="session")
def small_model() -> Iterator[str]:
    """Address of SmolLM2-135M as `chat:smollm2@ADDRESS`, of Responses and of Messages too."""
    with ExitStack() as stack:
        try:
            install()
            address = stack.enter_context(served())
            fast_enough(address)
        except Unavailable as error:
            pytest.skip(f"no small model: {error}")
        yield f"{address}/v1"
