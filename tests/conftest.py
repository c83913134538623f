"""What every test may ask for."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no defect (no deadline), and every machine tries the same examples.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

SLOW = pytest.mark.timeout(900)
ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """A shell's background job ignores SIGINT, and servers that a test starts would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that take minutes have more than a minute or two until they count as hanging."""
    for test in items:
        if test.get_closest_marker("slow") and not test.get_closest_marker("timeout"):
            test.add_marker(SLOW)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The recorded releases beside the repository, which never become a part of it."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("the recorded releases (../shared/data) are not on this machine")
    return folder
