"""The tools of a card as MCP lists them: what stands in `tools.json`."""

from __future__ import annotations

from envscaler_mcp.runtime.standalone.description import hints
from envscaler_mcp.spec.environment import EnvironmentCard, ToolCard
from envscaler_mcp.spec.record import Json


def wire_tools(card: EnvironmentCard) -> list[dict[str, Json]]:
    """The list that `tools/list` answers with, sorted by name."""
    return [_wire_tool(tool) for tool in sorted(card.tools, key=lambda tool: tool.name)]


def _wire_tool(tool: ToolCard) -> dict[str, Json]:
    return {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": tool.input,
        "outputSchema": tool.output,
        "annotations": hints(tool.kind),
    }
