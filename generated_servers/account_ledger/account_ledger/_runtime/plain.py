"""The adapter for plain classes: any stateful class whose public methods are tools.

The EnvScaler format is one (`{"success": …}` results, a constructor with or without a config).
The class keeps its source; its attributes are the state.
"""

from __future__ import annotations

import copy
import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any, cast

from .canonical import canonical, dumps, loads
from .decoding import decode
from .encoding import Encoder
from .environment import Clock
from .homes import Home
from .marks import Mark
from .schemas import InvalidArguments
from .seeded import Seeded
from .world import BadStart, Declined, World, clock_from_json, clock_to_json

ONE_SECOND = dt.timedelta(seconds=1)
JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
    "null": type(None),
    "boolean": bool,
}


class PlainForm:
    """A plain class, adapted.

    Args:
        home: executes the class's module; each world has a module of its own.
        seeded: the stand-ins that its module is executed with.
        tools: the MCP tools (as in tools.json); their hints say what reads and what writes.
        load_method: the method that takes the start state, where the constructor does not.
        methods: tool name → method name, where names had to be mapped.
    """

    def __init__(
        self,
        home: Callable[[], Home],
        seeded: Seeded,
        tools: list[dict[str, Any]],
        load_method: str | None = None,
        methods: dict[str, str] | None = None,
    ) -> None:
        self._execute = home
        self.cls = home().cls
        """As executed at loading: to look at, not to play."""
        self.seeded = seeded
        self.load_method = load_method
        self.methods = methods or {}
        self.tools = {
            tool["name"]: "read" if tool["annotations"]["readOnlyHint"] else "write" for tool in tools
        }
        self.schemas = {tool["name"]: tool["inputSchema"] for tool in tools}
        self.roles: dict[str, str] = {}

    def settles(self, _tool: str, /) -> bool:
        """Every call: nobody has proven that what calls itself a query is one."""
        return True

    def start(self, start: dict[str, Any], clock: Clock) -> World:
        """An instance that has taken the start state the way EnvScaler gives it."""
        home = self._home()
        self.seeded.play(clock)
        try:
            instance = self._instance(home.cls, copy.deepcopy(start))
        except Exception as error:
            raise BadStart(
                f"{home.cls.__name__} does not take it: {type(error).__name__}: {error}"
            ) from error
        return PlainWorld(self, home, instance, clock)

    def restore(self, snapshot: bytes) -> World:
        """The instance that a snapshot holds."""
        held = loads(snapshot)
        body = _body(held["state"], held["marks"])  # before `decode` turns it into objects, in place
        home = self._home()
        instance = cast("object", object.__new__(home.cls))
        vars(instance).update(decode(held["state"], held["marks"], self.seeded.modules["datetime"]))
        world = PlainWorld(self, home, instance, clock_from_json(held["clock"]))
        world.last = body
        return world

    def _home(self) -> Home:
        """What a module computes when it is executed is the same in every world."""
        self.seeded.rest()
        return self._execute()

    def _instance(self, cls: type, start: dict[str, Any]) -> Any:
        """Constructor and attributes get the same objects, as upstream: a change of one is one of both."""
        if self.load_method:
            instance = cls()
            getattr(instance, self.load_method)(start)
            return instance
        try:
            instance = cls(start)
        except TypeError:
            instance = cls()
        for name, value in start.items():
            setattr(instance, name, value)
        return instance


class PlainWorld:
    """One instance of a plain class."""

    def __init__(self, form: PlainForm, home: Home, instance: Any, clock: Clock) -> None:
        self.form = form
        self.home = home
        self.instance = instance
        self.clock = clock
        self.last = b""

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Bind by name, call, serialise at once; `{"success": False}` is a refusal."""
        method = getattr(self.instance, self.form.methods.get(tool, tool))
        _bind(method, arguments)
        self.form.seeded.play(self.clock)
        try:
            value = method(**arguments)
        except Exception as error:
            _blame_arguments(error, self.form.schemas[tool], arguments)
            raise
        result = Encoder().encode(value, [])
        if not isinstance(result, dict):
            return {"result": result}
        named = cast("dict[str, Any]", result)
        if _says_no(named):
            raise Declined(named)
        return named

    def settle(self, tool: str, /) -> bytes:
        """Snapshot; time moves on by a second when something changed.

        Released classes make ids of the time, and two writes at one instant would collide.
        """
        state, marks, opaque = self._encode()
        body = _body(state, marks)
        if tool and body != self.last:
            self.clock.now += ONE_SECOND
        self.last = body
        if opaque:
            return b""
        return dumps({"state": state, "marks": marks, "clock": clock_to_json(self.clock)}).encode()

    def state(self) -> dict[str, Any]:
        """The attributes, canonicalised."""
        return self._encode()[0]

    def canonical(self) -> bytes:
        """The state's one spelling."""
        return canonical(self.state())

    def broken_rules(self) -> list[str]:
        """A plain class has no executable rules."""
        return []

    def _encode(self) -> tuple[dict[str, Any], list[Mark], bool]:
        encoder = Encoder()
        settled = self.home.settled_with(encoder)
        encoder.opaque = encoder.vague = False
        every = cast("dict[str, Any]", vars(self.instance))
        attributes = {name: value for name, value in every.items() if not name.startswith("__")}
        state = encoder.encode(attributes, [])
        opaque = encoder.opaque or not settled or self.home.meets(encoder)
        return state, encoder.marks, opaque


def _body(state: dict[str, Any], marks: list[Mark]) -> bytes:
    return dumps([state, marks]).encode()


def _says_no(result: dict[str, Any]) -> bool:
    """EnvScaler's `{"success": False}`; without `success`, an `error` that is not empty."""
    return result["success"] is False if "success" in result else bool(result.get("error"))


def _bind(method: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Refuse missing and unknown names; what a value may be, the class itself decides."""
    signature = inspect.signature(method)
    names = ", ".join(signature.parameters) or "none"
    try:
        signature.bind(**arguments)
    except TypeError as error:
        raise InvalidArguments(f"{error}; the arguments are: {names}.") from error


def _blame_arguments(error: Exception, schema: dict[str, Any], arguments: dict[str, Any]) -> None:
    """When a tool failed over an argument that does not fit its schema, say so."""
    for name, value in arguments.items():
        wanted = schema["properties"].get(name, {}).get("type")
        if wanted and not any(_is(value, one) for one in ([wanted] if isinstance(wanted, str) else wanted)):
            raise InvalidArguments(f"{name}: should be of type {wanted}, got {str(value)[:60]!r}.") from error


def _is(value: Any, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted == "boolean"
    return isinstance(value, JSON_TYPES.get(wanted, object))
