"""`server.json` of every generated server, by the rules of the registry's schema of 2025-12-11.

The rules stand here in our own words; the schema itself is at the address in `$schema`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.source_tree import ROOT

SERVERS = sorted(path.parent for path in (ROOT / "generated_servers").glob("*/server.json"))
KNOWN = {"$schema", "name", "title", "description", "version", "packages"}
KNOWN_OF_PACKAGE = {"registryType", "identifier", "version", "runtimeHint", "transport"}
EXACT_VERSION = re.compile(r"\d+\.\d+\.\d+")
"""The schema takes any version but a range or `latest`; ours are stricter."""


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_registry_takes_server_json(server: Path) -> None:
    told: dict[str, Any] = json.loads((server / "server.json").read_bytes())
    assert set(told) == KNOWN
    assert told["$schema"].endswith("/schemas/2025-12-11/server.schema.json")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", told["name"])
    assert 3 <= len(told["name"]) <= 200
    assert 1 <= len(told["title"]) <= 100
    assert 1 <= len(told["description"]) <= 100
    assert EXACT_VERSION.fullmatch(told["version"])
    assert f"mcp-name: {told['name']}" in (server / "README.md").read_text(encoding="utf-8")
    (package,) = told["packages"]
    assert set(package) == KNOWN_OF_PACKAGE
    assert package["transport"] == {"type": "stdio"}
    assert EXACT_VERSION.fullmatch(package["version"])
