"""Checks: predicates over states that a model or a stranger wrote, run in pydantic-monty.

One fresh session serves one (initial, final) pair; both states enter as JSON text and are parsed
once inside. A check that could leave a trace for the next one gets a session of its own, and when
a shared session is lost, what is left runs one by one, so that a fault lands on its own check.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

from pydantic_monty import (
    Monty,
    MontyCrashedError,
    MontyError,
    MontyRuntimeError,
    MontySession,
    OSPolicy,
    ResourceLimits,
)

from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.spec.record import State

from .check_policy import CheckPlan, plan
from .check_worker import CheckWorker

SECONDS_PER_CHECK = 1.0
MEMORY_PER_SESSION = 64 * 1024 * 1024
DEFAULT_NOW = dt.datetime(2026, 1, 1)
_MAX_MESSAGE = 200
_GRACE = 1.0
_LIMITS: ResourceLimits = {
    "max_feed_duration_secs": SECONDS_PER_CHECK,
    "max_memory": MEMORY_PER_SESSION,
    "max_suspensions": 100,
    "max_total_sleep_secs": 0.0,
}
_ENTER = """\
import json as _envscaler_json
_envscaler_initial = _envscaler_json.loads(_envscaler_a)
_envscaler_final = _envscaler_json.loads(_envscaler_b)
None
"""
_ASK = """
_envscaler_said = check(_envscaler_initial, _envscaler_final)
_envscaler_is_bool = _envscaler_said is True or _envscaler_said is False
(_envscaler_said, None) if _envscaler_is_bool else (None, type(_envscaler_said).__name__)
"""
_STOPS = ("TimeoutError", "MemoryError")
# What Monty says of things that it lacks, and CPython of mistakes; None is never what it lacks.
_PERHAPS_UNSUPPORTED = (
    "NotImplementedError", "ImportError", "ModuleNotFoundError", "AttributeError", "NameError", "TypeError",
    "SyntaxError",
)  # fmt: skip


@dataclass(frozen=True)
class CheckResult:
    """What a check said: `ok` is None when it crashed, returned no bool or was stopped."""

    ok: bool | None
    error: str | None = None


@dataclass(frozen=True)
class _Attempt:
    """One feed: its result, and what that means for the session and for other interpreters."""

    result: CheckResult
    session_lost: bool = False
    own_fault: bool = False
    """Lost by this feed alone: the clock starts anew with each, memory does not."""
    perhaps_unsupported: bool = False


class CheckRunner:
    """Runs checks; owns a pool of Monty interpreters and, once needed, a CPython worker.

    Everything starts lazily and is kept warm between runs. Threads may share one runner.
    """

    def __init__(self, *, max_processes: int = 2) -> None:
        self._max_processes = max_processes
        self._lock = threading.Lock()
        self._pool: Monty | None = None
        self._worker = CheckWorker(seconds=SECONDS_PER_CHECK)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the interpreters. The runner may be used again; it starts new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.__exit__(None, None, None)
        self._worker.close()

    def run(
        self, sources: Sequence[str], initial: State, final: State, *, now: dt.datetime | None = None
    ) -> list[CheckResult]:
        """Ask every check about one pair of states; results stand in the order of `sources`.

        Args:
            sources: texts that define `check(initial, final) -> bool`.
            initial: the state at the start of the episode.
            final: the state that the agent left behind.
            now: what a check sees as the time, which stands still; a fixed date unless given.
        """
        policy: OSPolicy = {"sleep": "call_host", "datetime": now or DEFAULT_NOW, "random_start": {"seed": 0}}
        pool = self._started()
        pair = _Pair(
            checkout=lambda: pool.checkout(script_name="check.py", limits=_LIMITS, os_policy=policy),
            worker=self._worker,
            initial=dumps(initial),
            final=dumps(final),
            now=now or DEFAULT_NOW,
        )
        return pair.ask_all(sources)

    def _started(self) -> Monty:
        with self._lock:
            if self._pool is None:
                pool = Monty(
                    max_processes=self._max_processes,
                    request_timeout=SECONDS_PER_CHECK + 2 * _GRACE,
                    feed_duration_limit_grace=_GRACE,
                )
                pool.__enter__()
                self._pool = pool
            return self._pool


@dataclass(frozen=True)
class _Pair:
    """One (initial, final) pair as text, and where to ask about it."""

    checkout: Callable[[], MontySession]
    worker: CheckWorker
    initial: str
    final: str
    now: dt.datetime

    def ask_all(self, sources: Sequence[str]) -> list[CheckResult]:
        """Every source's result: first those that may share, then the rest one by one."""
        plans = [plan(source) for source in sources]
        found = {n: CheckResult(None, look.error) for n, look in enumerate(plans) if look.error}
        shared = [n for n, look in enumerate(plans) if look.place == "shared" and n not in found]
        attempts = self._ask_shared(sources, plans, shared)
        for n, source in enumerate(sources):
            if n not in found:
                found[n] = self._settle(source, plans[n], attempts.get(n))
        return [found[n] for n in range(len(sources))]

    def _settle(self, source: str, look: CheckPlan, attempt: _Attempt | None) -> CheckResult:
        if look.place == "worker":
            return self._ask_worker(source, None)
        attempt = attempt or self._ask_alone(source)
        if attempt.own_fault:  # stopped by the clock: perhaps others had the machine
            attempt = self._ask_alone(source)
        return self._ask_worker(source, attempt.result) if attempt.perhaps_unsupported else attempt.result

    def _ask_shared(
        self, sources: Sequence[str], plans: Sequence[CheckPlan], shared: Sequence[int]
    ) -> dict[int, _Attempt]:
        """As many attempts as one session survives; what is missing has to be asked alone."""
        attempts: dict[int, _Attempt] = {}
        if not shared:
            return attempts
        left_behind: set[str] = set()
        with self.checkout() as session:
            if _feed(session, _ENTER, self._inputs()).session_lost:
                return attempts
            for n in shared:
                if plans[n].uses & (left_behind - plans[n].defines):
                    continue
                left_behind |= plans[n].defines
                attempt = _feed(session, sources[n] + _ASK)
                if attempt.session_lost and not attempt.own_fault:
                    break
                attempts[n] = attempt
                if attempt.session_lost:
                    break
        return attempts

    def _ask_alone(self, source: str) -> _Attempt:
        with self.checkout() as session:
            entered = _feed(session, _ENTER, self._inputs())
            return entered if entered.session_lost else _feed(session, source + _ASK)

    def _ask_worker(self, source: str, seen: CheckResult | None) -> CheckResult:
        """Ask CPython; when that is not to be had, what Monty said stands."""
        answer = self.worker.ask(source, self.initial, self.final, self.now)
        if answer.refused and seen is not None:
            return seen
        return CheckResult(answer.ok, _one_line(answer.error) if answer.error else None)

    def _inputs(self) -> dict[str, str]:
        return {"_envscaler_a": self.initial, "_envscaler_b": self.final}


