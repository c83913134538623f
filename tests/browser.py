"""A real browser for tests: Debian's Chromium, headless, spoken to over a pipe (Chrome DevTools Protocol)."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)  # fmt: skip
ON_PIPES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser listens on descriptor 3 and speaks on descriptor 4."""
SECONDS = 45.0
LOOK_SECONDS = 0.02


@dataclass
class Browser:
    """One tab. Every wait ends, with a reason."""

    write_end: int
    read_end: int
    session: str = ""
    _number: int = 0
    _rest: bytearray = field(default_factory=bytearray)
    complaints: list[str] = field(default_factory=list[str])
    """What the page wrote to its console as an error, and exceptions that nobody caught."""

    def open(self, url: str) -> None:
        """Go to a page and wait until it stands."""
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete'")

    def value(self, expression: str) -> Any:
        """What a JavaScript expression comes to in the page."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until the page says so."""
        given_up = time.monotonic() + SECONDS
        while not self.value(expression):
            assert time.monotonic() < given_up, f"it did not come true: {expression}; {self.complaints}"
            time.sleep(LOOK_SECONDS)

    def dress(self, scheme: Literal["light", "dark"], width: int = 1280, height: int = 900) -> None:
        """The colours that a person prefers, and the size of the window."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def picture(self, file: Path) -> None:
        """A PNG of what is in the window."""
        file.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            told = self._message()
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]
            self._note(told)

    def _note(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(str(told["params"]["exceptionDetails"]))
        if told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
            self.complaints.append(told["params"]["entry"]["text"])

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.read_end], [], [], SECONDS)
            part = os.read(self.read_end, 65536) if ready else b""
            assert part, "the browser says nothing more"
            self._rest += part
        text, _, rest = bytes(self._rest).partition(b"\0")
        self._rest = bytearray(rest)
        return json.loads(text)


@contextmanager
def chromium() -> Generator[Browser]:
    """A browser of its own, with an empty profile; skips the test, with the reason, where there is none."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"there is no browser here ({', '.join(NAMES)})")
    to_read, write_end = os.pipe()
    read_end, to_write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        started = [sys.executable, "-c", ON_PIPES, str(to_read), str(to_write), program, *OPTIONS]
        running = subprocess.Popen(
            [*started, f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        try:
            yield _tab(Browser(write_end, read_end))
        finally:
            running.kill()
            running.wait(timeout=SECONDS)
            os.close(write_end)
            os.close(read_end)


def _tab(browser: Browser) -> Browser:
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.session = session
    for domain in ("Page", "Runtime", "Log"):
        browser.ask(f"{domain}.enable")
    return browser
