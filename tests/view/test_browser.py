"""The pages in a real browser: keys, links, filters, both colours, narrow windows, hostile text."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser import Browser, chromium

from .conftest import SERVER, scored_again
from .hostile import ROLLOUT, poisoned

NOOP = ROLLOUT.replace("random", "noop")
ORACLE = ROLLOUT.replace("random", "oracle")
PICTURES = os.environ.get("ENVSCALER_PICTURES")
"""Folder in which to leave what the browser saw, for a person to look at."""
MANY = 10_000


@contextmanager
def viewed(*runs: Path, servers: Path) -> Generator[str]:
    """`view`, in a process of its own: where it is."""
    command = [sys.executable, "-m", "envscaler_mcp", "view", *map(str, runs), "--servers", str(servers)]
    running = subprocess.Popen(
        [*command, "--port", "0", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert running.stdout is not None
        yield re.sub(r"(?<=\d)/.*", "", json.loads(running.stdout.readline())["url"])
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    assert running.returncode == 130


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def url(played: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """A viewer of a played run, a hostile one, one of many rollouts, one scored again, and one from afar."""
    folder = tmp_path_factory.mktemp("viewed")
    evil, servers = poisoned(played, root / "generated_servers", folder)
    again = scored_again(played, folder / "again")
    runs = (played, evil, many(played, folder / "many"), again, far(played, folder / "far"))
    with viewed(*runs, servers=servers) as where:
        yield where


def far(played: Path, to: Path) -> Path:
    """A run of a server that lies deep down, and is not here."""
    shutil.copytree(played, to)
    card = json.loads((to / "run.json").read_text())
    card["suite"]["servers"] = ["/a_long_way_down" * 20]
    (to / "run.json").write_text(json.dumps(card))
    (to / "rescored.jsonl").write_text("{")
    return to


def many(played: Path, to: Path) -> Path:
    """The rollouts of a run over and over, under other ids."""
    to.mkdir()
    (to / "run.json").write_text((played / "run.json").read_text())
    rows = [json.loads(line) for line in (played / "rollouts.jsonl").read_text().splitlines()]
    with (to / "rollouts.jsonl").open("w") as stream:
        for n in range(MANY):
            stream.write(json.dumps(rows[n % len(rows)] | {"id": f"r{n}", "repeat": n // len(rows)}) + "\n")
    return to


def press(browser: Browser, *keys: str) -> None:
    for key in keys:
        named = {
            "key": key,
            "code": key,
            **({"text": "\r", "windowsVirtualKeyCode": 13} if key == "Enter" else {}),
        }
        for kind in ("keyDown", "keyUp"):
            browser.ask(
                "Input.dispatchKeyEvent", type=kind, **(named if len(key) > 1 else {"key": key, "text": key})
            )


def picture(browser: Browser, name: str) -> None:
    if PICTURES:
        browser.picture(Path(PICTURES) / f"{name}.png")


def at(browser: Browser) -> str:
    return browser.value("document.querySelector('[data-step].at')?.textContent ?? ''")


def test_keys_lead_from_the_list_to_a_call_and_back(browser: Browser, url: str):
    browser.open(f"{url}/runs/played/rollouts?agent=oracle")
    press(browser, "j", "j", "k")
    assert "surgery_waitlists" in at(browser)
    press(browser, "Enter")
    browser.until("location.pathname.includes('/rollouts/oracle-')")
    browser.until("document.readyState === 'complete'")
    press(browser, "j", "j")
    browser.until("location.hash === '#call-2'")
    press(browser, "Enter")
    browser.until("document.querySelector('#call-2 details').open")
    first = browser.value("location.pathname")
    press(browser, "n")
    browser.until(f"location.pathname !== {json.dumps(first)} && location.search === '?agent=oracle'")
    browser.until("document.readyState === 'complete'")
    press(browser, "u")
    browser.until("location.pathname.endsWith('/rollouts') && location.search === '?agent=oracle'")


def test_help_lists_the_keys_and_the_theme_stays(browser: Browser, url: str):
    browser.dress("light")
    browser.open(f"{url}/")
    press(browser, "?")
    assert browser.value("document.getElementById('keys').open")
    press(browser, "?")
    assert not browser.value("document.getElementById('keys').open")
    light = browser.value("getComputedStyle(document.body).backgroundColor")
    press(browser, "t")
    dark = browser.value("getComputedStyle(document.body).backgroundColor")
    browser.open(f"{url}/runs/played")
    assert browser.value("getComputedStyle(document.body).backgroundColor") == dark != light
    browser.value("localStorage.clear()")


def test_a_link_leads_to_one_call(browser: Browser, url: str):
    browser.open(f"{url}/runs/played/rollouts/{ORACLE}#call-2")
    browser.until("document.querySelector('#call-2').classList.contains('at')")
    browser.value("document.querySelector('.strip a.turn').click()")
    turned = browser.value("document.querySelector('.strip a.turn').hash")
    browser.until(f"document.querySelector('[data-step].at').id === {json.dumps(turned[1:])}")
    assert browser.value("document.querySelector('[data-step].at .turned').textContent").startswith("✓")


def test_a_filter_is_chosen_and_stands_in_the_link(browser: Browser, url: str):
    browser.open(f"{url}/runs/many/rollouts")
    assert browser.value("document.querySelectorAll('.rollouts tbody tr').length") == 100
    browser.value(
        "(s => { s.value = 'passed'; s.dispatchEvent(new Event('change', {bubbles: true})) })"
        "(document.querySelector('select[name=outcome]'))"
    )
    browser.until("location.search.includes('outcome=passed') && document.readyState === 'complete'")
    marks = browser.value("[...document.querySelectorAll('.rollouts .mark')].map((one) => one.textContent)")
    assert set(marks) == {"passed"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 400])
def test_every_page_fits_in_both_colours(
    browser: Browser, url: str, scheme: str, width: int, request: pytest.FixtureRequest
):
    request.addfinalizer(lambda: browser.dress("light"))
    browser.complaints.clear()
    browser.dress("dark" if scheme == "dark" else "light", width=width)
    for name, path in {
        "home": "/",
        "run": "/runs/played",
        "far": "/runs/far",
        "rollouts": "/runs/many/rollouts",
        "rollout": f"/runs/played/rollouts/{ORACLE}",
        "refused": f"/runs/played/rollouts/{ROLLOUT}",
        "server": f"/servers/{SERVER}",
        "scenario": f"/servers/{SERVER}/scenarios/more-urgent",
        "again": f"/runs/again/rollouts/{NOOP}#again",
        "scored-again": "/runs/again#again",
        "compare": "/compare?a=played&b=played&agent_a=noop&agent_b=oracle",
        "evil": f"/runs/evil/rollouts/{ROLLOUT}",
    }.items():
        browser.open(f"{url}{path}")
        picture(browser, f"{name}-{scheme}-{width}")
        assert browser.value("document.documentElement.scrollWidth <= window.innerWidth"), path
    assert browser.complaints == []


def test_a_run_that_was_scored_again_shows_both_verdicts(browser: Browser, url: str):
    browser.open(f"{url}/runs/again")
    browser.value("document.querySelector('ul.again a').click()")
    browser.until("location.pathname.includes('/rollouts/noop-') && document.readyState === 'complete'")
    marks = browser.value("[...document.querySelectorAll('#again .mark')].map((one) => one.textContent)")
    assert marks == ["failed", "passed"]


def test_hostile_text_is_shown_and_does_nothing(browser: Browser, url: str):
    browser.complaints.clear()
    for path in (
        "/",
        "/runs/evil",
        "/runs/evil/rollouts",
        f"/runs/evil/rollouts/{ROLLOUT}",
        f"/servers/{SERVER}",
    ):
        browser.open(f"{url}{path}")
        assert browser.value("document.title") != "owned"
        assert browser.value("document.querySelectorAll('img').length") == 0
    assert browser.complaints == []
    browser.open(f"{url}/runs/evil/rollouts/{ROLLOUT}")
    assert "<script>document.title='owned'</script>" in browser.value("document.body.textContent")


def test_the_report_is_drawn_without_fetching_anything(browser: Browser, played: Path, tmp_path: Path):
    from envscaler_mcp.view.report import write_report

    write_report(played, tmp_path / "report.html")
    browser.complaints.clear()
    for scheme in ("light", "dark"):
        browser.dress("dark" if scheme == "dark" else "light", height=1400)
        browser.open((tmp_path / "report.html").as_uri())
        picture(browser, f"report-{scheme}")
        assert browser.value("performance.getEntriesByType('resource').length") == 0
        assert browser.value("document.querySelectorAll('svg circle').length") > 3
    browser.dress("light")
    assert browser.complaints == []
