"""A certified server, and its pack in the hands of somebody who means harm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.certify.publish import publish
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.sharing.packing import contents_of, zipped
from envscaler_mcp.sharing.verifying import Verification, verify
from tests.certify import desks

Contents = dict[str, bytes]
Attack = Callable[[Contents], None]


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> ServerFolder:
    """A small server with one certified scenario. Nobody may change it."""
    drawn = desks.desk(tmp_path_factory.mktemp("drawn"))
    path = tmp_path_factory.mktemp("certified") / "desk"
    report = asyncio.run(publish(drawn.environment(), [(desks.scenario(), desks.grading())], path))
    assert [one.tier for one in report.scenarios] == ["certified"]
    return ServerFolder.load(path)


@pytest.fixture
def contents(desk: ServerFolder) -> Contents:
    """Its files as a pack holds them."""
    return contents_of(desk)


@pytest.fixture
def sent(tmp_path: Path) -> Callable[..., Verification]:
    """What `verify` says of these files when they come as a ZIP."""

    def send(contents: Contents, *, run: bool = False, name: str = "desk.zip") -> Verification:
        root = "desk/" if name.endswith(".zip") else ""
        (tmp_path / name).write_bytes(zipped({f"{root}{path}": part for path, part in contents.items()}))
        return verify(tmp_path / name, run=run)

    return send


def restated(contents: Contents) -> Contents:
    """The digests in the card as somebody writes them who has changed the files."""
    card = json.loads(contents["environment.json"])
    kept = {
        name: part for name, part in contents.items() if name not in ("environment.json", "certificate.json")
    }
    card["digests"] = {name: digest_bytes(part) for name, part in kept.items()}
    return {**contents, "environment.json": json.dumps(card, ensure_ascii=False).encode()}


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    """A JSON file with a change made to its value."""
    value = json.loads(content)
    change(value)
    return json.dumps(value, ensure_ascii=False).encode()


def errors(found: Verification) -> set[str]:
    return {problem.code for problem in found.problems if problem.severity == "error"}
