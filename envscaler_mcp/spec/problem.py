"""A defect in something generated or imported: data, not an exception."""

from __future__ import annotations

from typing import Literal

from .record import Part


class Problem(Part):
    """One defect: `code` for scripts, `where` it is, `message` for people."""

    code: str
    where: str
    message: str
    severity: Literal["error", "warning"] = "error"
