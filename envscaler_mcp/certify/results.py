"""Whether results fit the output schemas that `tools.json` promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from jsonschema import Draft202012Validator

from envscaler_mcp.runtime.standalone.episode import Outcome
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import Json

from .play import Caller


class Witness:
    """Passes calls on, and notes every result that does not fit, once for each tool and fault."""

    def __init__(self, tools: Sequence[Mapping[str, Any]]) -> None:
        self._schemas = {str(tool["name"]): Draft202012Validator(tool["outputSchema"]) for tool in tools}
        self._seen: dict[tuple[str, str], Problem] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What did not fit."""
        return tuple(self._seen.values())

    def watching(self, caller: Caller) -> Caller:
        """The same calls, with every result looked at."""

        async def call(tool: str, arguments: dict[str, Json]) -> Outcome:
            outcome = await caller(tool, arguments)
            self.look(tool, outcome)
            return outcome

        return call

    def look(self, tool: str, outcome: Outcome) -> None:
        """Look at one result; an error needs a code or words, no schema."""
        if outcome.is_error:
            if not any(isinstance(value, str) and value for value in outcome.result.values()):
                self._note(tool, "result_unclear", "refuses without a word of why")
            return
        error = next(cast("Any", self._schemas[tool]).iter_errors(outcome.result), None)
        if error is not None:
            place = "/".join(str(step) for step in error.absolute_path)
            self._note(
                tool, "result_schema", f"a result does not fit its schema at /{place}: {error.message[:200]}"
            )

    def _note(self, tool: str, code: str, message: str) -> None:
        self._seen.setdefault((tool, code), Problem(code=code, where=f"tools/{tool}", message=message))
