"""The same tools on a bare low-level MCP server: what ours is measured against.

It does what the protocol asks and nothing else: no argument is checked, no call is undone or written
down, there is one state, and no way back to its start. Usage: `bare_server.py TOOLS STATE [--http]`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

Row = dict[str, Any]


class Refused(Exception):
    """A tool says no."""


class Parcels:
    """The tools of parcels/environment.py over dicts."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self.rows = rows
        self.numbers = itertools.count(1)

    def get_parcel(self, parcel_id: str) -> Row:
        if parcel_id not in self.rows:
            raise Refused(f"There is no parcel {parcel_id!r}.")
        return self.rows[parcel_id]

    def search_parcels(self, recipient: str) -> Row:
        return {"result": [row for row in self.rows.values() if row["recipient"] == recipient]}

    def list_shelf(self, shelf: int) -> Row:
        stored = [row for row in self.rows.values() if row["shelf"] == shelf and row["status"] == "stored"]
        return {"result": stored}

    def store_parcel(self, recipient: str, shelf: int, grams: int) -> Row:
        key = f"PCL-{next(self.numbers):06X}"
        row = {"id": key, "recipient": recipient, "shelf": shelf, "grams": grams}
        self.rows[key] = {**row, "status": "stored", "note": ""}
        return self.rows[key]

    def move_parcel(self, parcel_id: str, shelf: int) -> Row:
        row = self.stored(parcel_id)
        row["shelf"] = shelf
        return row

    def collect_parcel(self, parcel_id: str) -> Row:
        row = self.stored(parcel_id)
        row["status"] = "collected"
        return row

    def return_parcel(self, parcel_id: str) -> Row:
        row = self.stored(parcel_id)
        row["status"] = "returned"
        return row

    def note_parcel(self, parcel_id: str, note: str) -> Row:
        row = self.get_parcel(parcel_id)
        row["note"] = note
        return row

    def stored(self, parcel_id: str) -> Row:
        row = self.get_parcel(parcel_id)
        if row["status"] != "stored":
            raise Refused(f"{parcel_id} is {row['status']}.")
        return row


def build(tools: list[dict[str, Any]], parcels: Parcels) -> Server[Any]:
    """The server, as the documentation of `mcp` shows it."""
    listed = types.ListToolsResult(tools=[types.Tool.model_validate(tool) for tool in tools])
    calls: dict[str, Callable[..., Row]] = {tool["name"]: getattr(parcels, tool["name"]) for tool in tools}

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return listed

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in calls:
            raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown tool: {params.name}")
        try:
            row = calls[params.name](**(params.arguments or {}))
        except Refused as refusal:
            return types.CallToolResult(
                content=[types.TextContent(type="text", text=str(refusal))], is_error=True
            )
        text = types.TextContent(type="text", text=json.dumps(row, separators=(",", ":")))
        return types.CallToolResult(content=[text], structured_content=row)

    return Server("parcels", version="1.0.0", on_list_tools=list_tools, on_call_tool=call_tool)


async def over_stdio(server: Server[Any]) -> None:
    """Until end of file."""
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def over_http(server: Server[Any]) -> None:
    """Until it is ended; the first line on stderr says where."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sys.stderr.write(f"listens on http://127.0.0.1:{listening.getsockname()[1]}/mcp\n")
    app = server.streamable_http_app(json_response=True, stateless_http=True, streamable_http_path="/mcp")
    await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(sockets=[listening])


def main() -> None:
    """Read the tools and the state, then serve."""
    tools, state = (json.loads(Path(path).read_bytes()) for path in sys.argv[1:3])
    server = build(tools, Parcels(state["parcels"]))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(over_http(server) if "--http" in sys.argv else over_stdio(server))


if __name__ == "__main__":
    main()
