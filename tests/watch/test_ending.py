"""Ctrl-C while a page is open: it looks for changes without end, and nothing may wait for it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from envscaler_mcp.cli.status import STOPPED

SECONDS = 60


def test_an_open_page_does_not_hold_up_the_end(tmp_path: Path):
    command = [sys.executable, "-m", "envscaler_mcp", "try", "surgery_waitlists", "--no-browser"]
    with (tmp_path / "stderr").open("w+") as told:
        running = subprocess.Popen(
            [*command, "--port", "0", "--mcp-port", "0"], stdout=subprocess.PIPE, stderr=told, text=True
        )
        try:
            assert running.stdout is not None
            page = re.search(r"http://[^\s;]+", running.stdout.readline())
            assert page is not None
            url = f"{page[0].rstrip('/')}/changes"
            with httpx.stream("GET", url, timeout=SECONDS, trust_env=False) as changes:
                lines = changes.iter_lines()
                assert next(lines).startswith("data: ")
                running.send_signal(signal.SIGINT)
                assert not any(
                    line.startswith("data") for line in lines
                )  # the stream ends, and is not cut off
            running.communicate(timeout=SECONDS)
        finally:
            running.kill()
        told.seek(0)
        assert "Traceback" not in told.read()
    assert running.returncode == STOPPED
