"""A whole run, from requests to certified scenarios, through every stage: those that mend included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.synthesis.book import Book, Entry
from tests.synthesis.rental import Part
from tests.synthesis.worlds.equipment_rental import FIRST, WORLD

MAKING = (
    "mining.mine_judge",
    "mining.mine_topic",
    "modelling.model_state",
    "modelling.model_tools",
    "modelling.model_policy",
    "modelling.model_start",
    "modelling.model_invariants",
    "modelling.model_body",
    "modelling.model_contract",
    "quality.propose_calls",
    "quality.mend_tool",
    "quality.judge_calls",
)
"""Stages up to an environment."""
EXTENDING = (
    "starts.start_state",
    "tasks.tasks",
    "checks.checks",
    "solving",
    "mending.mend_scenario",
    "agreeing",
)
"""Stages of scenarios, with somebody who solves on their own."""
REQUESTS = ("Let me rent a treadmill for a month.", "Write a poem about spring.")
TOPIC: Part = {
    "analysis": "Somebody keeps records of what is out, and until when.",
    "title": WORLD.topic,
    "introduction": "A desk rents fitness equipment out to its members and keeps their reservations.",
    "category": "rental",
    "usefulness": 9,
    "modelability": 9,
}
_MENDED = "cancel_reservation"
_TELLING = FIRST.tellings[0]


def requests_in(folder: Path) -> Path:
    """A file of requests, one of which is worth an environment."""
    path = folder / "requests.txt"
    path.write_text("\n".join(REQUESTS) + "\n", encoding="utf-8")
    return path


def whole_book() -> Book:
    """Answers to everything. One body and one check are wrong at first, so that both are mended."""
    return WORLD.book.with_first(
        *of_mining(), body_at_first(_wrong_body()), *of_mended_tools(), *_of_mended_checks()
    )


def of_mining() -> tuple[Entry, Entry]:
    """What is said of the requests."""
    verdicts = [
        {"number": number, "stateful": fits, "specific": fits, "reason": "It is so."}
        for number, fits in enumerate((True, False), start=1)
    ]
    return (
        Entry("mining.mine_judge", REQUESTS, {"verdicts": verdicts}),
        Entry("mining.mine_topic", (REQUESTS[0],), TOPIC),
    )


def of_mended_tools() -> Iterator[Entry]:
    """Each tool as it should be, for when it goes back."""
    for tool in WORLD.tools:
        right = {"body": tool.body, "refuses": tool.refuses, "ensures": tool.ensures}
        yield Entry("quality.mend_tool", (f"The method `{tool.name}`",), right)


def body_at_first(body: str) -> Entry:
    """What is answered first for one of the tools."""
    return Entry("modelling.model_body", (f"Write the body of the method `{_MENDED}`.",), {"body": body})


def _wrong_body() -> str:
    right = next(one.body for one in WORLD.tools if one.name == _MENDED)
    wrong = right.replace('if wish.status != "open":', 'if wish.status == "met":')
    assert wrong != right
    return wrong


def _of_mended_checks() -> tuple[Entry, Entry]:
    asked, right = (_TELLING.instruction[:70],), _TELLING.answered_checks
    wrong = [{**one, "source": one["source"].replace(": 2000", ": 2500")} for one in right]
    assert wrong != right
    mended = {"fault": "checks", "why": "Four days.", "instruction": _TELLING.instruction, "checks": right}
    return (
        Entry("checks.checks", asked, {"checks": wrong}),
        Entry("mending.mend_scenario", asked, mended),
    )
