"""The pages of `view`, asked for over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.sandbox.checks import CheckRunner
from envscaler_mcp.view.app import viewer
from envscaler_mcp.view.dialogue import dialogue
from envscaler_mcp.view.serving import serving
from envscaler_mcp.view.shelf import Shelf

from .conftest import SERVER, scored_again
from .hostile import ROLLOUT, poisoned

NOOP = ROLLOUT.replace("random", "noop")
PAGES = (
    "/",
    "/runs/played",
    "/runs/played/rollouts",
    "/runs/played/rollouts?agent=random&outcome=failed&band=easy&sort=-calls&page=0",
    f"/runs/played/rollouts/{ROLLOUT}",
    f"/runs/played/rollouts/{ROLLOUT}/calls/1.json",
    f"/servers/{SERVER}",
    f"/servers/{SERVER}/scenarios/emergency",
    "/compare",
    "/compare?a=played&b=played&agent_a=noop&agent_b=oracle&show=all",
    "/assets/style.css",
    "/assets/keys.js",
)


@pytest.fixture(scope="module")
def checks() -> Iterator[CheckRunner]:
    with CheckRunner() as runner:
        yield runner


@pytest.fixture
async def client(played: Path, root: Path, checks: CheckRunner) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting([played], root / "generated_servers", checks) as client:
        yield client


def visiting(runs: list[Path], servers: Path, checks: CheckRunner) -> httpx.AsyncClient:
    app = viewer(Shelf(runs, servers), checks)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1", timeout=60)


@pytest.mark.parametrize("url", PAGES)
async def test_every_page_stands(client: httpx.AsyncClient, url: str):
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_verdicts_of_today_stand_beside_those_of_the_day(
    played: Path, root: Path, checks: CheckRunner, tmp_path: Path
):
    again = scored_again(played, tmp_path / "again")
    async with visiting([again], root / "generated_servers", checks) as client:
        pages = {
            name: (await client.get(f"/runs/again{name}")).text
            for name in ("", "/rollouts?agent=noop", "/rollouts?agent=oracle", f"/rollouts/{NOOP}")
        }
        whole = (again / "rescored.jsonl").read_text()
        (again / "rescored.jsonl").write_text(whole[:-9])
        damaged = [(await client.get(f"/runs/again{name}")).text for name in pages]
    told = [one.split("</section>")[0].count("Scored again") for one in pages.values()]
    assert told == [1, 0, 0, 1]
    assert re.search(r"noop</td>(<td.*?>[^<]*</td>){1}<td.*?>0.00</td><td.*?>1.00</td><td.*?>3<", pages[""])
    assert re.search(r"oracle</td>(<td.*?>[^<]*</td>){1}<td.*?>1.00</td><td.*?>1.00</td><td.*?>0<", pages[""])
    assert [page.count("→") for page in pages.values()] == [3, 6, 0, 1]
    assert "did not hold" in pages[f"/rollouts/{NOOP}"]
    assert re.search(r"of-today.*?none.*?✓ held", pages[f"/rollouts/{NOOP}"], re.DOTALL)
    assert [page.count("cannot be read") for page in damaged] == [1, 0, 0, 0]
    assert re.search(r"rescored\.jsonl:\d+: .*envscaler-mcp score \S*again", damaged[0])
    assert "→" not in "".join(damaged)


@pytest.mark.parametrize(
    "url",
    [
        "/runs/none", "/runs/played/rollouts/none", f"/runs/played/rollouts/{ROLLOUT}/calls/99.json",
        "/servers/none", "/servers/%2e%2e", f"/servers/{SERVER}/scenarios/none", "/compare?a=none",
        "/assets/page.html.jinja", "/assets/..%2f..%2fpyproject.toml",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_a_page_that_leads_back(client: httpx.AsyncClient, url: str):
    answer = await client.get(url)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert "Traceback" not in answer.text


async def test_only_this_machine_is_answered_and_only_by_its_name(client: httpx.AsyncClient):
    assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
    assert (await client.get("/", headers={"origin": "http://evil.example"})).status_code == 403
    async with serving(lambda *_: None) as url:  # type: ignore[arg-type]
        assert url.startswith("http://127.0.0.1:")


async def test_a_rollout_tells_what_each_call_was_and_did(client: httpx.AsyncClient):
    page = (await client.get(f"/runs/played/rollouts/{ROLLOUT.replace('random', 'oracle')}")).text
    for part in ('id="call-1"', 'class="created"', "It holds since call", "Checks, call by call"):
        assert part in page
    result = await client.get(f"/runs/played/rollouts/{ROLLOUT}/calls/1.json")
    assert json.loads(result.text)


async def test_what_an_agent_or_a_server_says_is_no_markup(
    played: Path, root: Path, checks: CheckRunner, tmp_path: Path
):
    run, servers = poisoned(played, root / "generated_servers", tmp_path)
    async with visiting([run], servers, checks) as client:
        for url in PAGES[:8]:
            answer = await client.get(url.replace("played", "evil"))
            text = answer.text
            if answer.headers["content-type"] == "application/json":
                continue
            assert "<img" not in text
            assert text.count("<script") == text.count('<script src="/assets/keys.js">')
            assert "\u202e" not in text
        assert "&lt;script&gt;" in (await client.get(f"/runs/evil/rollouts/{ROLLOUT}")).text


async def test_runs_made_of_different_things_are_compared_only_on_demand(
    played: Path, copied: Path, root: Path, checks: CheckRunner
):
    card = json.loads((copied / "run.json").read_text())
    card["lock"]["servers"][SERVER]["server"] = "sha256:" + "0" * 64
    (copied / "run.json").write_text(json.dumps(card))
    async with visiting([played, copied], root / "generated_servers", checks) as client:
        refused = (await client.get("/compare?a=played&b=copied")).text
        assert "do not compare" in refused
        assert f"/servers/{SERVER}/server" in refused
        forced = (await client.get("/compare?a=played&b=copied&force=1&agent_a=noop&agent_b=oracle")).text
        assert "do not compare" not in forced
        assert "+1.00" in forced


async def test_rows_that_come_while_somebody_looks_are_shown(copied: Path, root: Path, checks: CheckRunner):
    file = copied / "rollouts.jsonl"
    first, *rest = file.read_text().splitlines(keepends=True)
    file.write_text(first)
    async with visiting([copied], root / "generated_servers", checks) as client:
        assert "All 1 rollouts" in (await client.get("/runs/copied")).text
        with file.open("a") as stream:
            stream.writelines(rest)
        assert f"All {1 + len(rest)} rollouts" in (await client.get("/runs/copied")).text


async def test_two_runs_of_one_name_have_pages_of_their_own(
    played: Path, tmp_path: Path, root: Path, checks: CheckRunner
):
    other = tmp_path / "played"
    other.mkdir()
    (other / "run.json").write_text((played / "run.json").read_text())
    async with visiting([played, other], root / "generated_servers", checks) as client:
        assert [(await client.get(f"/runs/{name}")).status_code for name in ("played", "played-2")] == [
            200,
            200,
        ]
        assert (await client.get(f"/runs/{quote('played-2')}/rollouts")).status_code == 200


def test_a_folder_without_a_run_is_told_before_a_page_opens(tmp_path: Path):
    with pytest.raises(BadInput, match=r"run\.json"):
        Shelf([tmp_path])


async def test_a_damaged_run_leaves_the_others_to_be_seen(
    played: Path, copied: Path, root: Path, checks: CheckRunner
):
    (copied / "rollouts.jsonl").write_text("{}\n")
    async with visiting([played, copied], root / "generated_servers", checks) as client:
        home = await client.get("/")
        assert home.status_code == 200
        assert "its rows are damaged" in home.text
        assert (await client.get("/runs/copied/rollouts")).status_code == 404
        assert (await client.get(f"/servers/{SERVER}/scenarios/emergency")).status_code == 200
        (copied / "run.json").unlink()
        gone = (await client.get("/")).text
        assert 'href="/runs/copied"' not in gone
        assert "1 cannot be read" in gone
        assert (await client.get("/runs/played/rollouts?page=" + "9" * 5000)).status_code == 200


def test_what_was_said_stands_between_the_calls_where_it_was_said():
    messages = [
        {"role": "user", "content": "Hello.", "step": 0},
        {"role": "assistant", "content": "", "calls": 1, "step": 0},
        {"role": "user", "content": "Thanks.", "step": 2, "told": ["day"], "ends": True},
        {"role": "assistant", "content": [{"text": "Bye."}], "step": 99},
    ]
    found = dialogue(messages, 2)
    assert [(place, [one.role for one in said]) for place, said in found.items()] == [
        (0, ["user"]),
        (2, ["user", "assistant"]),
    ]
    assert (found[2][0].told, found[2][0].ends) == (("day",), True)
    assert "Bye." in found[2][1].text


async def test_many_servers_are_shown_page_by_page(root: Path, checks: CheckRunner, tmp_path: Path):
    for number in range(51):
        folder = tmp_path / f"s{number:02}"
        folder.mkdir()
        (folder / "environment.json").symlink_to(root / "generated_servers" / SERVER / "environment.json")
    async with visiting([], tmp_path, checks) as client:
        first, second = [(await client.get(f"/?page={page}")).text for page in (0, 1)]
    assert "1–50 of 51" in first
    assert "51–51 of 51" in second
    assert first.count(f'href="/servers/{SERVER}"') == 50 * second.count(f'href="/servers/{SERVER}"')
