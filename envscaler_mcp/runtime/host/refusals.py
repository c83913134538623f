"""What a host says no with: a status, a code for scripts, a sentence for people."""

from __future__ import annotations

from typing import ClassVar

from envscaler_mcp.errors import EnvscalerError
from envscaler_mcp.spec import HostError, Json


class HostRefusal(EnvscalerError):
    """The host is well and does not do what it was asked."""

    status: ClassVar[int] = 400
    retry_after: ClassVar[int | None] = None

    def __init__(self, code: str, message: str, detail: Json = None) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail

    def body(self) -> HostError:
        """What a client of the admin port gets to read."""
        return HostError(error=str(self), code=self.code, detail=self.detail)


class Unusable(HostRefusal):
    """The request cannot be understood, or names a start state that the environment does not take."""


class NotFound(HostRefusal):
    """There is no such episode, server, scenario or route."""

    status = 404


class Conflict(HostRefusal):
    """The episode is not in a state in which this can be done."""

    status = 409


class TooBig(HostRefusal):
    """More bytes than the host takes."""

    status = 413


class Busy(HostRefusal):
    """Too much at once; the same request may do in a moment. Nothing was done."""

    status = 429
    retry_after = 1

    def __init__(self, message: str, code: str = "busy") -> None:
        super().__init__(code, message)


class Draining(Busy):
    """The host is about to stop."""

    status = 503
    retry_after = 5

    def __init__(self) -> None:
        super().__init__("the host is stopping", "draining")
