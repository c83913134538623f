"""`command:'TEMPLATE'`: any program, its command line written by a person."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from envscaler_mcp.errors import BadInput

from .program import Errand, Heard, Launch, Place, mcp_config

FIELDS = ("{instruction}", "{mcp_config}", "{mcp_url}", "{workdir}")


@dataclass(frozen=True)
class Template:
    """The words of a command line; what stands in braces is filled in, and no shell reads it."""

    words: tuple[str, ...]
    keys: tuple[str, ...] = ()
    tells_answers: bool = False

    @classmethod
    def parse(cls, text: str) -> Template:
        """A command line as a person writes it.

        Raises:
            BadInput: it is none, or says nowhere how to reach the server.
        """
        where = f"--agent command:{text}"
        try:
            words = tuple(shlex.split(text))
        except ValueError as error:
            raise BadInput(where, f"that is no command line ({error})", "close the quotes") from error
        if not words:
            raise BadInput(where, "the command is missing", f"name a program and {', '.join(FIELDS)}")
        if not any(name in text for name in ("{mcp_url}", "{mcp_config}")):
            message = "it says nowhere how to reach the server"
            raise BadInput(where, message, "put {mcp_url} or {mcp_config} into it")
        return cls(words)

    @property
    def program(self) -> str:
        """What is started."""
        return self.words[0]

    def launch(self, errand: Errand, place: Place, own: Mapping[str, str]) -> Launch:
        """The command line, filled in word by word."""
        values = (errand.instruction, str(place.mcp_config), errand.url, str(place.work))
        return Launch(
            command=tuple(_filled(word, dict(zip(FIELDS, values, strict=True))) for word in self.words),
            environment=own,
            files={place.mcp_config.name: mcp_config(errand)},
        )

    def hear(self, line: str) -> Heard | None:
        """Nobody knows what its output means."""


def _filled(word: str, values: Mapping[str, str]) -> str:
    """The word with every field replaced once: what an instruction says is no field."""
    head, found, rest = min(
        (word.partition(name) for name in values), key=lambda parts: len(parts[0]) if parts[1] else len(word)
    )
    return head + values[found] + _filled(rest, values) if found else word
