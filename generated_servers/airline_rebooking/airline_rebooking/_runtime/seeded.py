"""Clock, uuid and random for classes that bring their own: the episode's, not the machine's.

A plain class says `import uuid` or `from datetime import datetime` as it likes; what it gets are
stand-ins that ask the episode that is being played. They are put in by the import function that
the class's module is executed with, so an import inside a method gets them too.
"""

from __future__ import annotations

import base64
import builtins
import calendar
import datetime as dt
import hashlib
import random
import secrets
import time
import types
import uuid
from collections.abc import Callable, Mapping
from typing import Any, cast

from .environment import Clock

UUID_VERSION_1, UUID_VERSION_4 = 1, 4
SECRET_SIZE = 32


class Seeded:
    """The stand-ins of one loaded module. `play` says which episode's clock they follow."""

    def __init__(self) -> None:
        self._clock = _at_rest()
        self._reads = 0
        self._random = _Counted(self._count)
        self.modules: dict[str, types.ModuleType] = {
            "datetime": _stand_in(dt, {"datetime": self._datetime_class(), "date": self._date_class()}),
            "time": _stand_in(time, self._time_functions()),
            "uuid": _stand_in(uuid, {"uuid1": self._uuid1, "uuid4": self._uuid4, "getnode": lambda: 0}),
            "random": (offered := self._random_module()),
            "secrets": self._secrets_module(offered),
        }

    def play(self, clock: Clock) -> None:
        """Follow this clock; random numbers depend on its seed and on what it gave out so far."""
        self._clock = clock
        self._reads = 0
        self._random.seed(f"{clock.seed}/{sorted(clock.given.items())}")

    def rest(self) -> None:
        """Follow no episode: what a module computes when it is executed is always the same."""
        self.play(_at_rest())

    def _count(self) -> None:
        """A random number was given out: the next call must get others."""
        self._clock.given["random"] = self._clock.given.get("random", 0) + 1

    def namespace(self, name: str) -> dict[str, Any]:
        """Globals for a module to be executed in."""
        offered: dict[str, Any] = {**vars(builtins), "__import__": self._import, "hash": stable_hash}
        return {"__name__": name, "__builtins__": offered}

    def adopt(self, module: types.ModuleType) -> None:
        """Put the stand-ins in the place of what an installed module imported for itself."""
        real = {id(source): stand_in for source, stand_in in self._pairs()}
        for name, value in list(vars(module).items()):
            if id(value) in real:
                setattr(module, name, real[id(value)])

    def _pairs(self) -> list[tuple[Any, Any]]:
        sources: Mapping[str, types.ModuleType] = {
            "datetime": dt,
            "time": time,
            "uuid": uuid,
            "random": random,
            "secrets": secrets,
        }
        pairs: list[tuple[Any, Any]] = [(source, self.modules[name]) for name, source in sources.items()]
        for name, source in sources.items():
            pairs += [
                (getattr(source, part), stand_in)
                for part, stand_in in vars(self.modules[name]).items()
                if hasattr(source, part)
                and getattr(source, part) is not stand_in
                and not part.startswith("__")
            ]
        return pairs

    def _import(self, name: str, *rest: Any, **options: Any) -> Any:
        return self.modules.get(name) or __import__(name, *rest, **options)

    def _datetime_class(self) -> type:
        seeded = self

        class Datetime(dt.datetime, metaclass=_Instances):
            """`datetime.datetime` on the episode's time."""

            real = dt.datetime

            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                """The episode's time, in `tz` when given."""
                moment = seeded._now()
                local = moment.astimezone(tz) if tz else moment.replace(tzinfo=None)
                return cls.fromisoformat(local.isoformat())

            @classmethod
            def utcnow(cls) -> Any:
                """The episode's time, naive."""
                return cls.now()

            @classmethod
            def today(cls) -> Any:
                """The episode's time, naive."""
                return cls.now()

            @classmethod
            def fromtimestamp(cls, timestamp: float, tz: dt.tzinfo | None = None) -> Any:
                """The machine's time zone is nobody's business: local time is UTC."""
                moment = super().fromtimestamp(timestamp, tz or dt.UTC)
                return moment if tz else moment.replace(tzinfo=None)

            def timestamp(self) -> float:
                """Seconds since 1970; a naive time is UTC."""
                return dt.datetime.timestamp(self if self.tzinfo else self.replace(tzinfo=dt.UTC))

            def astimezone(self, tz: dt.tzinfo | None = None) -> Any:
                """In another time zone; a naive time is UTC."""
                moment = self if self.tzinfo else self.replace(tzinfo=dt.UTC)
                return dt.datetime.astimezone(moment, tz or dt.UTC)

        return _named(Datetime, "datetime")

    def _date_class(self) -> type:
        seeded = self

        class Date(dt.date, metaclass=_Instances):
            """`datetime.date` on the episode's day."""

            real = dt.date

            @classmethod
            def today(cls) -> Any:
                """The episode's day."""
                return cls.fromisoformat(seeded._now().date().isoformat())

            @classmethod
            def fromtimestamp(cls, timestamp: float) -> Any:
                """The day in UTC."""
                return cls.fromisoformat(dt.datetime.fromtimestamp(timestamp, dt.UTC).date().isoformat())

        return _named(Date, "date")

    def _now(self) -> dt.datetime:
        now = self._clock.now
        return now if now.tzinfo else now.replace(tzinfo=dt.UTC)

    def _time_functions(self) -> dict[str, Callable[..., Any]]:
        def struct(seconds: float | None = None) -> time.struct_time:
            return time.gmtime(self._now().timestamp() if seconds is None else seconds)

        def now() -> float:
            """A microsecond later at each reading in a call: ids made of it do not collide."""
            self._reads += 1
            return self._now().timestamp() + (self._reads - 1) / 10**6

        def now_ns() -> int:
            return int(self._now().timestamp()) * 10**9 + round(now() % 1 * 10**6) * 10**3

        def mktime(moment: time.struct_time) -> float:
            return float(calendar.timegm(moment))

        def strftime(form: str, moment: time.struct_time | None = None) -> str:
            return time.strftime(form, moment or struct())

        def ctime(seconds: float | None = None) -> str:
            return time.asctime(struct(seconds))

        return {
            **dict.fromkeys(("time", "monotonic", "perf_counter"), now),
            **dict.fromkeys(("time_ns", "monotonic_ns", "perf_counter_ns"), now_ns),
            "mktime": mktime,
            **dict.fromkeys(("gmtime", "localtime"), struct),
            "strftime": strftime,
            "ctime": ctime,
            "sleep": _nothing,
        }

    def _uuid(self, version: int) -> uuid.UUID:
        count = self._clock.given.get("uuid", 0) + 1
        self._clock.given["uuid"] = count
        mark = hashlib.blake2b(f"{self._clock.seed}/uuid/{count}".encode(), digest_size=16).digest()
        return uuid.UUID(bytes=mark, version=version)

    def _uuid1(self, *_: Any, **__: Any) -> uuid.UUID:
        return self._uuid(UUID_VERSION_1)

    def _uuid4(self) -> uuid.UUID:
        return self._uuid(UUID_VERSION_4)

    def _random_module(self) -> types.ModuleType:
        seeded = self

        class Random(random.Random):
            """`random.Random`, seeded by the episode when by nothing else."""

            def __init__(self, seed: Any = None) -> None:
                super().__init__(seeded._random.random() if seed is None else seed)

        names = [name for name in dir(self._random) if not name.startswith("_") and hasattr(random, name)]
        methods = {name: getattr(self._random, name) for name in names}
        return _stand_in(random, {**methods, "Random": Random, "SystemRandom": Random, "seed": _nothing})

    def _secrets_module(self, random_module: types.ModuleType) -> types.ModuleType:
        source = self._random

        def token_bytes(size: int | None = None) -> bytes:
            return source.randbytes(size or SECRET_SIZE)

        def token_hex(size: int | None = None) -> str:
            return token_bytes(size).hex()

        def token_urlsafe(size: int | None = None) -> str:
            return base64.urlsafe_b64encode(token_bytes(size)).rstrip(b"=").decode("ascii")

        return _stand_in(
            secrets,
            {
                "token_bytes": token_bytes,
                "token_hex": token_hex,
                "token_urlsafe": token_urlsafe,
                "choice": source.choice,
                "randbelow": source.randrange,
                "randbits": source.getrandbits,
                "SystemRandom": random_module.Random,
            },
        )


