"""Checks that Monty cannot run: one worker process, asked synchronously, one check at a time."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from envscaler_mcp.errors import Infrastructure

from .framing import TAMPERED, BadFrame, Refused
from .policy import findings
from .process import WorkerProcess, require_parts, start_process

SECONDS_TO_START = 30.0
MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True)
class CheckAnswer:
    """What the worker said of a check; `refused` when it was not even asked."""

    ok: bool | None
    error: str | None = None
    refused: bool = False


class CheckWorker:
    """Started when first needed, and again after a check had to be stopped."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None

    def ask(self, source: str, initial: str, final: str, now: dt.datetime) -> CheckAnswer:
        """Ask one check about one pair of states (JSON texts)."""
        if objection := _objection(source):
            return CheckAnswer(None, objection, refused=True)
        params = {"source": source, "initial": initial, "final": final, "now": now.isoformat()}
        with self._lock:
            try:
                return self._asked(params)
            except Infrastructure as error:
                return CheckAnswer(None, f"needs a worker process: {error}", refused=True)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._kill()

    def _asked(self, params: dict[str, str]) -> CheckAnswer:
        process = self._started()
        try:
            return _read(process.ask("check", params, self._seconds))
        except Refused as error:
            if error.kind == TAMPERED:
                self._kill()
            return CheckAnswer(None, str(error))
        except TimeoutError:
            self._kill()
            return CheckAnswer(None, f"stopped: took longer than {self._seconds:g} s")
        except (OSError, EOFError, BadFrame):
            self._kill()
            return CheckAnswer(None, f"stopped: ended its worker ({process.exit_text()})")

    def _started(self) -> WorkerProcess:
        if self._process is None:
            process = start_process().result()
            self._process = process
            try:
                limits = {"memory": MEMORY}
                require_parts(process.ask("begin", limits, SECONDS_TO_START))
            except (OSError, EOFError, BadFrame, Refused) as error:
                self._kill()
                raise Infrastructure(f"the worker does not start ({error})") from error
            except Infrastructure:
                self._kill()
                raise
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()


@lru_cache(maxsize=1024)
def _objection(source: str) -> str | None:
    found = findings(source)
    return f"{found[0].where}: {found[0].message}" if found else None


def _read(result: Any) -> CheckAnswer:
    match result:
        case {"ok": bool(ok)} if len(cast("dict[str, Any]", result)) == 1:
            return CheckAnswer(ok)
        case {"ok": None, "kind": str(kind)}:
            return CheckAnswer(None, f"returned {kind}, not a bool")
        case _:
            raise BadFrame("the reply to a check has another shape")
