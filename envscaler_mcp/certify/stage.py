"""Where plans are played: in a worker process, or here. The ladder needs no more of either than this."""

from __future__ import annotations

from typing import Any, Protocol

from envscaler_mcp.runtime.standalone.episode import Entry, Outcome
from envscaler_mcp.spec import Scenario, State


class Playing(Protocol):
    """An episode that plans are played on."""

    async def call(self, tool: str, arguments: dict[str, Any], request_id: str | None = None) -> Outcome:
        """Play one call. Raises UnknownTool."""
        ...

    async def state(self) -> State:
        """The state as it stands."""
        ...

    async def initial(self) -> State:
        """The state as it stood at the start."""
        ...

    async def broken_rules(self) -> list[str]:
        """Ids of executable rules that the state breaks or broke after any call."""
        ...

    async def digest(self) -> str:
        """Digest of the state as it stands."""
        ...

    async def fork(self) -> Playing:
        """An independent episode with the same past."""
        ...

    async def close(self) -> None:
        """Forget it."""
        ...


class Begun(Playing, Protocol):
    """An episode from its start, with what every call came to."""

    @property
    def journal(self) -> list[Entry]:
        """The calls so far."""
        ...


class Stage(Protocol):
    """Where episodes of one environment begin."""

    async def begin(self, scenario: Scenario, *, seed: int | None = None) -> Begun:
        """A fresh episode of a scenario. Raises BadInput where the environment does not take the start."""
        ...

    async def broken_in(self, scenario: Scenario, state: State) -> list[str] | None:
        """Ids of the rules that a state breaks; None where the environment cannot hold it at all."""
        ...
