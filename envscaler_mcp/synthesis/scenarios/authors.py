"""Who writes what: the author of scenarios, whoever writes checks, and who solves on their own."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.llm import Llm
from envscaler_mcp.synthesis.author import Author


@dataclass(frozen=True)
class Authors:
    """The models of a run; `checker` and `solver` may be others than the author."""

    author: Author
    checker: Llm | None = None
    solver: Llm | None = None

    def at(self, stage: str) -> Author:
        """The author at a stage."""
        return self.author.at(stage)

    @property
    def of_checks(self) -> Author:
        """Whoever writes checks."""
        writing = self.author.at("checks")
        return writing.by(self.checker) if self.checker else writing
