"""`manual:DIR`: anybody is the model. `replay:DIR`: nobody is asked."""

from __future__ import annotations

import os
from pathlib import Path

import anyio
import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.llm import Access, Budget, CallStore, ask, llm_of
from envscaler_mcp.llm.manual import file_mark
from envscaler_mcp.llm.store import Stored
from tests.llm.scripted import Scripted

SCHEMA = {"type": "object", "required": ["n"]}


class Desk:
    """Somebody who reads the requests at every look of the model, and answers some of them."""

    def __init__(self, folder: Path, answers) -> None:
        self.folder = folder
        self.answers = answers
        self.looks = 0
        self.read: dict[str, str] = {}

    def now(self) -> float:
        return 0.0

    def wall(self) -> float:
        return 1_000_000.0

    async def sleep(self, seconds: float) -> None:
        self.looks += 1
        for path in sorted(self.folder.glob("*.request.md")):
            mark = path.name.removesuffix(".request.md")
            self.read[mark] = path.read_text(encoding="utf-8")
            answer = self.answers(self.read[mark], self.looks)
            if answer is not None:
                write(self.folder / f"{mark}.answer", answer)
        await anyio.lowlevel.checkpoint()


def write(path: Path, text: str, when: float = 999_000.0) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (when, when))


def manual(tmp_path: Path, answers, **more) -> tuple[Access, Desk]:
    desk = Desk(tmp_path / "desk", answers)
    return Access(clock=desk, **more), desk


async def test_a_request_is_a_file_to_read_and_its_answer_another(tmp_path: Path):
    run, desk = manual(tmp_path, lambda text, _: '```json\n{"n": 1}\n```')
    request = ask("entities", "Which?\n# no heading of ours", system="You model.", answer_schema=SCHEMA)
    reply = await llm_of(f"manual:{tmp_path / 'desk'}", run).complete(request)
    assert (reply.value, reply.cost_usd, reply.model) == ({"n": 1}, None, "manual")
    text = desk.read[file_mark(request)]
    assert f"Write the answer to `{file_mark(request)}.answer`" in text
    for part in ("# entities", "You model.", "Which?", '"required": ['):
        assert part in text


async def test_many_at_once_wait_with_one_look_for_all(tmp_path: Path):
    run, desk = manual(tmp_path, lambda text, looks: "an answer" if looks == 5 else None)
    llm = llm_of(f"manual:{tmp_path / 'desk'}", run)
    async with anyio.create_task_group() as tasks:
        for number in range(100):
            tasks.start_soon(llm.complete, ask("tasks", f"number {number}"))
    assert desk.looks == 5
    assert len(desk.read) == 100
    assert run.ledger.total().calls == 100


async def test_they_are_answered_in_any_order(tmp_path: Path):
    def answers(text: str, looks: int) -> str | None:
        number = int(text.rpartition("number ")[2])
        return f"it is {number}" if 10 - number <= looks else None

    run, _ = manual(tmp_path, answers)
    llm = llm_of(f"manual:{tmp_path / 'desk'}", run)
    got: list[str] = []

    async def wait(number: int) -> None:
        got.append((await llm.complete(ask("tasks", f"number {number}"))).text)

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(wait, number)
    assert got == [f"it is {number}" for number in reversed(range(10))]


async def test_an_answer_that_is_there_already_is_taken_without_waiting(tmp_path: Path):
    run, desk = manual(tmp_path, lambda *_: "written by somebody")
    llm = llm_of(f"manual:{tmp_path / 'desk'}", run)
    await llm.complete(ask("tasks", "a"))
    again, later = manual(tmp_path, lambda *_: pytest.fail("asked again"))
    reply = await llm_of(f"manual:{tmp_path / 'desk'}", again).complete(ask("tasks", "a"))
    assert (reply.text, later.looks, desk.looks) == ("written by somebody", 0, 1)


