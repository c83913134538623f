"""What a server offers beside its tools, where a person asks for it: prompts and resources.

A prompt is a scenario's task: whoever picks it finds the episode at that scenario's start. Resources are
the policy and a card of the environment. Checks and oracles are not in this folder at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from .bundle import Bundle
from .canonical import pretty
from .gist import gist

SHOWN = 120
"""Characters of a task that a list of prompts shows."""
Begin = Callable[[str | None, str], Awaitable[None]]
"""Token (None: the default episode) and scenario → the episode stands at the scenario's start."""


@dataclass(frozen=True)
class Offers:
    """The prompts and resources of one environment.

    Args:
        bundle: the environment.
        begin: called when a prompt is picked.
    """

    bundle: Bundle
    begin: Begin

    def handlers(self, token_of: Callable[[Any], str | None]) -> dict[str, Any]:
        """What the low-level server calls; `token_of` finds the episode that a request names."""

        async def list_prompts(_: Any, __: Any) -> types.ListPromptsResult:
            return types.ListPromptsResult(prompts=self.prompts())

        async def get_prompt(context: Any, params: types.GetPromptRequestParams) -> types.GetPromptResult:
            result = self.prompt(params.name)
            await self.begin(token_of(context), params.name)
            return result

        async def list_resources(_: Any, __: Any) -> types.ListResourcesResult:
            return types.ListResourcesResult(resources=[resource for resource, _ in self.resources()])

        async def read_resource(_: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
            return self.resource(str(params.uri))

        return {
            "on_list_prompts": list_prompts,
            "on_get_prompt": get_prompt,
            "on_list_resources": list_resources,
            "on_read_resource": read_resource,
        }

    def prompts(self) -> list[types.Prompt]:
        """One for each scenario."""
        return [
            types.Prompt(name=one, title=one.replace("-", " "), description=_shown(gist(self._task(one))))
            for one in self.bundle.scenario_ids()
        ]

    def prompt(self, name: str) -> types.GetPromptResult:
        """The task of a scenario, as a user says it. Raises MCPError."""
        if name not in self.bundle.scenario_ids():
            raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown prompt: {name}")
        said = types.PromptMessage(role="user", content=types.TextContent(type="text", text=self._task(name)))
        return types.GetPromptResult(messages=[said])

    def resources(self) -> list[tuple[types.Resource, str]]:
        """The resources with their texts."""
        base = f"environment://{self.bundle.name}"
        card = types.Resource(
            name="card", title="What this environment is", uri=f"{base}/card", mime_type="application/json"
        )
        policy = types.Resource(
            name="policy", title="Policy", uri=f"{base}/policy", mime_type="text/markdown"
        )
        return [(card, pretty(self._card())), (policy, self.bundle.policy)]

    def resource(self, uri: str) -> types.ReadResourceResult:
        """The text of one. Raises MCPError."""
        for resource, text in self.resources():
            if str(resource.uri) == uri:
                held = types.TextResourceContents(uri=resource.uri, mime_type=resource.mime_type, text=text)
                return types.ReadResourceResult(contents=[held])
        raise MCPError(code=types.INVALID_PARAMS, message=f"Unknown resource: {uri}")

    def _task(self, scenario: str) -> str:
        return str(self.bundle.scenario(scenario)["instruction"])

    def _card(self) -> dict[str, Any]:
        bundle = self.bundle
        tools = [
            {
                "name": tool["name"],
                "kind": "read" if tool["annotations"]["readOnlyHint"] else "write",
                "description": tool["description"],
            }
            for tool in bundle.tools
        ]
        return {
            "name": bundle.name,
            "title": bundle.title,
            "version": bundle.version,
            "tools": tools,
            "scenarios": bundle.scenario_ids(),
        }


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
