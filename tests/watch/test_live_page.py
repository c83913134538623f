"""The live page in a real browser, while a real client plays the server."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from envscaler_mcp.certify.play import result_of
from tests.browser import Browser, chromium

CALLS = "[...document.querySelectorAll('.seen')].map((call) => call.textContent)"
TITLE = "Surgery waitlists"
PICTURES = os.environ.get("ENVSCALER_PICTURES")
"""Folder in which to leave what the browser saw, for a person to look at."""


@contextmanager
def tried(*options: str) -> Generator[tuple[str, str]]:
    """`try surgery_waitlists`: the URLs of its page and of MCP."""
    command = [sys.executable, "-m", "envscaler_mcp", "try", "surgery_waitlists", "--no-browser"]
    running = subprocess.Popen(
        [*command, "--port", "0", "--mcp-port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert running.stdout is not None
        said = [running.stdout.readline() for _ in range(2)]
        page, mcp = (re.search(r"http://\S+", line) for line in said)
        assert page is not None, said
        assert mcp is not None, said
        yield page[0].rstrip(";"), mcp[0].rstrip(";")
    finally:
        running.terminate()
        running.communicate(timeout=60)


@pytest.fixture(scope="module")
def urls() -> Generator[tuple[str, str]]:
    with tried() as both:
        yield both


def played(mcp: str, tool: str, **arguments: Any) -> dict[str, Any]:
    async def play() -> dict[str, Any]:
        async with Client(mcp) as client:
            answer = await client.call_tool(tool, arguments)
            return result_of(answer)

    return asyncio.run(play())


def entry(browser: Browser) -> dict[str, Any]:
    """An entry of the waitlist, as the page sees it."""
    return browser.value("fetch('/now').then((now) => now.json())")["state"]["entries"]["ENT-38"]


def picture(browser: Browser, name: str) -> None:
    if PICTURES:
        browser.picture(Path(PICTURES) / f"{name}.png")


def test_calls_and_state_are_seen_as_they_happen_and_taken_back(urls: tuple[str, str]):
    page, mcp = urls
    with chromium() as browser:
        browser.dress("light", 1440, 1000)
        browser.open(page)
        browser.until("document.getElementById('link').textContent === 'live'")
        assert browser.value("document.querySelector('h1').textContent").startswith(TITLE)
        day = dt.datetime.now().astimezone().date().isoformat()
        assert browser.value("document.getElementById('clock').textContent").startswith(day)
        assert browser.value("document.querySelectorAll('#state details').length") == 8
        assert browser.value("document.querySelectorAll('.ask').length") == 3
        assert mcp in browser.value("document.getElementById('client').parentElement.textContent")

        browser.value("const s = document.getElementById('scenario'); s.value = 'emergency';"
                      " s.dispatchEvent(new Event('change'))")  # fmt: skip
        browser.until("!document.getElementById('task').hidden")
        assert "Peter Novak" in browser.value("document.getElementById('task').textContent")

        before = entry(browser)
        consent = {"entry_id": "ENT-38", "signed_on": "2026-02-27"}
        assert played(mcp, "record_consent", **consent)["consent_on"] == "2026-02-27"
        assert "code" in played(mcp, "record_consent", **(consent | {"entry_id": "ENT-99"}))
        browser.until("document.querySelectorAll('.seen').length === 2")
        newest, oldest = browser.value(CALLS)
        assert "unknown_entry" in newest
        assert "/entries/ENT-38/consent_on" in oldest
        assert "entries" in browser.value("document.querySelector('#state details').textContent")
        assert browser.value("document.querySelector('#state td.changed').textContent") == "2026-02-27"
        picture(browser, "light")
        browser.dress("dark", 1440, 1000)
        picture(browser, "dark")
        browser.dress("light", 420, 900)
        picture(browser, "narrow")
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")

        browser.value("document.getElementById('undo').click()")
        browser.until("document.querySelectorAll('.seen').length === 0")
        assert browser.value("document.getElementById('undo').disabled")
        assert entry(browser) == before
        assert played(mcp, "list_surgeons")["result"]
        browser.until("document.querySelectorAll('.seen').length === 1")
        browser.value("document.getElementById('reset').click()")
        browser.until("document.querySelectorAll('.seen').length === 0")
        assert browser.value("document.getElementById('scenario').value") == "emergency"
        assert browser.complaints == []


def test_only_pages_of_this_machine_may_act_on_it(urls: tuple[str, str]):
    page, _ = urls
    with httpx.Client(base_url=page, trust_env=False) as web:
        assert web.post("/undo", headers={"Origin": "http://elsewhere.example"}).status_code == 403
        assert web.get("/now", headers={"Host": "elsewhere.example"}).status_code == 421
        for body, status in (({"scenario": "nowhere"}, 400), ({"scenario": 3}, 400), ("x" * 5000, 413)):
            assert web.post("/reset", json=body).status_code == status
        assert web.get("/now").json()["state"]
        assert "script-src 'self'" in web.get("/").headers["content-security-policy"]
