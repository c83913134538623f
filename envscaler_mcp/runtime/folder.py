"""A generated server's folder, read as what it is: card, bundle, scenarios, gradings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec import Environment, EnvironmentCard, Grading, Scenario

from .standalone.bundle import EMPTY, Bundle
from .standalone.description import roles_of

GENERATED_SERVERS = Path("generated_servers")
EMPTY_SCENARIO = Scenario.model_validate({**EMPTY, "id": "empty", "instruction": ""})
"""For a server without scenarios."""


@dataclass(frozen=True)
class ServerFolder:
    """One generated server on disk."""

    path: Path
    card: EnvironmentCard

    @classmethod
    def load(cls, path: Path) -> ServerFolder:
        """Read a folder in the form of `generated_servers/<name>/`.

        Raises:
            BadInput: it is no such folder.
        """
        card = path / "environment.json"
        if not card.is_file():
            raise BadInput(
                str(path), "there is no environment.json in it", "name the folder of a generated server"
            )
        return cls(path, EnvironmentCard.load(card))

    @classmethod
    def find(cls, name: str) -> ServerFolder:
        """A folder by path, or by its name among the generated servers.

        Raises:
            BadInput: neither exists; the known names are listed.
        """
        for candidate in (Path(name), GENERATED_SERVERS / name):
            if candidate.is_dir():
                return cls.load(candidate)
        known = sorted(card.parent.name for card in GENERATED_SERVERS.glob("*/environment.json"))
        remedy = (
            f"name a folder, or one of: {', '.join(known)}"
            if known
            else "name the folder of a generated server"
        )
        raise BadInput(name, "there is no such server", remedy)

    @classmethod
    def find_all(cls, names: Iterable[str]) -> list[ServerFolder]:
        """Folders by path, name, or a pattern such as `blueprint/*` among the generated servers.

        Raises:
            BadInput: a name or pattern finds nothing.
        """
        found: list[ServerFolder] = []
        for name in names:
            cards = sorted(GENERATED_SERVERS.glob(f"{name}/environment.json")) if "*" in name else []
            found += [cls.load(card.parent) for card in cards] or [cls.find(name)]
        return found

    @property
    def package(self) -> Path:
        """The folder that is installed: environment.py, tools.json, scenarios."""
        return self.path / self.card.name

    @cached_property
    def bundle(self) -> Bundle:
        """What the standalone runtime needs to run it."""
        return bundle_of(self.card, self.package)

    @cached_property
    def tool_names(self) -> frozenset[str]:
        """Names of the tools."""
        return frozenset(tool.name for tool in self.card.tools)

    @cached_property
    def digest(self) -> str:
        """Digest of the card, which holds those of all files."""
        return self.card.digest()

    @cached_property
    def roles(self) -> dict[str, str]:
        """Path pattern → role of a field, from the card."""
        return roles_of([entity.model_dump() for entity in self.card.entities])

    @cached_property
    def ids(self) -> list[str]:
        """Ids of the scenarios, sorted."""
        return self.bundle.scenario_ids()

    def scenario(self, identifier: str) -> Scenario:
        """One scenario.

        Raises:
            BadInput: there is none of this id, or its file is damaged.
        """
        if identifier not in self.ids:
            known = ", ".join(self.ids) or "none"
            raise BadInput(
                str(self.path), f"there is no scenario {identifier!r}", f"its scenarios are: {known}"
            )
        return Scenario.load(self.package / "scenarios" / f"{identifier}.json")

    def grading(self, identifier: str) -> Grading | None:
        """The grading of a scenario; None where the server came without."""
        path = self.path / "grading" / f"{identifier}.json"
        return Grading.load(path) if path.is_file() else None

    def environment(self) -> Environment:
        """The whole artefact, to render again."""
        return Environment(self.card, self.bundle.text("environment.py"), self.bundle.policy)


def bundle_of(card: EnvironmentCard, package: Path) -> Bundle:
    """The bundle that a card describes."""
    return Bundle(
        folder=package,
        name=card.name,
        title=card.title,
        version=card.version,
        form=card.form,
        class_name=card.class_name,
        load_method=card.load_method,
        methods={tool.name: tool.released_name for tool in card.tools if tool.released_name},
    )
