"""From a file of requests to servers with certified scenarios, by the command line alone."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from tests.llm.model_script import Asked, Said
from tests.llm.model_server import ModelServer
from tests.synthesis.book import Entry
from tests.synthesis.stages import stage_in
from tests.synthesis.worlds.equipment_rental import WORLD

KEPT = ("Let me rent a treadmill for a month.", "Reserve a rowing machine for Saturday.")
REQUESTS = (*KEPT, "Write a poem about spring.", "let me rent a  treadmill for a month.")
ELSEWHERE = "Fitness equipment lending counter"
TOPIC = {
    "analysis": "Somebody keeps records of what is out, and until when.",
    "introduction": "A desk rents fitness equipment out to its members and keeps their reservations.",
    "category": "rental",
    "modelability": 9,
}
BOOK = WORLD.book.with_first(
    Entry(
        "mining.mine_judge",
        REQUESTS[:3],
        {
            "verdicts": [
                {"number": n, "stateful": n < 3, "specific": n < 3, "reason": "It is so."} for n in (1, 2, 3)
            ]
        },
    ),
    Entry("mining.mine_topic", KEPT[:1], {**TOPIC, "title": WORLD.topic, "usefulness": 9}),
    Entry("mining.mine_topic", KEPT[1:], {**TOPIC, "title": ELSEWHERE, "usefulness": 8}),
)
FUNNEL = [
    ("rows with a request", 5, 4),
    ("tasks that differ", 4, 3),
    ("tasks that need a state", 3, 2),
    ("tasks with a topic", 2, 2),
    ("topics with marks from 7 on", 2, 2),
    ("topics that differ", 2, 1),
    ("topics within the caps", 1, 1),
]


def book_and_vectors(asked: Asked) -> Said:
    """A provider whose vectors say that both topics are one."""
    if asked.dialect == "embeddings":
        return Said(text=json.dumps([[1.0, 0.1 * n] for n, _ in enumerate(asked.users)]), tokens=(20, 0))
    text = f"{asked.system}\n{asked.text}"
    return Said(text=BOOK.answer(stage_in(text), text), tokens=(100, 10))


def as_lines(folder: Path) -> Path:
    """The requests and a row without one, a JSON value a line."""
    path = folder / "tasks.jsonl"
    rows = [{"id": n, "query": text} for n, text in enumerate(REQUESTS)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, {"id": 5}]))
    return path


def as_table(folder: Path) -> Path:
    """The same as CSV."""
    path = folder / "tasks.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("Task", "id"), *((text, 1) for text in REQUESTS), ("", 5)])
    return path


def bytes_in(folder: Path) -> dict[str, bytes]:
    """What stands in a server's folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_requests_become_servers_and_come_again_from_stored_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ModelServer(book_and_vectors) as server:
        models = ["--llm", f"chat:book@{server.openai}", "--embed-llm", f"chat:vectors@{server.openai}"]
        first = _made(capsys, as_lines(tmp_path), tmp_path / "first", *models)
    assert [asked.users for asked in server.asked if asked.dialect == "embeddings"] == [
        (f"{WORLD.topic}. {TOPIC['introduction']}", f"{ELSEWHERE}. {TOPIC['introduction']}")
    ]
    calls = tmp_path / "first" / "synth-run" / "calls"
    again = _made(capsys, as_table(tmp_path), tmp_path / "again", "--llm", f"replay:{calls}")
    for told, of in ((first, "first"), (again, "again")):
        steps = [(one["step"], one["in"], one["out"]) for one in told["mining"]]
        assert steps == FUNNEL
        assert all(out == came for (_, _, out), (_, came, _) in pairwise(steps))
        assert [one["code"] for one in told["unread"]] == ["row_without_task"]
        (made,) = told["environments"]
        assert (made["scenarios"], made["problems"]) == (1, [])
        assert told["ledger"]["stages"]["mining.embed"]["tokens"]["input"] == 20
        funnel = (tmp_path / of / "synth-run" / "mining" / "funnel.md").read_text()
        assert "| topics that differ | 2 | 1 | 50 % |" in funnel
        assert "compared by vectors of " in funnel
    assert first["tokens"] == again["tokens"] == 110 * (len(server.asked) - 1) + 20
    name = first["environments"][0]["name"]
    assert bytes_in(tmp_path / "first" / name) == bytes_in(tmp_path / "again" / name)


def _made(capsys: pytest.CaptureFixture[str], tasks: Path, out: Path, *models: str) -> dict[str, object]:
    """What `synth --tasks` tells; 1, since a row of the file holds no request."""
    asked = ["synth", "--tasks", str(tasks), *models, "--scenarios", "1", "--out", str(out)]
    assert run([*asked, "--json", "--quiet"]) == 1
    return json.loads(capsys.readouterr().out)
