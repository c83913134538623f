"""`server.json` of every generated server, by the registry's own schema and by our stricter rules.

The schema of 2025-12-11 comes with skillsaw, byte for byte as it was published (MIT).
"""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.source_tree import ROOT

SERVERS = sorted(path.parent for path in (ROOT / "generated_servers").glob("*/server.json"))
KNOWN = {"$schema", "name", "title", "description", "version", "packages"}
KNOWN_OF_PACKAGE = {"registryType", "identifier", "version", "runtimeHint", "transport"}
EXACT_VERSION = re.compile(r"\d+\.\d+\.\d+")
"""The schema takes any version but `latest`; ours are stricter."""


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    released = resources.files("skillsaw") / "schemas/mcp_registry/v2025_12_11/server.schema.json"
    return json.loads(released.read_bytes())


def faults(schema: dict[str, Any], told: dict[str, Any]) -> list[str]:
    found = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER).iter_errors(told)
    return [f"{error.json_path}: {error.message}" for error in found]


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_official_schema_takes_server_json(schema: dict[str, Any], server: Path) -> None:
    told: dict[str, Any] = json.loads((server / "server.json").read_bytes())
    assert told["$schema"] == schema["$id"]
    assert faults(schema, told) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": "no_slash"}, "$.name"),
        ({"description": "x" * 101}, "$.description"),
        ({"packages": [{"registryType": "pypi", "identifier": "x", "version": "latest"}]}, "$.packages[0]"),
    ],
    ids=lambda change: next(iter(change)) if isinstance(change, dict) else "",
)
def test_the_schema_would_notice(schema: dict[str, Any], change: dict[str, Any], place: str) -> None:
    told: dict[str, Any] = json.loads((SERVERS[0] / "server.json").read_bytes())
    found = faults(schema, told | change)
    assert found
    assert all(fault.startswith(place) for fault in found)


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_it_keeps_our_own_rules(server: Path) -> None:
    told: dict[str, Any] = json.loads((server / "server.json").read_bytes())
    assert set(told) == KNOWN
    assert EXACT_VERSION.fullmatch(told["version"])
    assert f"mcp-name: {told['name']}" in (server / "README.md").read_text(encoding="utf-8")
    (package,) = told["packages"]
    assert set(package) == KNOWN_OF_PACKAGE
    assert package["transport"] == {"type": "stdio"}
    assert EXACT_VERSION.fullmatch(package["version"])
