"""Start states: asked for, completed, tried in a worker, and sent back with what is wrong."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.remote import EnvironmentProcess
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.difference import diff
from envscaler_mcp.spec import EntityCard, Problem, Scenario, State, parse_moment
from envscaler_mcp.synthesis.author import AnswerPart, Author, Problems

from .subject import Subject

ROUNDS = 4
"""One answer, and three repairs."""
FEWEST_ROWS = 6
MOST_BYTES = 60_000
SHOWN = 12


class StartAnswer(AnswerPart):
    """What a model answers: the moment, one line about the situation, and the state itself."""

    now: str
    about: str
    state: dict[str, Any]


@dataclass(frozen=True)
class Start:
    """A start state that the environment takes and whose rules hold."""

    now: dt.datetime
    about: str
    state: State


async def write_start(
    subject: Subject, author: Author, process: EnvironmentProcess, number: int, others: Sequence[str]
) -> Start | Problems:
    """The next start state, or what was wrong with the last attempt.

    Args:
        subject: the server.
        author: who is asked.
        process: a worker of the server.
        number: of this start state, from 1.
        others: what the earlier ones are about.
    """
    returned: dict[str, Any] | None = None
    found = Problems(())
    for attempt in range(ROUNDS):
        answer = await author.ask(
            "start_state",
            StartAnswer,
            **subject.values,
            number=number,
            others=[dumps(one) for one in others],
            returned=returned,
        )
        if isinstance(answer, Problems):
            return answer
        start, found = await _tried(subject, author, process, answer)
        if start:
            if attempt:
                author.note("repaired", f"start {number}", f"in round {attempt + 1}")
            return start
        author.tell(found)
        returned = {"state": dumps(answer.state), "now": dumps(answer.now), "problems": _lines(found)}
    return found


async def _tried(
    subject: Subject, author: Author, process: EnvironmentProcess, answer: StartAnswer
) -> tuple[Start | None, Problems]:
    """The start state as the environment holds it, or the problems."""
    try:
        now = parse_moment(answer.now)
    except ValueError as error:
        return None, Problems.of("start_moment", "/now", f"{answer.now[:60]!r} is no moment: {error}")
    state, completed = complete(answer.state, subject.folder.card.entities)
    for line in completed:
        author.note("note", "start", line, "start_completed")
    scenario = Scenario(id="start", instruction="", start=state, now=now)
    try:
        episode = await process.begin(scenario)
    except BadInput as error:
        return None, Problems.of("start_refused", "start", error.message[:2000])
    initial, broken = await episode.initial(), await episode.broken_rules()
    await episode.close()
    found = [*_lost(state, initial), *_broken(subject, broken), *_poor(subject, initial)]
    found += dangling(initial, subject.folder.card.entities)
    if found:
        return None, Problems(tuple(found[:SHOWN]))
    return Start(now, answer.about[:300], initial), Problems(())


def complete(given: State, entities: Sequence[EntityCard]) -> tuple[State, list[str]]:
    """What nobody has to be asked about: rows in a list get their keys, rows their key field.

    Returns:
        The state, and a line for everything that was done to it.
    """
    state: dict[str, Any] = copy.deepcopy(given)
    lines: list[str] = []
    for entity in entities:
        if entity.collection is None:
            continue
        if entity.collection not in state:
            state[entity.collection] = {}
            lines.append(f"/{entity.collection}: empty, where nothing was said")
        rows = state[entity.collection]
        if isinstance(rows, list):
            listed = cast("list[dict[str, Any]]", rows)
            if all(type(row) is dict and isinstance(row.get(entity.key), str) for row in listed):
                state[entity.collection] = rows = {row[entity.key]: row for row in listed}
                lines.append(f"/{entity.collection}: {len(listed)} rows of a list, by {entity.key}")
        if isinstance(rows, dict):
            lines += _keyed(entity, cast("dict[str, Any]", rows))
    return state, lines


def dangling(state: State, entities: Sequence[EntityCard]) -> Iterator[Problem]:
    """References of rows to rows that are not there."""
    homes = {entity.name: entity.collection for entity in entities if entity.collection}
    for entity in entities:
        refs = [(field.name, field.ref) for field in entity.fields if field.ref]
        for key, row in rows_of(state, entity.collection or "").items():
            for name, ref in refs:
                home = homes.get(ref) or ref
                value = row.get(name)
                if isinstance(value, str) and home in state and value not in rows_of(state, home):
                    where = f"/{entity.collection}/{key}/{name}"
                    yield _problem("start_dangling", where, f"{value!r} is no row of {home}")


def rows_of(state: State, collection: str) -> dict[str, dict[str, Any]]:
    """The rows of a collection, by key; none where it holds something else."""
    rows: Any = state.get(collection)
    found = cast("dict[str, Any]", rows) if isinstance(rows, dict) else {}
    return {key: row for key, row in found.items() if isinstance(row, dict)}


def _keyed(entity: EntityCard, rows: dict[str, Any]) -> list[str]:
    without = [key for key, row in rows.items() if isinstance(row, dict) and entity.key not in row]
    for key in without:
        rows[key] = {entity.key: key, **rows[key]}
    return [f"/{entity.collection}: {entity.key} of {len(without)} rows, from their key"] if without else []


def _lost(given: State, initial: State) -> list[Problem]:
    """What was given and is not there: a misspelt collection or field that the class passes over."""
    changes = [change for change in diff(given, initial) if not change.created]
    return [
        _problem("start_lost", change.path, "the environment does not keep this as it was given")
        for change in changes[:SHOWN]
    ]


def _broken(subject: Subject, broken: Sequence[str]) -> list[Problem]:
    texts = {rule.id: rule.text for rule in subject.folder.card.rules}
    return [_problem("start_breaks_rule", f"rules/{rule}", texts.get(rule, rule)) for rule in broken]


def _poor(subject: Subject, initial: State) -> list[Problem]:
    collections = [entity.collection for entity in subject.folder.card.entities if entity.collection]
    rows = sum(len(rows_of(initial, name)) for name in collections)
    size = len(dumps(initial).encode())
    if collections and rows < FEWEST_ROWS:
        return [_problem("start_poor", "/", f"{rows} rows in all; no choice is left to get wrong")]
    if size > MOST_BYTES:
        return [_problem("start_large", "/", f"{size} bytes; {MOST_BYTES} are the most")]
    return []


def _lines(found: Problems) -> list[str]:
    return [dumps(f"{one.where}: {one.message}") for one in found]


def _problem(code: str, where: str, message: str) -> Problem:
    return Problem(code=code, where=where, message=message)
