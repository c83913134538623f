"""From a file of requests to topics: what is kept, what is not, and that the funnel adds up."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from envscaler_mcp.errors import BadInput, ProviderFailed, RequestRefused
from envscaler_mcp.llm import GaveUp, NotStored
from envscaler_mcp.synthesis.author import Author
from envscaler_mcp.synthesis.mining import Caps, mine, read_tasks
from envscaler_mcp.synthesis.mining.likeness import likeness_of, merged
from envscaler_mcp.synthesis.topic import Topic
from tests.synthesis.scripted import Scripted, text_of

REQUESTS = {
    "Book a room at the hotel for two nights.": ("Hotel booking desk", "travel", 9, 9),
    "Cancel my hotel reservation for Friday.": ("Desk for hotel bookings", "travel", 8, 9),
    "Which loans are overdue at the library?": ("Library loan desk", "culture", 8, 8),
    "Describe this picture to me.": ("Picture archive", "art", 8, 3),
    "Extend my rental car by a day.": ("Car rental counter", "travel", 8, 8),
    "Write a poem about spring.": None,
}


def judge(request):
    """Who knows a topic for it finds it stateful; of the last one nothing is said."""
    lines = [line for line in text_of(request).splitlines() if "<given>" in line]
    verdicts = [
        {
            "number": number,
            "stateful": True,
            "specific": REQUESTS.get(task) is not None,
            "reason": "It is so.",
        }
        for number, task in (
            (n + 1, line.split("<given>")[1].split("</given>")[0]) for n, line in enumerate(lines)
        )
        if task in REQUESTS
    ]
    return {"verdicts": verdicts}


def topic(request):
    """The topic of the task in the request."""
    task = text_of(request).split("<given>\n")[1].split("\n</given>")[0]
    title, category, usefulness, modelability = REQUESTS[task]
    return {
        "analysis": "It is so.",
        "title": title,
        "introduction": f"The {title.lower()} keeps what it needs for its customers.",
        "category": category,
        "usefulness": usefulness,
        "modelability": modelability,
    }


@pytest.fixture
def tasks(tmp_path):
    path = tmp_path / "tasks.txt"
    path.write_text("\n".join([*REQUESTS, "book a room at the hotel  for two nights.", "What is that?"]))
    return read_tasks(path)[0]


async def test_each_step_keeps_what_it_should_and_the_funnel_adds_up(tasks):
    author = Author(Scripted({"mine_judge": judge, "mine_topic": topic}))
    mined = await mine(tasks, author, caps=Caps(of_category=1))

    assert [one.title for one in mined.topics] == ["Hotel booking desk", "Library loan desk"]
    assert mined.topics[0].tasks == tuple(list(REQUESTS)[:2])
    steps = mined.funnel.steps
    assert steps == [
        ("tasks that differ", 8, 7),
        ("tasks that need a state", 7, 5),
        ("tasks with a topic", 5, 5),
        ("topics with marks from 7 on", 5, 4),
        ("topics that differ", 4, 3),
        ("topics within the caps", 3, 2),
    ]
    assert all(out == came for (_, _, out), (_, came, _) in pairwise(steps))
    assert sorted(one.code for one in mined.rejected) == [
        "cap_reached", "not_stateful", "not_stateful", "not_worth_it",
    ]  # fmt: skip
    assert "| tasks that need a state | 7 | 5 | 71 % |" in mined.funnel.to_markdown()
    assert set(author.prompts) == {"mine_judge", "mine_topic", "synthesis_system"}


async def test_an_answer_that_cannot_be_used_costs_its_tasks_only(tasks):
    said = topic

    def broken(request):
        return {"title": "x"} if "library" in text_of(request) else said(request)

    mined = await mine(tasks, Author(Scripted({"mine_judge": judge, "mine_topic": broken})))
    assert "Library loan desk" not in {one.title for one in mined.topics}
    assert "no_topic" in {one.code for one in mined.rejected}


class Places:
    """Gives `Topic a` and `Topic b` almost the same vector, unless it fails."""

    name = "places"

    def __init__(self, error=None):
        self.error = error

    async def __call__(self, texts):
        if self.error:
            raise self.error
        places = {"a": (1.0, 0.0), "b": (0.99, 0.1), "c": (0.0, 1.0)}
        return [places[text.split(".")[0][-1]] for text in texts]


TOPICS = [Topic(title=f"Topic {name}", usefulness=7 + n) for n, name in enumerate("abc")]


async def test_vectors_decide_where_there_are_any():
    likeness = await likeness_of(TOPICS, Places())
    assert [one.title for one in merged(TOPICS, likeness)] == ["Topic b", "Topic c"]
    assert likeness.by == "vectors of places"


@pytest.mark.parametrize(
    "error",
    [
        RequestRefused("places: status 501 (no embeddings)."),
        ProviderFailed("places: status 404."),
        NotStored("calls", "no answer is stored", "name a model"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_words_decide_where_there_are_no_vectors(error):
    likeness = await likeness_of(TOPICS, Places(error))
    assert merged(TOPICS, likeness) == TOPICS
    assert likeness.by == f"their words ({str(error).rstrip('.')})"


async def test_vectors_that_cannot_be_had_just_now_do_not_change_what_comes_out():
    with pytest.raises(GaveUp):
        await likeness_of(TOPICS, Places(GaveUp("places: status 503")))


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.jsonl", '{"task": "One."}\n"Two."\n\n', ["One.", "Two."]),
        ("a.json", json.dumps([{"query": " One. "}, "Two."]), ["One.", "Two."]),
        ("a.csv", 'id,Instruction\n1,"One, and more."\n2,Two.\n', ["One, and more.", "Two."]),
        ("a.tsv", "task\tx\nOne.\t1\n", ["One."]),
        ("a.txt", "\ufeffOne.\r\n\r\nTwo.\n", ["One.", "Two."]),
    ],
)
def test_the_forms_of_a_file(tmp_path, name, text, found):
    path = tmp_path / name
    path.write_bytes(text.encode())
    tasks, problems = read_tasks(path)
    assert [task.text for task in tasks] == found
    assert problems == []
    assert all(str(path) in task.where for task in tasks)


def test_bad_rows_are_told_and_good_ones_kept(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"task": "One."}\n{"nothing": 1}\nnot json\n[1]\n' + json.dumps("x" * 3000))
    tasks, problems = read_tasks(path)
    assert [task.text for task in tasks] == ["One."]
    assert [(one.code, one.where.rsplit(":", 1)[1]) for one in problems] == [
        ("row_without_task", "2"),
        ("row_unreadable", "3"),
        ("row_without_task", "4"),
        ("task_too_long", "5"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b""),
        ("a.json", b"{}"),
        ("a.json", b"[1, 2]"),
        ("a.csv", b'task\n"open'),
        ("a.txt", b"\xff\xfe"),
        ("a.txt", b"  \n "),
    ],
)
def test_a_file_without_a_request_is_told_in_a_sentence(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=name):
        read_tasks(path)


def test_the_recorded_tasks_are_read(shared):
    tasks, problems = read_tasks(shared / "data" / "tasks" / "api_bank_lv3.jsonl")
    assert (len(tasks), problems) == (324, [])
