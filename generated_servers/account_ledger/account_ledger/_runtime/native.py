"""Native environments as worlds: pydantic gives the state's schema, dump and validation."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pydantic import ValidationError

from .canonical import dumps, integral, loads
from .description import Description, describe, roles_in
from .environment import Clock, Environment, broken_rules, tools_of
from .schemas import dump_result, validate_arguments
from .state_text import StateText
from .world import BadStart, World, clock_from_json, clock_to_json


class NativeForm:
    """A subclass of `Environment`."""

    def __init__(self, cls: type[Environment]) -> None:
        self.cls = cls
        self.tools = tools_of(cls)
        self._roles = roles_in(cls)

    @cached_property
    def description(self) -> Description:
        """Tools, rules and entities; built when first asked for."""
        return describe(self.cls)

    @property
    def roles(self) -> dict[str, str]:
        """Path pattern → role."""
        return self._roles

    def settles(self, tool: str, /) -> bool:
        """Only writes write: certify and tests prove that reads are pure."""
        return self.tools[tool] == "write"

    def start(self, start: dict[str, Any], clock: Clock) -> World:
        """Validate a state and give it a clock."""
        return self._world(dumps(integral(start)), clock)

    def restore(self, snapshot: bytes) -> World:
        """The world that a snapshot holds."""
        hidden, _, state = snapshot.partition(b"\n")
        return self._world(state, clock_from_json(loads(hidden)))

    def _world(self, state: str | bytes, clock: Clock) -> World:
        try:
            environment = self.cls.model_validate_json(state)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = "/".join(str(step) for step in first["loc"])
            raise BadStart(f"/{place}: {first['msg']}") from error
        environment._clock = clock  # pyright: ignore[reportPrivateUsage]  # tools must not see it
        return NativeWorld(environment)


class NativeWorld:
    """One instance of a native environment."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._text = StateText(environment)

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Validate, call, and serialise at once, so that no result aliases the state."""
        method = getattr(type(self.environment), tool)
        checked = validate_arguments(method, arguments)
        return dump_result(method, method(self.environment, **checked))

    def settle(self, _tool: str, /) -> bytes:
        """Dump and validate what the call touched."""
        return self._hidden() + b"\n" + self._text.settle()

    def state(self) -> dict[str, Any]:
        """The state as JSON."""
        return self.environment.model_dump(mode="json")

    def canonical(self) -> bytes:
        """The state's one spelling, as it was settled last."""
        return self._text.canonical()

    def broken_rules(self) -> list[str]:
        """Ids of broken rules."""
        return broken_rules(self.environment)

    def _hidden(self) -> bytes:
        return dumps(clock_to_json(self.environment._clock)).encode()  # pyright: ignore[reportPrivateUsage]
