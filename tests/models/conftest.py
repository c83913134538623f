"""A small model that really answers; `make test-models` installs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.models.small_model import Unavailable, install, served


@pytest.fixture(scope="session")
def small_model() -> Iterator[str]:
    """Address of SmolLM2-135M as `chat:smollm2@ADDRESS`, of Responses and of Messages too."""
    try:
        install()
    except Unavailable as error:
        pytest.skip(f"no small model: {error}")
    with served() as address:
        yield f"{address}/v1"
