"""How one attempt can go wrong in a way that merits another."""

from __future__ import annotations

from envscaler_mcp.errors import ProviderFailed


class Busy(ProviderFailed):
    """The provider could not take the call: nothing was paid. It may have said how long to wait."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class AnswerLost(ProviderFailed):
    """The call went out and no whole answer came back: it may have been paid for."""


class GaveUp(ProviderFailed):
    """Every attempt went wrong, or time is up; what was asked may be answered another time."""