class _Counted(random.Random):
    """Tells of every number that it gives out."""

    def __init__(self, count: Callable[[], None]) -> None:
        super().__init__(0)
        self._count = count

    def random(self) -> float:
        self._count()
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        self._count()
        return super().getrandbits(k)


def _at_rest() -> Clock:
    return Clock(dt.datetime(2026, 1, 1), 0)


def stable_hash(value: object) -> int:
    """`hash` without the process's hash seed, for the types a state is made of."""
    mark = hashlib.blake2b(repr(value).encode(), digest_size=8).digest()
    return int.from_bytes(mark, "big", signed=True) >> 1


def _nothing(*_: object) -> None:
    """In place of `sleep` and `seed`."""


class _Instances(type):
    """Real dates are instances of their stand-in, too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cast("type", getattr(cls, "real")))  # noqa: B009

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cast("type", getattr(cls, "real")))  # noqa: B009


def _named(cls: type, name: str) -> type:
    cls.__name__ = cls.__qualname__ = name
    cls.__module__ = "datetime"
    return cls


def _stand_in(module: types.ModuleType, replacements: dict[str, Any]) -> types.ModuleType:
    stand_in = types.ModuleType(module.__name__, module.__doc__)
    public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    vars(stand_in).update(public, **replacements)
    return stand_in
