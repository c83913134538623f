"""What the two SDKs have in common: their errors, and how little a server's reply can be relied on."""

from __future__ import annotations

import email.utils
import math
from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any, TypeVar, cast

from envscaler_mcp.errors import BadInput, ProviderFailed, RequestRefused

from .answer_text import clean
from .attempt import AnswerLost, Busy
from .clock import Clock
from .llm import Usage
from .secrets import Secrets

Result = TypeVar("Result")

EXTRA = "install the extra: pip install 'envscaler-mcp[llm]'"
_REFUSES_THE_REQUEST = frozenset({400, 413, 415, 422, 501})
_BUSY = frozenset({408, 429})
_OVERLOADED = ("overloaded", "rate_limit", "api_error", "server_error", "timeout_error")
"""Kinds of errors that come inside of a stream, whose status was 200."""
_USED_UP = ("insufficient_quota", "billing_hard_limit_reached", "credit balance")
_LONGEST = 300


def missing_sdk(said: str, distribution: str) -> BadInput:
    """The error for an SDK that is not installed, by what a person said who wants it."""
    return BadInput(said, f"it needs the package {distribution}, which is not installed", EXTRA)


class Wire:
    """Calls an SDK, and says in our words how it went wrong."""

    def __init__(self, sdk: ModuleType, name: str, key_name: str, secrets: Secrets, clock: Clock) -> None:
        self._sdk: Any = sdk
        self._name = name
        self._key_name = key_name
        self._secrets = secrets
        self._clock = clock

    async def __call__(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """What the call gives. No SDK error is kept as a cause: it holds the request with its key.

        Raises:
            Busy: it could not be taken; try again.
            AnswerLost: it may have been taken; try again.
            RequestRefused: this request will not be taken.
            ProviderFailed: no request will be taken.
        """
        try:
            return await call()
        except Exception as error:  # noqa: BLE001 (a reply of the wrong shape raises anything)
            failed = self._translated(error)
        raise failed

    def _translated(self, error: Exception) -> ProviderFailed:
        if isinstance(error, ProviderFailed):
            return error
        if isinstance(error, self._sdk.APIStatusError):
            return self._by_status(cast("Any", error))
        origin = error.__cause__ or error
        said = self._said(f"{type(origin).__name__}: {origin}".rstrip(": "))
        if isinstance(error, self._sdk.APIConnectionError) and _never_left(error):
            return Busy(f"{self._name}: cannot be reached ({said})")
        return AnswerLost(f"{self._name}: no whole answer came back ({said})")

    def _by_status(self, error: Any) -> ProviderFailed:
        status, said = int(error.status_code), self._said(str(error.message))
        kind = f"{getattr(error, 'type', '')} {getattr(error, 'code', '')} {said}".lower()
        told = f"{self._name}: status {status} ({said})"
        if any(word in kind for word in _USED_UP):
            return ProviderFailed(f"{told}; the account has nothing left.")
        if status < 300 and any(word in kind for word in _OVERLOADED):
            return AnswerLost(told)
        if status in _BUSY or (status >= 500 and status not in _REFUSES_THE_REQUEST):
            return Busy(told, retry_after(error.response.headers, self._clock.wall()))
        if status in _REFUSES_THE_REQUEST:
            return RequestRefused(told)
        suspect = self._key_name if status in {401, 403} else "the model's name and the address"
        return ProviderFailed(f"{told}; check {suspect}.")

    def _said(self, text: str) -> str:
        return clean(" ".join(self._secrets.blot(text).split()))[:_LONGEST]


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds to wait, by `Retry-After` in any of its spellings; None if it says nothing sensible."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / divisor
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, date.timestamp() - wall)


def usage_of(input_tokens: Any, output_tokens: Any, cached: Any = 0) -> Usage:
    """Tokens as a server told them; what is no count counts as none."""
    return Usage(input=_count(input_tokens), output=_count(output_tokens), cached=_count(cached))


def text_of(parts: list[Any]) -> str:
    """The texts of a reply, one after another.

    Raises:
        AnswerLost: one of them is none.
    """
    if not all(isinstance(part, str) for part in parts):
        raise AnswerLost("the reply holds something else where its text should stand")
    return clean("".join(parts))


def short(value: Any) -> str:
    """A name that a server told."""
    return clean(value)[:120] if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _never_left(error: BaseException) -> bool:
    """Whether there was no connection at all, so that nothing can have been paid."""
    cause = error.__cause__
    return type(cause).__name__ in {"ConnectError", "ConnectTimeout", "PoolTimeout"}