def _feed(session: MontySession, code: str, inputs: dict[str, str] | None = None) -> _Attempt:
    try:
        said = session.feed_run(code, inputs=inputs, print_callback=_swallow)
    except MontyCrashedError as error:
        return _Attempt(CheckResult(None, _one_line(f"stopped: {error}")), session_lost=True)
    except MontyRuntimeError as error:
        return _crashed(type(error.exception()).__name__, error.display("type-msg"))
    except MontyError as error:
        return _crashed("SyntaxError", str(error))
    return _Attempt(_read_reply(said))


def _crashed(kind: str, message: str) -> _Attempt:
    if kind in _STOPS:
        stopped = CheckResult(None, _one_line(f"stopped: {message}"))
        return _Attempt(stopped, session_lost=True, own_fault=kind == "TimeoutError")
    unsupported = kind in _PERHAPS_UNSUPPORTED and "NoneType" not in message
    return _Attempt(CheckResult(None, _one_line(message)), perhaps_unsupported=unsupported)


def _read_reply(said: object) -> CheckResult:
    """The reply is `(bool, None)` or `(None, type)`, or else the check has tampered with it."""
    if type(said) is not tuple or len(reply := cast("tuple[object, ...]", said)) != 2:
        return CheckResult(None, "the check's reply is no reply")
    ok, kind = reply
    if type(ok) is bool:
        return CheckResult(ok)
    return CheckResult(None, _one_line(f"returned {kind}, not a bool"))


def _one_line(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _MAX_MESSAGE else flat[: _MAX_MESSAGE - 1] + "…"


def _swallow(stream: str, text: str) -> None:
    """What a check prints goes nowhere: stdout may be a protocol."""
    del stream, text
