"""`command:codex[:MODEL]`: Codex, headless, with the tools of one MCP server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .program import Errand, Heard, Launch, Place, counted, event_of, part_of

PROVIDER = "of-this-eval"
ADDRESS = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Codex:
    """The settings are those of version 0.169."""

    model: str = ""
    program: str = "codex"
    package: str = "@openai/codex"
    keys: tuple[str, ...] = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
    tells_answers: bool = True

    def launch(self, errand: Errand, place: Place, own: Mapping[str, str]) -> Launch:
        """One run, one line of JSON for each event."""
        folder = place.home / "codex"
        flags = ("--json", "--skip-git-repo-check", "--ephemeral", "--sandbox", "read-only")
        return Launch(
            command=(self.program, "exec", *flags, errand.instruction),
            environment={**own, "CODEX_HOME": str(folder)},
            files={"codex/config.toml": self._settings(errand, own)},
        )

    def hear(self, line: str) -> Heard | None:
        """Each turn tells its tokens; a turn that failed is the provider's."""
        event = event_of(line)
        if event.get("type") == "turn.completed":
            return Heard(counted(part_of(event, "usage"), "input_tokens", "output_tokens"))
        if event.get("type") in {"turn.failed", "error"}:
            return Heard(failure=str(part_of(event, "error").get("message") or event.get("message")))
        return Heard(answered=part_of(event, "item").get("type") not in {None, "error"})

    def _settings(self, errand: Errand, own: Mapping[str, str]) -> str:
        # A JSON string is a TOML string, too.
        model = f"model = {json.dumps(self.model)}\n" if self.model else ""
        return f"""\
{model}model_provider = "{PROVIDER}"

[model_providers.{PROVIDER}]
name = "{PROVIDER}"
base_url = {json.dumps(own.get("OPENAI_BASE_URL", ADDRESS))}
env_key = "OPENAI_API_KEY"
wire_api = "responses"

[mcp_servers.{errand.server}]
url = {json.dumps(errand.url)}
required = true
default_tools_approval_mode = "approve"
startup_timeout_sec = 60
tool_timeout_sec = 120
"""
