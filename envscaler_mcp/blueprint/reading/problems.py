"""What is wrong with a file: all of it at once, in the order of its lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from envscaler_mcp.errors import BadInput, BadInputs

from .located import Place


@dataclass
class Problems:
    """Collects what is wrong; the same thing counts once."""

    found: dict[tuple[str, int, str], BadInput] = field(default_factory=dict[tuple[str, int, str], BadInput])

    def add(self, place: Place, message: str, remedy: str) -> None:
        """Note one thing that is wrong, and how to mend it."""
        key = (place.file, place.line, message)
        self.found.setdefault(key, BadInput(str(place), message, remedy))

    def raise_any(self) -> None:
        """Raise BadInput if anything was noted: BadInputs if it was more than one thing."""
        told = [self.found[key] for key in sorted(self.found)]
        if len(told) == 1:
            raise told[0]
        if told:
            raise BadInputs(tuple(told))