async def test_interrupted_it_goes_on_where_it_was(tmp_path: Path):
    run, _ = manual(tmp_path, lambda *_: None)
    llm = llm_of(f"manual:{tmp_path / 'desk'}", run)
    with anyio.move_on_after(0):
        await llm.complete(ask("tasks", "a"))
    run, desk = manual(tmp_path, lambda *_: "now")
    assert (await llm_of(f"manual:{tmp_path / 'desk'}", run).complete(ask("tasks", "a"))).text == "now"
    assert len(desk.read) == 1


async def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path):
    run, desk = manual(tmp_path, lambda *_: None)
    request = ask("tasks", "a")
    answer = tmp_path / "desk" / f"{file_mark(request)}.answer"

    def answers(_text: str, looks: int) -> None:
        if looks == 2:
            write(answer, "half", when=desk.wall() - 0.5)
        if looks == 4:
            write(answer, "   ")
        if looks == 6:
            write(answer, "whole")

    desk.answers = answers
    assert (await llm_of(f"manual:{tmp_path / 'desk'}", run).complete(request)).text == "whole"
    assert desk.looks == 6


async def test_an_answer_that_does_not_fit_is_asked_for_again(tmp_path: Path):
    def answers(text: str, _: int) -> str:
        return '{"n": 1}' if "cannot be used" in text else '{"m": 1}'

    run, desk = manual(tmp_path, answers)
    request = ask("entities", "x", answer_schema=SCHEMA)
    assert (await llm_of(f"manual:{tmp_path / 'desk'}", run).complete(request)).value == {"n": 1}
    assert any("'n' is a required property" in text for text in desk.read.values())


async def test_an_answer_that_is_no_text_is_told_with_its_file(tmp_path: Path):
    run, desk = manual(tmp_path, lambda *_: None)
    request = ask("tasks", "a")
    answer = tmp_path / "desk" / f"{file_mark(request)}.answer"
    desk.answers = lambda *_: answer.write_bytes(b"\xff\xfe\xff") and os.utime(answer, (1, 1))
    with pytest.raises(BadInput, match=r"tasks-\w+\.answer: the answer is not UTF-8"):
        await llm_of(f"manual:{tmp_path / 'desk'}", run).complete(request)


# replay


async def recorded(folder: Path) -> Scripted:
    model = Scripted(lambda request: '{"n": 1}' if request.round else "no", cost=0.5)
    await Stored(model, CallStore(folder)).answer(ask("entities", "x", answer_schema=SCHEMA))
    await Stored(model, CallStore(folder)).answer(
        ask("entities", "x", answer_schema=SCHEMA).with_answer("no", objection(folder))
    )
    return model


def objection(_folder: Path) -> str:
    return (
        "That answer cannot be used:\n- Expecting value at line 1, column 1\n\n"
        "Answer again, with the whole JSON value and nothing else."
    )


async def test_a_replay_gives_what_was_stored_with_model_tokens_and_cost(tmp_path: Path):
    await recorded(tmp_path / "then")
    run = Access(calls=tmp_path / "now", budget=Budget(0.01))
    reply = await llm_of(f"replay:{tmp_path / 'then'}", run).complete(
        ask("entities", "x", answer_schema=SCHEMA)
    )
    assert (reply.value, reply.model, reply.cost_usd, reply.known) == ({"n": 1}, "scripted", 1.0, True)
    assert run.ledger.total().paid_now == 0
    then, now = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("then", "now")
    )
    assert then == now


async def test_a_replay_says_what_is_missing(tmp_path: Path):
    await recorded(tmp_path)
    llm = llm_of(f"replay:{tmp_path}", Access())
    with pytest.raises(BadInput, match=r"stage entities, request \w{12}\): no answer is stored"):
        await llm.complete(ask("entities", "y", answer_schema=SCHEMA))


async def test_a_replay_does_not_choose_between_models(tmp_path: Path):
    for name in ("one", "two"):
        model = Scripted(lambda _, name=name: name)
        model.name = name
        await Stored(model, CallStore(tmp_path)).answer(ask("topics", "x"))
    with pytest.raises(BadInput, match=r"several models answered it \((one, two|two, one)\)"):
        await llm_of(f"replay:{tmp_path}", Access()).complete(ask("topics", "x"))
