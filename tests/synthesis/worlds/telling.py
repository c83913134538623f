"""Scenarios of a world as somebody answered them by hand: start states, tasks, checks, solutions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.synthesis.book import Entry
from tests.synthesis.rental import Part

Call = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Telling:
    """One task: what is asked, what has to come of it, and the calls that do it.

    Attributes:
        title, instruction: of the task.
        slots: fact → when it is told; together with the instruction's first words they are its conversation.
        checks: item of the checklist → (kind, source).
        calls: what solves it.
        then: what only the results of those calls allow; an id is found in them by `re:PATTERN`.
    """

    title: str
    instruction: str
    slots: Mapping[str, str]
    checks: Mapping[str, tuple[str, str]]
    calls: tuple[Call, ...]
    then: tuple[Call, ...] = ()

    @property
    def answer(self) -> Part:
        """As the prompt for tasks wants it."""
        slots = [{"text": text, "when_asked": when} for text, when in self.slots.items()]
        opening = self.instruction.split(". ")[0] + "."
        conversation = {
            "persona": "A clerk, brief and friendly",
            "opening": opening,
            "slots": slots,
            "closing": "That is all, and nothing beside it.",
        }
        return {
            "title": self.title,
            "instruction": self.instruction,
            "checklist": list(self.checks),
            "conversation": conversation,
        }

    @property
    def answered_checks(self) -> list[Part]:
        """As the prompt for checks wants them."""
        return [
            {"text": text, "kind": kind, "source": source} for text, (kind, source) in self.checks.items()
        ]

    def entries(self) -> Iterator[Entry]:
        """Its checks, and the turns of whoever solves it."""
        asked = (self.instruction[:70],)
        yield Entry("checks.checks", asked, {"checks": self.answered_checks})
        yield Entry("solving|agreeing", asked, self._turn)

    def _turn(self, text: str) -> str:
        """What whoever solves it says next, by the number of results there are."""
        results = text.count("<tool_response>")
        if results == 0:
            return "\n".join(map(_written, self.calls))
        if results < len(self.calls) + len(self.then):
            return "\n".join(_written((tool, _filled(said, text))) for tool, said in self.then)
        return "All of it is done."


@dataclass(frozen=True)
class Situation:
    """A start state, and the tasks that begin with it."""

    now: str
    about: str
    state: Part
    tellings: tuple[Telling, ...]

    def entries(self, number: int) -> Iterator[Entry]:
        """What is answered about it."""
        start = {"now": self.now, "about": self.about, "state": self.state}
        yield Entry("starts.start_state", (f"Start state number {number}:",), start)
        tasks = {"tasks": [one.answer for one in self.tellings]}
        yield Entry("tasks.tasks", (f"It is {self.now.replace('Z', '+00:00')}.",), tasks)
        for one in self.tellings:
            yield from one.entries()


def becomes(collection: str, key: str, **values: Any) -> tuple[str, str]:
    """A goal: a row is as it was but for these values."""
    return "goal", (
        "def check(initial, final):\n"
        f"    wanted = {{**initial[{collection!r}][{key!r}], **{values!r}}}\n"
        f"    return final[{collection!r}].get({key!r}) == wanted\n"
    )


def added(collection: str, *rows: Mapping[str, Any]) -> tuple[str, str]:
    """A goal: just these rows are new, whatever their ids."""
    return "goal", (
        "def check(initial, final):\n"
        f"    old, all_rows = initial[{collection!r}], final[{collection!r}]\n"
        "    new = [row for key, row in all_rows.items() if key not in old]\n"
        f"    said = sorted(json.dumps({{**row, 'id': ''}}, sort_keys=True) for row in new)\n"
        f"    wanted = [{{'id': '', **one}} for one in {[dict(one) for one in rows]!r}]\n"
        "    return said == sorted(json.dumps(one, sort_keys=True) for one in wanted)\n"
    ).replace("def check", "import json\n\n\ndef check", 1)


def kept(collection: str, *keys: str) -> tuple[str, str]:
    """A guard: rows that one is tempted to change stay as they are."""
    return "guard", (
        "def check(initial, final):\n"
        f"    keys = {list(keys)!r}\n"
        f"    return all(final[{collection!r}].get(key) == initial[{collection!r}][key] for key in keys)\n"
    )


def table(key: str, names: str, text: str) -> list[Part]:
    """Rows, a line each: `|` between values, JSON where a value is one, and text otherwise."""
    columns = [key, *names.split()]
    lines = [line.split("|") for line in text.strip().splitlines()]
    return [dict(zip(columns, map(_value, line), strict=True)) for line in lines]


def _value(text: str) -> Any:
    bare = text.strip()
    if bare in ("", "null"):
        return None
    return int(bare) if bare.lstrip("-").isdigit() else {"true": True, "false": False}.get(bare, bare)


def _filled(arguments: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The arguments, with `re:…` as what its group finds in the conversation: an id that was made."""
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        match = re.search(value[3:], text) if str(value).startswith("re:") else None
        found[name] = match[1] if match else value
    return found


def _written(call: Call) -> str:
    said = json.dumps({"name": call[0], "arguments": dict(call[1])})
    return f"<tool_call>{said}</tool_call>"
