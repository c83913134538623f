"""Agents of two libraries, as their users write them: `player.py KIND URL INSTRUCTION`."""

from __future__ import annotations

import asyncio
import sys


async def openai_agents(url: str, instruction: str) -> None:
    from agents import Agent, Runner, set_tracing_disabled
    from agents.mcp import MCPServerStreamableHttp

    set_tracing_disabled(True)
    async with MCPServerStreamableHttp(params={"url": url}, client_session_timeout_seconds=60) as server:
        agent = Agent(name="player", instructions="Solve the task.", mcp_servers=[server], model="gpt-5.2")
        await Runner.run(agent, instruction)


async def pydantic_ai(url: str, instruction: str) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.mcp import MCPToolset

    async with Agent("openai-chat:gpt-5.2", toolsets=[MCPToolset(url)]) as agent:
        await agent.run(instruction)


if __name__ == "__main__":
    asyncio.run({"openai-agents": openai_agents, "pydantic-ai": pydantic_ai}[sys.argv[1]](*sys.argv[2:4]))
