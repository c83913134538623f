"""What the tests of imports share."""

import json

import pytest


@pytest.fixture(scope="session")
def released(shared):
    """The folder of a recorded release in EnvScaler's format."""
    return shared / "data" / "envscaler"


@pytest.fixture
def write_json(tmp_path):
    """Write a value as a JSON file (or text as it is) and return its path."""

    def write(name, value):
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return path

    return write
