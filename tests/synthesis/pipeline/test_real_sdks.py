"""The real SDKs against a server that speaks their protocols and misbehaves: nothing is lost, all is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.llm import Access, Patience, PerMillion, llm_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.synthesis.pipeline import Models, Order, Run, RunFolder, extend
from tests.llm.model_script import Said
from tests.llm.model_server import ModelServer
from tests.synthesis.book import Entry
from tests.synthesis.pipeline.models import HOSTILE, BookServer
from tests.synthesis.scenarios.desk import BOOK, rental_desk

KEY = "sk-a-key-that-nobody-may-read"
START = BOOK.answer("starts.start_state", "Start state number 1")
TASKS = BOOK.answer("tasks.tasks", "MEM-004 Rowing machine 2026-03-02T09")
FAULTS = {
    "starts.start_state": (
        Said(status=429, headers={"retry-after": "0"}),
        Said(text="Certainly! Here is your start state: {rooms: many}"),
        Said(text=START.replace("MEM-004", "MEM-404", 3)),
    ),
    "tasks.tasks": (Said(text=TASKS[: len(TASKS) // 2], finish="length"), Said(status=500)),
    "checks.checks": (Said(text=HOSTILE), Said(body=b"<html>502 Bad Gateway</html>", status=502)),
    "solving": (
        Said(cut="connection"),
        Said(hold=True),
        Said(text="<tool_call>{not json</tool_call><tool_call>{\"name\": \"drop_tables\"}</tool_call>"),
    ),
}  # fmt: skip
AFRESH = Entry(
    "mending.mend_scenario",
    (),
    {"fault": "solution", "why": "it did nothing", "instruction": "", "checks": []},
)
SPECS = {"openai": "openai:scripted", "chat": "chat:scripted@{}", "anthropic": "anthropic:scripted"}


def access_to(server: ModelServer, run: RunFolder) -> Access:
    """Keys and addresses of a server here."""
    keys = {
        "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.openai,
        "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.anthropic, "CHAT_API_KEY": KEY,
    }  # fmt: skip
    patience = Patience(attempt_seconds=5.0, first_wait=0.01, longest_wait=0.05)
    prices = {f"{provider}:scripted": PerMillion(1.0, 2.0) for provider in SPECS}
    return Access(keys=keys, calls=run.calls, patience=patience, prices=prices)


@pytest.mark.parametrize("provider", SPECS)
async def test_every_fault_ends_in_a_retry_or_a_repair(tmp_path: Path, provider: str) -> None:
    server, run = rental_desk(tmp_path), RunFolder(tmp_path / "run")
    script = BookServer(BOOK.with_first(AFRESH), FAULTS)
    with ModelServer(script) as models:
        async with access_to(models, run) as access:
            author = llm_of(SPECS[provider].format(models.openai), access)
            made = await extend(server, Run(Order(scenarios=2), Models(author), run, lambda *_: None))
        models.release.set()
    assert made.scenarios == 2, made
    assert not made.problems
    assert made.cost_usd
    assert made.tokens
    assert ServerFolder.load(server.path).ids
    events = (run.path / made.name / "events.jsonl").read_text()
    for code in ("start_dangling", "check_crashes"):
        assert code in events
    assert {stage: script._given[stage] for stage in FAULTS} == {
        stage: len(FAULTS[stage]) for stage in FAULTS
    }
    assert not any(KEY in path.read_text() for path in run.path.rglob("*.json*"))


async def test_a_model_that_never_says_anything_of_use_is_a_recorded_rejection(tmp_path: Path) -> None:
    server, run = rental_desk(tmp_path), RunFolder(tmp_path / "run")
    before = {path: path.read_bytes() for path in server.path.rglob("*") if path.is_file()}
    with ModelServer(lambda _: Said(text="I like trains.")) as models:
        async with access_to(models, run) as access:
            author = llm_of(SPECS["chat"].format(models.openai), access)
            made = await extend(server, Run(Order(scenarios=2), Models(author), run, lambda *_: None))
    assert made.scenarios == 0
    assert {problem.code for problem in made.problems} == {"answer_not_json", "too_few"}
    assert before == {path: path.read_bytes() for path in server.path.rglob("*") if path.is_file()}
