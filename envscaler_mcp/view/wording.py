"""How values are spelt on a page."""

from __future__ import annotations

import datetime as dt

from envscaler_mcp.runtime.standalone.canonical import dumps, pretty

ABSENT = "–"
MOST_JSON = 6000
"""Characters of one JSON value that a page shows; the whole is a link away."""
MOST_BRIEF = 120


def figure(value: float | None, digits: int = 2) -> str:
    """A number with so many digits behind the point; a dash for None."""
    return ABSENT if value is None else f"{value:.{digits}f}"


def signed(value: float | None, digits: int = 2) -> str:
    """A difference, always with its sign."""
    return ABSENT if value is None else f"{value:+.{digits}f}".replace("-", "\u2212")


def percent(value: float | None) -> str:
    """A share as a percentage."""
    return ABSENT if value is None else f"{100 * value:.0f} %"


def count(value: float) -> str:
    """A whole number with thin spaces between its thousands."""
    return f"{value:,.0f}".replace(",", "\u202f")


def seconds(value: float | None) -> str:
    """A time as people say it: `0.4 s`, `3 min 5 s`, `2 h 10 min`."""
    if value is None:
        return ABSENT
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def moment(value: dt.datetime) -> str:
    """A point in time to the minute, with the zone where it has one."""
    return f"{value:%Y-%m-%d %H:%M}{' UTC' if value.utcoffset() == dt.timedelta(0) else ''}"


def dollars(value: float | None) -> str:
    """An amount in US dollars; small ones keep the digits that say something."""
    if value is None:
        return ABSENT
    return f"${value:.2f}" if value >= 0.1 or not value else f"${value:.4f}"


def json_text(value: object) -> str:
    """JSON over several lines, clipped."""
    return clipped(pretty(value).rstrip("\n"), MOST_JSON)


def brief(value: object) -> str:
    """JSON on one line, clipped."""
    return clipped(value if isinstance(value, str) else dumps(value), MOST_BRIEF)


def clipped(text: str, most: int) -> str:
    """No more of a text than so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_long(value: object) -> bool:
    """Whether a page shows only a part of this JSON."""
    return len(pretty(value)) > MOST_JSON


def whole(value: object) -> str:
    """JSON over several lines."""
    return pretty(value).rstrip("\n")
