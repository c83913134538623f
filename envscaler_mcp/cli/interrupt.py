"""Ctrl-C: clean if that is quick, and over within two seconds in any case."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

from .status import STOPPED

GRACE_SECONDS = 1.5


class InterruptClock:
    """Ends the process with status 130 when it has run out, or when it is started once more.

    Args:
        told: called before the end.
        grace: seconds until then.
    """

    def __init__(self, told: Callable[[], None], grace: float | None = None) -> None:
        self._told = told
        self._grace = grace
        self.runs = False

    def start(self) -> None:
        """Begin to count; the second time, be over at once."""
        if self.runs:
            self._over()
        self.runs = True
        timer = threading.Timer(GRACE_SECONDS if self._grace is None else self._grace, self._over)
        timer.daemon = True
        timer.start()

    def _over(self) -> None:
        self._told()
        os._exit(STOPPED)


@contextmanager
def bounded_interrupt(told: Callable[[], None], grace: float | None = None) -> Generator[None]:
    """Within: the first SIGINT raises KeyboardInterrupt and starts a clock.

    When the clock runs out, because a thread or a child will not end, `told` is called and the
    process is over with status 130. A second SIGINT does the same at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    clock = InterruptClock(told, grace)

    def interrupted(number: int, frame: FrameType | None) -> None:
        clock.start()
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        # The clock runs on: threads that are joined at the interpreter's end may hang as well.
        signal.signal(signal.SIGINT, signal.SIG_IGN if clock.runs else before)
