"""An environment as a folder of files, and what a server reads from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .canonical import loads
from .loading import load_form
from .world import Form

EMPTY: dict[str, Any] = {"id": "", "start": {}, "now": "2026-01-01T09:00:00+00:00", "seed": 0}
"""Where a server without scenarios begins: in the state that its class makes itself."""


class Unusable(Exception):
    """What a person gave cannot be used; the message names place and remedy."""


@dataclass(frozen=True)
class Bundle:
    """An environment as a folder of files: what a server needs to run it."""

    folder: Path
    name: str
    title: str
    version: str
    form: str
    class_name: str
    load_method: str | None = None
    methods: dict[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def tools(self) -> list[dict[str, Any]]:
        """Content of tools.json."""
        return loads(self.text("tools.json"))

    @cached_property
    def policy(self) -> str:
        """Content of policy.md."""
        return self.text("policy.md")

    def text(self, name: str) -> str:
        """One file of the folder."""
        return (self.folder / name).read_text(encoding="utf-8")

    def form_of(self) -> Form:
        """Execute environment.py in this process."""
        return load_form(
            self.text("environment.py"),
            name=self.name,
            form=self.form,
            class_name=self.class_name,
            tools=self.tools,
            load_method=self.load_method,
            methods=self.methods,
            path=str(self.folder / "environment.py"),
        )

    def scenario_ids(self) -> list[str]:
        """Ids of the scenarios, sorted."""
        return sorted(path.stem for path in (self.folder / "scenarios").glob("*.json"))

    def scenario(self, identifier: str) -> dict[str, Any]:
        """One scenario; raises Unusable when there is none."""
        known = self.scenario_ids()
        if identifier not in known:
            raise Unusable(
                f"scenario {identifier!r}: {self.name} has none of this id; it has: {', '.join(known)}."
            )
        return loads(self.text(f"scenarios/{identifier}.json"))
