"""The real SDKs against a server that speaks their protocols and misbehaves: nothing is lost, all is told."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.llm import Access, Patience, PerMillion, llm_of
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.synthesis.pipeline import Made, Models, Order, Run, RunFolder, extend, synthesise
from envscaler_mcp.synthesis.pipeline.topics import topics_of
from tests.llm.model_script import Said
from tests.llm.model_server import ModelServer
from tests.synthesis.book import Book, Entry
from tests.synthesis.pipeline.models import HOSTILE, HOSTILE_BODY, HOSTILE_CHECKS, SOLVER, BookServer
from tests.synthesis.pipeline.whole import body_at_first, of_mended_tools, of_mining, requests_in
from tests.synthesis.scenarios.desk import rental_desk
from tests.synthesis.worlds.equipment_rental import FIRST, WORLD

KEY = "sk-a-key-that-nobody-may-read"
BUSY = Said(status=429, headers={"retry-after": "0"})
BROKEN = Said(status=500)
NO_GATEWAY = Said(body=b"<html>502 Bad Gateway</html>", status=502)
CUT = Said(cut="connection")
SLOW = Said(hold=True)
CHAT = Said(text="Certainly! Here you are: {rooms: many}")


def _half(value: Mapping[str, Any]) -> Said:
    """An answer that was cut off: the provider says so."""
    text = json.dumps(value)
    return Said(text=text[: len(text) // 2], finish="length")


def _with_an_entity(name: str) -> Said:
    first, *rest = WORLD.state["entities"]
    return Said(text=json.dumps({**WORLD.state, "entities": [{**first, "name": name}, *rest]}))


def _with_a_lost_member() -> Said:
    start = {"now": FIRST.now, "about": HOSTILE, "state": FIRST.state}
    return Said(text=json.dumps(start).replace("MEM-004", "MEM-404", 1))


FAULTS = {
    "mining.mine_judge": (BUSY, CHAT),
    "mining.mine_topic": (CUT, Said(text="")),
    "modelling.model_state": (BROKEN, CHAT, _with_an_entity("Member:\n    import os\nclass X")),
    "modelling.model_tools": (_half({"tools": [one.outline for one in WORLD.tools]}), NO_GATEWAY),
    "modelling.model_policy": (BUSY, CHAT),
    "modelling.model_start": (_half(WORLD.start), CUT, Said(text=json.dumps({HOSTILE: HOSTILE}))),
    "modelling.model_invariants": (BROKEN, CHAT),
    "modelling.model_body": (BUSY, CUT, CHAT),
    "modelling.model_contract": (SLOW, _half({"refuses": HOSTILE})),
    "quality.propose_calls": (NO_GATEWAY, CHAT),
    "quality.judge_calls": (BUSY, Said(text="[]")),
    "quality.mend_tool": (BROKEN, CHAT),
    "starts.start_state": (BUSY, CHAT, _with_a_lost_member()),
    "tasks.tasks": (_half({"tasks": [one.answer for one in FIRST.tellings]}), BROKEN),
    "checks.checks": (Said(text=HOSTILE_CHECKS), NO_GATEWAY),
    "solving": (
        CUT,
        SLOW,
        Said(text="<tool_call>{not json</tool_call><tool_call>{\"name\": \"drop_tables\"}</tool_call>"),
    ),
    "mending.mend_scenario": (BUSY, CHAT),
    "agreeing": (BUSY, CUT),
}  # fmt: skip
CODES = ("answer_misfit", "body_refused", "start_dangling", "check_crashes", "nothing_done")
"""What is on record of answers that no second round could mend."""
AFRESH = {"fault": "solution", "why": "It did nothing.", "instruction": "", "checks": []}
SPECS = {"openai": "openai:{}", "chat": "chat:{}@{}", "anthropic": "anthropic:{}"}


def book() -> Book:
    """Answers to everything; some of them good, and hostile all the same."""
    return WORLD.book.with_first(
        *of_mining(),
        *of_mended_tools(),
        body_at_first(HOSTILE_BODY),
        Entry("modelling.model_policy", (), {"guidance": [*WORLD.guidance, HOSTILE]}),
        Entry("mending.mend_scenario", (), AFRESH),
    )


def access_to(server: ModelServer, run: RunFolder) -> Access:
    """Keys and addresses of a server here."""
    keys = {
        "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.openai,
        "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.anthropic, "CHAT_API_KEY": KEY,
    }  # fmt: skip
    patience = Patience(attempt_seconds=5.0, first_wait=0.01, longest_wait=0.05)
    prices = {
        f"{provider}:{name}": PerMillion(1.0, 2.0) for provider in SPECS for name in ("scripted", SOLVER)
    }
    return Access(keys=keys, calls=run.calls, patience=patience, prices=prices)


async def whole_run(folder: Path, provider: str, models: ModelServer) -> Made:
    """From a file of requests to an environment with a scenario."""
    run = RunFolder(folder / "run")
    async with access_to(models, run) as access:
        author, solver = (
            llm_of(SPECS[provider].format(name, models.openai), access) for name in ("scripted", SOLVER)
        )
        asked = Models(author, solver=solver)
        mined, _ = await topics_of(requests_in(folder), 1, asked, run)
        (made,) = await synthesise(
            mined.topics, folder, Run(Order(scenarios=1), asked, run, lambda *_: None), lambda _: None
        )
    models.release.set()
    return made


@pytest.mark.slow
@pytest.mark.parametrize("provider", SPECS)
async def test_every_fault_ends_in_a_retry_or_a_repair(tmp_path: Path, provider: str) -> None:
    script = BookServer(book(), FAULTS)
    with ModelServer(script) as models:
        made = await whole_run(tmp_path, provider, models)
        prompts = [one.users[0] for one in models.asked]
    assert not script.puzzled, script.puzzled[0]
    assert made.scenarios == 1, made
    assert made.sound, made.problems
    assert made.tiers == {"agreed": 1}
    assert made.cost_usd
    assert made.tokens
    assert script.faults_said == {stage: len(said) for stage, said in FAULTS.items()}
    events = "".join(path.read_text() for path in tmp_path.rglob("events.jsonl"))
    assert [code for code in CODES if f'"{code}"' not in events] == []
    assert not any(KEY in path.read_text() for path in tmp_path.rglob("*.json*"))
    assert [text for text in prompts if text.count("<given>") != text.count("</given>")] == []
    _nothing_but_data(ServerFolder.load(tmp_path / WORLD.name))


def _nothing_but_data(server: ServerFolder) -> None:
    """What would have been more than a sentence stands where sentences stand, and nowhere else."""
    environment = server.environment()
    assert HOSTILE in environment.policy
    imported = {
        alias.name
        for node in ast.walk(ast.parse(environment.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert "os" not in imported
    assert "system(" not in environment.source
    assert not any("os.system" in path.read_text() for path in (server.path / "grading").iterdir())


async def test_a_model_that_never_says_anything_of_use_is_a_recorded_rejection(tmp_path: Path) -> None:
    server, run = rental_desk(tmp_path), RunFolder(tmp_path / "run")
    before = {path: path.read_bytes() for path in server.path.rglob("*") if path.is_file()}
    with ModelServer(lambda _: Said(text="I like trains.")) as models:
        async with access_to(models, run) as access:
            author = llm_of(SPECS["chat"].format("scripted", models.openai), access)
            made = await extend(server, Run(Order(scenarios=2), Models(author), run, lambda *_: None))
    assert made.scenarios == 0
    assert {problem.code for problem in made.problems} == {"answer_not_json", "too_few"}
    assert before == {path: path.read_bytes() for path in server.path.rglob("*") if path.is_file()}
