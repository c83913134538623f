"""A world moved in time as a whole: every date by the same number of days, so that it looks alive today."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast

DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?=\Z|T\d{2}:\d{2})")
"""A date that is a value, or that a value begins with; dates within words stay."""


def days_to(now: dt.datetime, today: dt.date) -> int:
    """How many days a world that stands at `now` has to be moved."""
    return (today - now.date()).days


def moved(value: Any, days: int) -> Any:
    """A state with every date in it moved; keys, words and all else stay."""
    if isinstance(value, dict):
        return {key: moved(part, days) for key, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [moved(part, days) for part in cast("list[Any]", value)]
    return _later(value, days) if isinstance(value, str) else value


def _later(text: str, days: int) -> str:
    found = DATE.match(text)
    if found is None:
        return text
    try:
        return f"{dt.date.fromisoformat(found[1]) + dt.timedelta(days)}{text[found.end() :]}"
    except (ValueError, OverflowError):
        return text
