"""The agents of a run, wherever they are at home."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from envscaler_mcp.errors import BadInput

from .keys import KEY_NAMES
from .output import Output

if TYPE_CHECKING:
    from envscaler_mcp.agents import Agent
    from envscaler_mcp.llm import Access

OTHER_PROCESSES = ("command:", "python:")
UNWALLED = (
    "bubblewrap (bwrap) does not work here: agents in other processes can read what you can read, "
    "gradings included."
)


@dataclass(frozen=True)
class Contest:
    """Who takes part.

    Args:
        specs: as written after `--agent`.
        passed: names of variables that agents in other processes may have.
        closed: files and folders that those must not see.
    """

    specs: Sequence[str]
    passed: Sequence[str] = ()
    closed: Sequence[Path] = ()

    def agents(self, access: Access) -> Mapping[str, Agent]:
        """The agents by their specs.

        Raises:
            BadInput: a spec names none, or what it needs is missing.
        """
        return {spec: self._agent(spec, access) for spec in self.specs}

    def refuse_nonsense(self, access: Access) -> None:
        """What can be said against agents without any key.

        Raises:
            BadInput: a spec names none.
        """
        named = dict.fromkeys((name for name in KEY_NAMES if name.endswith("_KEY")), "not-needed")
        self.agents(replace(access, keys={**named, **access.keys}))

    def refuse_unbounded(self) -> None:
        """A budget holds only the models that are asked by us.

        Raises:
            BadInput: an agent asks its own.
        """
        for spec in self.specs:
            if spec.startswith(OTHER_PROCESSES):
                message = "it asks its model itself, so no budget can hold it before a call"
                remedy = "leave --budget out, and bound it by --max-seconds"
                raise BadInput(f"--agent {spec}", message, remedy)

    def warn(self, output: Output) -> None:
        """Say so where agents in other processes see more than they should."""
        from envscaler_mcp.harness.outside.wall import has_wall

        if any(spec.startswith(OTHER_PROCESSES) for spec in self.specs) and not has_wall():
            output.note(UNWALLED)

    def _agent(self, spec: str, access: Access) -> Agent:
        from envscaler_mcp.agents import agent_of
        from envscaler_mcp.blueprint.solving.template import Template
        from envscaler_mcp.harness.outside.choose import OUTSIDE, outside_of

        variables = {**os.environ, **access.keys}
        outside = outside_of(spec, variables, passed=self.passed, closed=self.closed)
        return outside or agent_of(spec, access, {Template.spec: Template}, OUTSIDE)
