"""Times as they are written in results: ISO texts, compact digits in ids, seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re

ISO = re.compile(r"(?:19|20)\d{2}-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?)?")
_CLOCK = re.compile(r"[0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:[+-]\d{2}:?\d{2}|Z)?\Z")
_COMPACT = re.compile(
    r"(?<!\d)(20\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))(?:_?((?:[01]\d|2[0-3])(?:[0-5]\d){2}))?"
)
_FILE = re.compile(r"(20\d{2})-(\d{2})-(\d{2})[-_T](\d{2})-(\d{2})-(\d{2})")
SECONDS = range(946_684_800, 4_102_444_800)
"""From 2000 to 2100."""
MILLI = 1000


def is_time(text: str) -> bool:
    """Whether a token is a date, a time of day or both."""
    return bool(ISO.match(text) or _CLOCK.match(text))


def is_reading(number: float) -> bool:
    """Whether a number may be a reading of the clock, in seconds or milliseconds."""
    return int(number) in SECONDS or int(number / MILLI) in SECONDS


def moment_in(text: str) -> dt.datetime | None:
    """The first moment that a text says."""
    try:
        if found := ISO.search(text):
            return _aware(dt.datetime.fromisoformat(found[0]))
        if found := _COMPACT.search(text):
            return _aware(dt.datetime.strptime(found[1] + (found[2] or "120000"), "%Y%m%d%H%M%S"))
    except ValueError:
        return None
    return None


def moment_at(number: float) -> dt.datetime:
    """The moment that a reading of the clock is of."""
    return dt.datetime.fromtimestamp(number if int(number) in SECONDS else number / MILLI, dt.UTC)


def moment_of_file(name: str) -> dt.datetime | None:
    """When a file says in its name that it was written: `…_2026-08-01-15-47-22.json`."""
    found = _FILE.search(name)
    try:
        return dt.datetime(*(int(part) for part in found.groups()), tzinfo=dt.UTC) if found else None
    except ValueError:
        return None


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
