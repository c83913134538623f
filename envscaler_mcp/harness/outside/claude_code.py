"""`command:claude-code[:MODEL]`: Claude Code, headless, with the tools of one MCP server and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .program import Errand, Heard, Launch, Place, counted, dollars, event_of, mcp_config, part_of

WAIT_MS = "60000"
"""By default it waits 5 s for a server, then goes on without tools and ends with 0."""
COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


@dataclass(frozen=True)
class ClaudeCode:
    """The flags are those of version 2.1."""

    model: str = ""
    program: str = "claude"
    package: str = "@anthropic-ai/claude-code"
    keys: tuple[str, ...] = ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
    tells_answers: bool = True

    def launch(self, errand: Errand, place: Place, own: Mapping[str, str]) -> Launch:
        """Print mode, one line of JSON for each event."""
        tools = ("--strict-mcp-config", "--tools", "", "--allowedTools", f"mcp__{errand.server}")
        model = ("--model", self.model) if self.model else ()
        output = ("--output-format", "stream-json", "--verbose", "--setting-sources", "")
        config = ("--mcp-config", str(place.mcp_config))
        return Launch(
            command=(self.program, "-p", errand.instruction, *config, *tools, *output, *model),
            environment={
                **own,
                "CLAUDE_CONFIG_DIR": str(place.home / "claude"),
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
                "MCP_CONNECTION_NONBLOCKING": "0",
                "MCP_TIMEOUT": WAIT_MS,
                "MCP_CONNECT_TIMEOUT_MS": WAIT_MS,
            },
            files={place.mcp_config.name: mcp_config(errand)},
        )

    def hear(self, line: str) -> Heard | None:
        """The last line counts tokens and dollars; it is also where a provider's failure stands."""
        event = event_of(line)
        if event.get("subtype") == "api_retry":
            return Heard(failure=f"{event.get('error_status')} {event.get('error')}, again and again")
        if event.get("type") != "result":
            return Heard(answered=event.get("type") == "assistant")
        said = str(event.get("result") or "")
        failed = bool(event.get("is_error")) and "API" in said
        tokens = counted(part_of(event, "usage"), *COUNTS)
        return Heard(tokens, dollars(event.get("total_cost_usd")), said if failed else "")
