"""A host that can score: episodes from `runtime.host`, scores from `scoring`."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.host import Host
from envscaler_mcp.runtime.host.ports import Addresses, Urls, open_ports
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.scoring import ask_and_score
from envscaler_mcp.spec import Grading, Score, State

AT_ONCE = 2
"""Scores that are computed at the same time."""
TOKEN_LENGTH = 16
"""Characters that an owner's token must have at least."""


class Scoring:
    """Scores what an episode left behind, with the gradings of its server."""

    def __init__(self) -> None:
        self._checks = CheckRunner(max_processes=AT_ONCE)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[tuple[str, str], tuple[dt.datetime, Grading | None]] = {}

    async def score(
        self, folder: ServerFolder, scenario: str, initial: State, final: State, broken: list[str]
    ) -> Score | None:
        """The score; None where the scenario came without a grading."""
        key = (folder.card.name, scenario)
        if key not in self._tasks:
            self._tasks[key] = (folder.scenario(scenario).now, folder.grading(scenario))
        now, grading = self._tasks[key]
        if grading is None:
            return None
        async with self._turns:
            return await asyncio.to_thread(
                ask_and_score,
                self._checks,
                grading,
                initial,
                final,
                now=now,
                broken_rules=broken,
                roles=folder.roles,
            )

    def close(self) -> None:
        """End the processes that ran checks."""
        self._checks.close()


@asynccontextmanager
async def hosted(host: Host, addresses: Addresses, token: str) -> AsyncGenerator[Urls]:
    """Serve a host on both ports; on the way out, drain it.

    Args:
        host: the episodes.
        addresses: where to listen.
        token: the admin port's.

    Raises:
        BadInput: an address cannot be listened on.
    """
    scoring = Scoring()
    try:
        async with open_ports(host, addresses, token, scoring.score) as urls:
            yield urls
    finally:
        scoring.close()


def owner_token(path: Path) -> str:
    """The token in a file; a new one, readable for its owner alone, where there is no file yet.

    Raises:
        BadInput: the file cannot be read or written, or holds no token.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _token_in(path)
    except OSError as error:
        remedy = "name a file that can be written"
        raise BadInput(str(path), error.strerror or str(error), remedy) from error
    token = secrets.token_urlsafe(32)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(f"{token}\n")
    return token


def _token_in(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"cannot be read ({error})", "name a file with one token") from error
    if len(token) < TOKEN_LENGTH or token.split() != [token]:
        remedy = f"one word of at least {TOKEN_LENGTH} characters, or no file at all"
        raise BadInput(str(path), "holds no token", remedy)
    return token
