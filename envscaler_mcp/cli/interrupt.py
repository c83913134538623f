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


@contextmanager
def bounded_interrupt(told: Callable[[], None], grace: float | None = None) -> Generator[None]:
    """Within: the first SIGINT raises KeyboardInterrupt and starts a clock.

    When the clock runs out, because a thread or a child will not end, `told` is called and the
    process is over with status 130. A second SIGINT does the same at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    clock: list[threading.Timer] = []

    def over() -> None:
        told()
        os._exit(STOPPED)

    def interrupted(number: int, frame: FrameType | None) -> None:
        if clock:
            over()
        timer = threading.Timer(GRACE_SECONDS if grace is None else grace, over)
        timer.daemon = True
        timer.start()
        clock.append(timer)
        signal.default_int_handler(number, frame)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        # The clock runs on: threads that are joined at the interpreter's end may hang as well.
        signal.signal(signal.SIGINT, before if not clock else signal.SIG_IGN)
