"""`command:opencode[:PROVIDER/MODEL]`: opencode, headless, with the tools of one MCP server and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .program import Errand, Heard, Launch, Place, counted, dollars, event_of, part_of

NAME = "rollout"
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Opencode:
    """The settings are those of version 1.18. A model is named as opencode does it, `openai/gpt-5.2`."""

    model: str = ""
    program: str = "opencode"
    package: str = "opencode-ai"
    keys: tuple[str, ...] = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")
    tells_answers: bool = True

    def launch(self, errand: Errand, place: Place, own: Mapping[str, str]) -> Launch:
        """One run, one line of JSON for each event."""
        settings = place.home / "opencode.json"
        model = ("--model", self.model) if self.model else ()
        return Launch(
            command=(self.program, "run", "--agent", NAME, "--format", "json", *model, errand.instruction),
            environment={
                **{name: value for name, value in own.items() if name.endswith("_KEY")},
                "OPENCODE_CONFIG": str(settings),
                "OPENCODE_DISABLE_AUTOUPDATE": "1",
                "OPENCODE_DISABLE_MODELS_FETCH": "1",
            },
            files={settings.name: json.dumps(self._settings(errand, own), indent=2)},
        )

    def hear(self, line: str) -> Heard | None:
        """Each step tells tokens and dollars; an error event is the provider's."""
        event = event_of(line)
        if event.get("type") == "step_finish":
            part = part_of(event, "part")
            tokens = counted(part_of(part, "tokens"), "input", "output", "reasoning")
            return Heard(tokens, dollars(part.get("cost")))
        if event.get("type") == "error":
            return Heard(failure=json.dumps(event.get("error")))
        return Heard(answered=event.get("type") in {"text", "tool_use", "reasoning"})

    def _settings(self, errand: Errand, own: Mapping[str, str]) -> dict[str, Any]:
        addresses = {
            name: {"options": {"baseURL": own[variable]}}
            for name, variable in (("openai", "OPENAI_BASE_URL"), ("anthropic", "ANTHROPIC_BASE_URL"))
            if variable in own
        }
        server = {"type": "remote", "url": errand.url, "timeout": PATIENCE_MS, "oauth": False}
        allowed = {"*": "deny", f"{errand.server}_*": "allow"}
        return {
            "provider": addresses,
            "mcp": {errand.server: server},
            "agent": {NAME: {"mode": "primary", "permission": allowed}},
            "share": "disabled",
            "autoupdate": False,
        }
