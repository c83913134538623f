"""`python:MODULE:FUNCTION`: a person's own function, in a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from envscaler_mcp.errors import BadInput

from .program import Errand, Heard, Launch, Place

MAIN = Path(__file__).with_name("function_main.py")


@dataclass(frozen=True)
class Function:
    """`function(instruction, mcp_url)`, plain or async, found from `folder`."""

    module: str
    function: str
    folder: Path
    keys: tuple[str, ...] = ()
    tells_answers: bool = False
    program: str = sys.executable

    @classmethod
    def parse(cls, text: str) -> Function:
        """What stands after `python:`.

        Raises:
            BadInput: it names no function.
        """
        module, _, function = text.rpartition(":")
        if not all(part.isidentifier() for part in (*module.split("."), function)):
            where = f"--agent python:{text}"
            raise BadInput(
                where, "that names no function", "say python:MODULE:FUNCTION, as in python:mine.agents:act"
            )
        return cls(module, function, Path.cwd())

    def launch(self, errand: Errand, place: Place, own: Mapping[str, str]) -> Launch:  # noqa: ARG002
        """A Python that imports the module and calls the function."""
        told = {"instruction": errand.instruction, "mcp_url": errand.url}
        named = {"folder": str(self.folder), "module": self.module, "function": self.function}
        return Launch(
            command=(self.program, "-P", "-B", str(MAIN)),
            environment=own,
            stdin=json.dumps({**named, "arguments": told}),
        )

    def hear(self, line: str) -> Heard | None:
        """What it prints is its own affair."""
