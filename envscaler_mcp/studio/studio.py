"""The studio as an MCP server: the same binding as that of every generated server, with tools that author."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

from mcp.server.lowlevel import Server

import envscaler_mcp
from envscaler_mcp.errors import BadInput, EnvscalerError, Infrastructure
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.description import tool
from envscaler_mcp.runtime.standalone.environment import Refusal
from envscaler_mcp.runtime.standalone.episode import Outcome, UnknownTool
from envscaler_mcp.runtime.standalone.schemas import dump_result, validate_arguments
from envscaler_mcp.runtime.standalone.server import build_server

from .domains import Domains
from .drafts import Drafts
from .offering import tools_of
from .proving import Packing, Proving, Succeeding
from .writing import GUIDES, Writing

log = logging.getLogger("studio")
NAME = "envscaler_studio"
MAX_ARGUMENTS = 4 * 1024 * 1024


class Studio:
    """Tools that author environments, behind the binding of generated servers.

    Args:
        drafts: folder of the drafts; they outlive this process.
        out: folder that servers are rendered into.
        succeeding: see `Proving`.
        packing: see `Proving`.
    """

    def __init__(self, drafts: Path, out: Path, succeeding: Succeeding, packing: Packing) -> None:
        kept = Drafts(drafts)
        owners = (Writing(kept), Proving(kept, out, succeeding, packing), Domains(kept, out))
        self._tools = {name: (kind, owner) for owner in owners for name, kind in tools_of(owner).items()}
        self._in_turn = asyncio.Lock()

    @property
    def tools(self) -> list[dict[str, Any]]:
        """What `tools/list` answers, sorted by name."""
        return [
            tool(name, kind, getattr(type(owner), name))
            for name, (kind, owner) in sorted(self._tools.items())
        ]

    def server(self) -> Server[Any]:
        """The MCP server."""

        async def self_for(_: str | None) -> Studio:
            return self

        return build_server(
            name=NAME,
            version=envscaler_mcp.__version__,
            title="Environment studio",
            instructions=(GUIDES / "start.md").read_text(encoding="utf-8"),
            tools=self.tools,
            episode_of=self_for,
        )

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. What an author did wrong is an answer, not an end.

        Raises:
            UnknownTool: there is no such tool.
        """
        del request_id  # every call may be said again: a part put in twice stands there once
        if tool not in self._tools:
            raise UnknownTool(f"Unknown tool: {tool}")
        try:
            async with self._in_turn:
                return Outcome(await self._answer(tool, arguments))
        except Refusal as refusal:
            return _error(refusal.code, refusal.message)
        except BadInput as error:
            return _error("bad_input", str(error))
        except Infrastructure as error:
            return _error("infrastructure", str(error))
        except EnvscalerError as error:
            return _error("failed", str(error))
        except Exception as error:  # the studio goes on whatever one call comes to
            log.exception("the tool %s failed", tool)
            return _error("failed", f"{type(error).__name__}: {error}"[:500])

    async def _answer(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        method = getattr(type(self._tools[tool][1]), tool)
        if len(dumps(arguments)) > MAX_ARGUMENTS:
            raise Refusal("too_large", f"The arguments have more than {MAX_ARGUMENTS} bytes.")
        given = validate_arguments(method, arguments)
        return dump_result(method, await method(self._tools[tool][1], **given))


def _error(code: str, message: str) -> Outcome:
    return Outcome({"code": code, "message": message}, is_error=True, code=code)
