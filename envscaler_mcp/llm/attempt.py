"""How one attempt can go wrong in a way that merits another."""

from __future__ import annotations

import asyncio

from envscaler_mcp.errors import ProviderFailed


class Busy(ProviderFailed):
    """The provider could not take the call: nothing was paid. It may have said how long to wait."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class AnswerLost(ProviderFailed):
    """The call went out and no whole answer came back: it may have been paid for."""


class InterruptedFault(asyncio.CancelledError):
    """We were cancelled while a provider did not do its part: whoever set the time may want to know."""

    def __init__(self, fault: ProviderFailed) -> None:
        super().__init__(str(fault))
        self.fault = fault


class GaveUp(ProviderFailed):
    """Every attempt went wrong, or time is up; what was asked may be answered another time."""
