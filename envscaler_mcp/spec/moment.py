"""A point in time as it stands in a file: ISO 8601, spelt the same after a round trip."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer

_ZULU = dt.timezone(dt.timedelta(0), "Z")
"""UTC that remembers being spelt `Z` and not `+00:00`; equal to any other UTC."""
_SPELLING = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def parse_moment(text: str) -> dt.datetime:
    """The point in time that `text` spells.

    Raises:
        ValueError: it is no ISO 8601 date with a time.
    """
    if not _SPELLING.fullmatch(text):
        raise ValueError(f"{text!r} is no point in time such as 2026-01-05T08:00:00Z")
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=_ZULU) if text.endswith("Z") else moment


def spell_moment(moment: dt.datetime) -> str:
    """ISO 8601 with seconds; a `Z` that was read stays a `Z`."""
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if moment.tzname() == _ZULU.tzname(None) else text


def _from_text(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value
    if not isinstance(value, str):
        # pydantic would take 1700006400 for a date.
        raise ValueError("a point in time is text such as 2026-01-05T08:00:00Z")  # noqa: TRY004 (pydantic reports ValueErrors)
    return parse_moment(value)


Moment = Annotated[
    dt.datetime,
    BeforeValidator(_from_text, json_schema_input_type=str),
    PlainSerializer(spell_moment, return_type=str, when_used="json"),
    Field(description="ISO 8601 date and time."),
]
