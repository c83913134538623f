# ruff: noqa: E501
"""Faults planted in what a model answers about scenarios, and the gate that has to notice each.

A fault is an entry put before those of the book; everything else is answered as it should be.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.synthesis.book import Book, Entry
from tests.synthesis.scenarios.desk import BOOK

Where = Literal["start state", "task", "check", "oracle", "instruction", "solver"]

RETURN = "Dan Ellis has been waiting for just"
BLOCK = "Ada Berg has damaged things twice. Take back"


@dataclass(frozen=True)
class Fault:
    """One planted fault.

    Attributes:
        name: what is wrong.
        where: in which answer it was planted.
        gates: codes of Problems of which one must be raised.
        book: the answers, with the fault among them.
        solver: the answers of an independent solver, where one is asked.
    """

    name: str
    where: Where
    gates: tuple[str, ...]
    book: Book
    solver: Book | None = None


def right_answer(stage: str, *holds: str) -> Any:
    """A copy of the right answer."""
    text = "\n".join(holds)
    found = next(entry for entry in BOOK.entries if entry.fits(stage, text) or set(holds) <= set(entry.holds))
    return copy.deepcopy(found.answer)


def _start(change: Callable[[Any], None]) -> Book:
    answer = right_answer("starts.start_state", "Start state number 1")
    change(answer)
    return BOOK.with_first(Entry("starts.start_state", (), answer))


def _rows(collection: str, number: int, **changes: Any) -> Book:
    return _start(lambda answer: answer["state"][collection][number].update(changes))


def _task(change: Callable[[Any], None]) -> Book:
    answer = right_answer("tasks.tasks", "MEM-004", "Rowing machine", "2026-03-02T09")
    change(answer["tasks"][0])
    return BOOK.with_first(Entry("tasks.tasks", (), {"tasks": answer["tasks"][:1]}))


def checks_with(number: int, source: str, *, kind: str = "goal", drop: tuple[int, ...] = ()) -> Book:
    """The first task's checks, with another source for one of them."""
    answer = right_answer("checks.checks", RETURN)
    answer["checks"][number].update(source=source, kind=kind)
    answer["checks"] = [one for place, one in enumerate(answer["checks"]) if place not in drop]
    return BOOK.with_first(Entry("checks.checks", (RETURN,), answer), GIVE_UP)


def _oracle(calls: str) -> Book:
    return BOOK.with_first(*calls_of("solving", calls), GIVE_UP)


def calls_of(stage: str, calls: str) -> tuple[Entry, ...]:
    return (Entry(stage, (RETURN, "<tool_response>"), "Done."), Entry(stage, (RETURN,), calls))


def _call(tool: str, arguments: str) -> str:
    return f'<tool_call>{{"name": "{tool}", "arguments": {{{arguments}}}}}</tool_call>\n'


GIVE_UP = Entry(
    "mending.mend_scenario",
    (),
    {"fault": "hopeless", "why": "planted", "instruction": "", "checks": []},
)
BACK = _call("return_article", '"rental_id": "REN-001"')
RENT = _call("rent_article", '"member_id": "MEM-004", "article_id": "ART-001", "due_on": "2026-03-09"')
TREADMILL = _call("rent_article", '"member_id": "MEM-004", "article_id": "ART-002", "due_on": "2026-03-09"')
LATER = _call("rent_article", '"member_id": "MEM-004", "article_id": "ART-001", "due_on": "2026-03-10"')
BLOCKED = _call("block_member", '"member_id": "MEM-001"')
TRUE = "def check(initial, final):\n    return True\n"
COUNTS = 'def check(initial, final):\n    return len(final["rentals"]) == len(initial["rentals"]) + 1\n'
NEVER = 'def check(initial, final):\n    return len(final["rentals"]) == 99\n'
OTHER = 'def check(initial, final):\n    return final["rentals"]["REN-002"]["returned_on"] is not None\n'
RAISES = 'def check(initial, final):\n    return final["rentals"]["REN-999"]["returned_on"] == "x"\n'
TEXT = 'def check(initial, final):\n    return "yes" if final else "no"\n'
FILES = "def check(initial, final):\n    return open('/etc/passwd').read() == final\n"
LOOP = "def check(initial, final):\n    while final:\n        pass\n    return True\n"
OFF_BY_ONE = """def check(initial, final):
    wanted = {**initial["rentals"]["REN-001"], "returned_on": "2026-03-02", "charge_cents": 2500}
    return final["rentals"].get("REN-001") == wanted
"""
EARLY = """def check(initial, final):
    return any(row["member_id"] == "MEM-004" for row in final["rentals"].values())
"""
TEMPTED = 'def check(initial, final):\n    return final["articles"]["ART-001"]["status"] == "free"\n'
BAD_REFERENCE = {"member_id": "MEM-099"}
LONG = "Take the rowing machine back and rent it to Dan. " * 40

