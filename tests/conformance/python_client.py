"""One Python client on one server: list, a call, a refusal, invalid arguments. Stands alone.

It is run by the Python of an environment of its own, which holds that client and nothing of this project:
`python python_client.py CLIENT PLAN`; PLAN is JSON {command, args, cwd, calls: {name: {tool, arguments}}}.
It prints {tools: [name], answers: {name: {error: bool, text}}}.
"""

# What it imports is in that other environment only.
# pyright: basic, reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

SECONDS = 30


async def mcp_1(plan: dict[str, Any]) -> dict[str, Any]:
    """The official client of the era before 2026-07-28."""
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    server = StdioServerParameters(command=plan["command"], args=plan["args"], cwd=plan["cwd"])
    async with stdio_client(server) as (incoming, outgoing), ClientSession(incoming, outgoing) as session:
        await session.initialize()
        tools = [tool.name for tool in (await session.list_tools()).tools]
        answers = {}
        for name, call in plan["calls"].items():
            result = await session.call_tool(call["tool"], call["arguments"])
            answers[name] = {"error": bool(result.isError), "text": result.content[0].text}
    return {"tools": tools, "answers": answers}


async def openai_agents(plan: dict[str, Any]) -> dict[str, Any]:
    """The MCP side of the OpenAI Agents SDK."""
    from agents.mcp import MCPServerStdio

    params = {key: plan[key] for key in ("command", "args", "cwd")}
    async with MCPServerStdio(params=params, client_session_timeout_seconds=SECONDS) as server:
        tools = [tool.name for tool in await server.list_tools()]
        answers = {}
        for name, call in plan["calls"].items():
            result = await server.call_tool(call["tool"], call["arguments"])
            failed = getattr(result, "is_error", None) or getattr(result, "isError", None)
            answers[name] = {"error": bool(failed), "text": result.content[0].text}
    return {"tools": tools, "answers": answers}


async def pydantic_ai(plan: dict[str, Any]) -> dict[str, Any]:
    """The MCP side of Pydantic AI."""
    from fastmcp.client.transports import StdioTransport
    from pydantic_ai import ModelRetry
    from pydantic_ai.mcp import MCPToolset

    transport = StdioTransport(plan["command"], plan["args"], cwd=plan["cwd"], keep_alive=False)
    toolset = MCPToolset(transport, init_timeout=SECONDS, read_timeout=SECONDS)
    async with toolset:
        tools = [tool.name for tool in await toolset.list_tools()]
        answers = {}
        for name, call in plan["calls"].items():
            try:
                said = await toolset.direct_call_tool(call["tool"], call["arguments"])
                answers[name] = {"error": False, "text": json.dumps(said, default=str)}
            except ModelRetry as retry:
                answers[name] = {"error": True, "text": str(retry)}
    return {"tools": tools, "answers": answers}


CLIENTS = {"mcp 1.x": mcp_1, "openai-agents": openai_agents, "pydantic-ai": pydantic_ai}

if __name__ == "__main__":
    told = asyncio.run(CLIENTS[sys.argv[1]](json.loads(sys.argv[2])))
    sys.stdout.write(json.dumps(told) + "\n")
