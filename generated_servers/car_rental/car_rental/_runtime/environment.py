"""The base class of a native environment: state fields, tools and rules in one class.

A tool is a method under `@read` or `@write`; a rule is a method under `@rule("…")` that says
whether the state obeys it. Time and ids come from the episode, so the same calls give the same
bytes in any process.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import keyword
import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

TOOL_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}\Z")
RESERVED_TOOL_NAMES = frozenset(["reset", "step", "state", "close", "verify", "seed_session", "submit"])

# Field roles (contracts: frame, diff and digest respect them).
VOLATILE: Any = Field(json_schema_extra={"role": "volatile"})
APPEND_ONLY: Any = Field(json_schema_extra={"role": "append_only"})
DERIVED: Any = Field(json_schema_extra={"role": "derived"})
FREE_TEXT: Any = Field(json_schema_extra={"role": "free_text"})

Method = TypeVar("Method", bound=Callable[..., Any])
Row = TypeVar("Row")


class Refusal(Exception):
    """A tool says no: `code` for scripts, `message` with a reason that the agent can act on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Clock:
    """What an episode decides for its environment: the time, the seed and the ids given out."""

    now: dt.datetime
    seed: int
    given: dict[str, int] = field(default_factory=dict[str, int])

    def next_id(self, prefix: str) -> str:
        """The next generated id, `PREFIX-xxxxxx`; it differs from seed to seed."""
        count = self.given.get(prefix, 0) + 1
        self.given[prefix] = count
        mark = hashlib.blake2s(f"{self.seed}/{prefix}/{count}".encode(), digest_size=3).hexdigest()
        return f"{prefix}-{mark.upper()}"


class Entity(BaseModel):
    """One row of a collection. Its key is `id`, or else its first field."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @classmethod
    def key_field(cls) -> str:
        """The field that holds the row's own key."""
        return "id" if "id" in cls.model_fields else next(iter(cls.model_fields))