FAULTS = (
    Fault("a start state breaks a rule", "start state", ("start_breaks_rule",), _rows("articles", 1, status="out")),
    Fault("a row refers to nothing", "start state", ("start_dangling", "start_refused"), _rows("reservations", 0, **BAD_REFERENCE)),
    Fault("a value of the wrong type", "start state", ("start_refused",), _rows("articles", 0, daily_cents="five")),
    Fault("a field that is not there", "start state", ("start_refused", "start_lost"), _rows("members", 0, e_mail="a@b")),
    Fault("a collection that is not there", "start state", ("start_refused", "start_lost"), _start(lambda one: one["state"].update(clerks={}))),
    Fault("next to nothing in it", "start state", ("start_poor",), _start(lambda one: one.update(state={"members": one["state"]["members"]}))),
    Fault("no moment", "start state", ("start_moment",), _start(lambda one: one.update(now="Monday"))),
    Fault("a tool is named", "task", ("task_names_tool",), _task(lambda one: one.update(instruction=one["instruction"] + " Use rent_article."))),
    Fault("an id that is nowhere", "task", ("task_unknown_id",), _task(lambda one: one.update(instruction=one["instruction"] + " It is ART-042."))),
    Fault("a single goal", "task", ("task_one_goal",), _task(lambda one: one.update(checklist=one["checklist"][:1]))),
    Fault("endless words", "task", ("task_length",), _task(lambda one: one.update(instruction=LONG))),
    Fault("hidden characters", "task", ("task_hidden",), _task(lambda one: one.update(instruction=one["instruction"] + " \u202eevil\u202c"))),
    Fault("the user never tells a date", "task", ("conversation_untold",), _task(lambda one: one["conversation"]["slots"].pop(1))),
    Fault("a goal that is true for ever", "check", ("check_goal_at_start",), checks_with(0, TRUE)),
    Fault("a guard that looks at nothing", "check", ("check_blind",), checks_with(3, TRUE, kind="guard")),
    Fault("a goal that is true at the start", "check", ("check_goal_at_start",), checks_with(1, EARLY)),
    Fault("a guard that is false at the start", "check", ("check_guard_at_start",), checks_with(3, TEMPTED, kind="guard")),
    Fault("a check that crashes", "check", ("check_crashes",), checks_with(0, RAISES)),
    Fault("a check that gives text", "check", ("check_crashes",), checks_with(0, TEXT)),
    Fault("a check that reads a file", "check", ("check_crashes",), checks_with(0, FILES)),
    Fault("a check that never ends", "check", ("check_crashes",), checks_with(0, LOOP)),
    Fault("no goal at all", "check", ("check_no_goal",), checks_with(0, TEMPTED.replace("free", "out"), kind="guard", drop=(1, 2, 3))),
    Fault("a check of the wrong entity", "check", ("oracle_fails",), checks_with(0, OTHER)),
    Fault("a check that is off by one", "check", ("oracle_fails",), checks_with(0, OFF_BY_ONE)),
    Fault("a task that cannot be solved", "check", ("oracle_fails",), checks_with(1, NEVER)),
    Fault("a check that counts and no more", "check", ("weak_goals", "mutant_survives"), checks_with(1, COUNTS, drop=(0, 2))),
    Fault("nothing is done", "oracle", ("nothing_done",), _oracle("I have done everything.")),
    Fault("half of it is done", "oracle", ("oracle_fails",), _oracle(BACK)),
    Fault("the wrong article is handed out", "oracle", ("oracle_fails",), _oracle(BACK + TREADMILL)),
    Fault("something is done beside it", "oracle", ("superfluous_write", "prefix_passes"), _oracle(BACK + RENT + BLOCKED)),
    Fault("it goes round in circles", "oracle", ("solver_stopped",), BOOK.with_first(Entry("solving", (RETURN,), _call("get_member", '"member_id": "MEM-004"')), GIVE_UP)),
    Fault("instruction and oracle differ", "instruction", ("oracle_fails",), _oracle(BACK + LATER)),
    Fault("the instruction can be read in two ways", "solver", ("solvers_disagree",), BOOK.with_first(GIVE_UP), BOOK.with_first(*calls_of("agreeing", BACK + LATER))),
)  # fmt: skip
