"""A fixed, plausible time and seed for a scenario that names neither."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from typing import cast

from envscaler_mcp.spec.record import Json

from .clock_readings import is_reading, moment_at

DEFAULT = dt.datetime(2025, 1, 1, 9, tzinfo=dt.UTC)
FIRST_YEAR, LAST_YEAR = 2000, 2025
"""Dates outside these years are births and plans rather than the present."""

_DATE = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_STAMPED = re.compile(r"time|date|_at\Z|stamp|created|updated|_on\Z", re.IGNORECASE)
"""Fields whose numbers may be seconds since 1970."""
_AHEAD = re.compile(r"expir|valid|until|renew|birth|dob|warranty|maturity", re.IGNORECASE)


def moment_of(start: Json, instruction: str = "") -> dt.datetime:
    """09:00 UTC on the day after the last date that the start state or the task mentions.

    Expiries and births are left out: a licence that runs until 2026 does not make it 2026.
    """
    days = [day for day in [*_days(start), *_in_text(instruction)] if FIRST_YEAR <= day.year <= LAST_YEAR]
    if not days:
        return DEFAULT
    return dt.datetime.combine(max(days) + dt.timedelta(days=1), dt.time(9), tzinfo=dt.UTC)


def seed_of(*parts: str) -> int:
    """A small number that follows from an id."""
    return int.from_bytes(hashlib.blake2s("/".join(parts).encode("utf-8"), digest_size=2).digest())


def _days(value: Json, key: str = "") -> Iterator[dt.date]:
    if isinstance(value, dict):
        for name, part in cast("dict[str, Json]", value).items():
            yield from _days(part, name)
    elif isinstance(value, list):
        for part in cast("list[Json]", value):
            yield from _days(part, key)
    elif isinstance(value, str) and not _AHEAD.search(key):
        yield from _in_text(value)
    elif isinstance(value, int | float) and _STAMPED.search(key) and not _AHEAD.search(key):
        yield from [moment_at(value).date()] if is_reading(value) else []


def _in_text(text: str) -> Iterator[dt.date]:
    for match in _DATE.finditer(text):
        try:
            yield dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