class Environment(BaseModel):
    """A small stateful world. Subclass it; annotate state fields; mark tools and rules."""

    model_config = ConfigDict(extra="forbid", strict=True)
    _clock: Clock = PrivateAttr(default_factory=lambda: Clock(dt.datetime(2026, 1, 1), 0))

    def now(self) -> dt.datetime:
        """The episode's time. It stands still unless a tool calls `advance`."""
        return self._clock.now

    def today(self) -> dt.date:
        """The date of `now()`."""
        return self._clock.now.date()

    def advance(self, span: dt.timedelta) -> None:
        """Let time pass (in a write only)."""
        self._clock.now += span

    def new_id(self, prefix: str) -> str:
        """A fresh id such as `ENT-3F09A1`, unused in every collection."""
        while True:
            candidate = self._clock.next_id(prefix)
            if not any(candidate in rows for rows in collections_of(self).values()):
                return candidate

    def find(self, rows: dict[str, Row], key: str, noun: str) -> Row:
        """The row under `key`, or the refusal `unknown_<noun>`."""
        if key not in rows:
            raise Refusal(f"unknown_{noun.replace(' ', '_')}", f"There is no {noun} {key!r}.")
        return rows[key]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse what pydantic would let pass silently and break later."""
        super().__pydantic_init_subclass__(**kwargs)
        for name in cls.model_fields:
            _refuse_field(cls, name)
        for name in tools_of(cls):
            _refuse_tool(cls, name)
        _refuse_doubles(cls)


_marked: dict[tuple[str, str], int] = {}
"""How often a decorated method of this qualified name was defined since its class was last made."""


def read(method: Method) -> Method:
    """Mark a tool that never changes state."""
    return _mark(method, "read")


def write(method: Method) -> Method:
    """Mark a tool that may change state: wholly, or, on a refusal, not at all."""
    return _mark(method, "write")


def rule(text: str) -> Callable[[Method], Method]:
    """Mark an invariant: a method without arguments that says whether the state obeys `text`."""

    def mark(method: Method) -> Method:
        _count(method)
        method.__rule__ = text  # type: ignore[attr-defined]
        return method

    return mark


def tools_of(cls: type[Environment]) -> dict[str, str]:
    """Tool name → `read` or `write`, sorted by name."""
    kinds = {name: getattr(getattr(cls, name, None), "__tool__", None) for name in dir(cls)}
    fields = {name: getattr(info.default, "__tool__", None) for name, info in cls.model_fields.items()}
    return {name: kind for name, kind in sorted({**kinds, **fields}.items()) if kind}


@lru_cache(maxsize=64)
def rules_of(cls: type[Environment]) -> Mapping[str, str]:
    """Rule id (the method's name) → text, in the order of definition."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        for name, member in vars(base).items():
            if hasattr(member, "__rule__"):
                found[name] = member.__rule__
    return found


def collections_of(environment: Environment) -> dict[str, dict[str, Any]]:
    """The fields of an environment that are keyed collections."""
    return {
        name: cast("dict[str, Any]", rows)
        for name in type(environment).model_fields
        if isinstance(rows := getattr(environment, name), dict)
    }


def broken_rules(environment: Environment) -> list[str]:
    """Ids of the rules that the state breaks; `key_is_id` is every environment's own."""
    broken = [name for name in rules_of(type(environment)) if not _obeys(environment, name)]
    return broken if _keys_are_ids(environment) else [*broken, "key_is_id"]


def _obeys(environment: Environment, rule_id: str) -> bool:
    """A rule that fails inside has met a state that it was not made for: broken."""
    try:
        return bool(getattr(environment, rule_id)())
    except Exception:  # noqa: BLE001 - a rule may raise anything; the episode must go on
        return False


def _keys_are_ids(environment: Environment) -> bool:
    return all(_keyed_by_id(rows) for rows in collections_of(environment).values())


def _keyed_by_id(rows: dict[str, Any]) -> bool:
    """The key field is looked up once for each type: this is asked after every write."""
    kinds: set[type[object]] = {type(row) for row in rows.values()}
    fields = {kind: kind.key_field() for kind in kinds if issubclass(kind, Entity)}
    return all(getattr(row, fields[type(row)]) == key for key, row in rows.items() if type(row) in fields)


def _mark(method: Method, kind: str) -> Method:
    _count(method)
    method.__tool__ = kind  # type: ignore[attr-defined]
    return method


def _count(method: Callable[..., Any]) -> None:
    key = (method.__module__, method.__qualname__)
    _marked[key] = _marked.get(key, 0) + 1


def _refuse_field(cls: type[Environment], name: str) -> None:
    if getattr(cls.model_fields[name].default, "__tool__", None):
        raise TypeError(f"{cls.__name__}.{name} is a state field and a tool; rename one of them")
    if hasattr(Environment, name):
        raise TypeError(
            f"{cls.__name__}.{name}: a state field may not be named like an attribute of the base class"
        )
    if _holds_set(cls.model_fields[name].annotation):
        raise TypeError(f"{cls.__name__}.{name} is a set; sets have no order, use a list or a dict")


def _holds_set(annotation: Any) -> bool:
    """Asked of the annotation: a JSON schema of the class would cost every start of a server 50 ms."""
    kind = get_origin(annotation) or annotation
    is_set = isinstance(kind, type) and issubclass(kind, Set)
    return is_set or any(_holds_set(part) for part in get_args(annotation))


def _refuse_tool(cls: type[Environment], name: str) -> None:
    where = f"{cls.__name__}.{name}"
    if not TOOL_NAME.match(name) or keyword.iskeyword(name):
        raise TypeError(f"{where}: a tool's name is lower case, at most 40 characters, a letter first")
    if name in RESERVED_TOOL_NAMES or hasattr(Environment, name):
        raise TypeError(f"{where}: this name is reserved; choose another")


def _refuse_doubles(cls: type[Environment]) -> None:
    prefix = f"{cls.__qualname__}."
    mine = [key for key in _marked if key[0] == cls.__module__ and key[1].startswith(prefix)]
    counts = {key[1]: _marked.pop(key) for key in mine}
    for name, count in counts.items():
        if count > 1:
            raise TypeError(f"{name} is defined {count} times; the last would silently win")
