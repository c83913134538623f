"""What the scenarios are put together from: a task, its checks, its frame and its oracle."""

from __future__ import annotations

import datetime as dt
from textwrap import dedent
from typing import Literal

from envscaler_mcp.spec.record import Json
from envscaler_mcp.spec.scenario import Call, Check, Difficulty, Frame, Grading, Scenario

from .world import world

MORNING = dt.datetime(2026, 4, 2, 9, 40)
AFTER_CUTOFF = dt.datetime(2026, 4, 2, 14, 5)

READING = '''\
def became(initial, final, name, changes, new):
    """Whether a collection is as at the start but for these changes and, in any order, these new rows."""
    before, after = initial[name], final[name]
    kept = all(after.get(key) == {**row, **changes.get(key, {})} for key, row in before.items())
    rows = created(initial, final, name)
    return kept and len(rows) == len(new) and all(any(is_like(row, wanted) for row in rows) for wanted in new)


def created(initial, final, name):
    """The rows that were not there at the start; their ids are generated, so nothing depends on them."""
    return [row for key, row in final[name].items() if key not in initial[name]]


def is_like(row, wanted):
    """Whether a row has these values."""
    return all(field in row and row[field] == value for field, value in wanted.items())


def untouched(initial, final, names):
    """Whether these collections are as they were."""
    return all(final[name] == initial[name] for name in names.split())


def moved(initial, amounts):
    """Accounts with what went in or out of their balances."""
    balances = {key: row["balance"] for key, row in initial["accounts"].items()}
    return {key: {"balance": balances[key] + amount} for key, amount in amounts.items()}


def posted(transfer_id, source_id, target_id, amount, day):
    """The two entries of a settled transfer."""
    out = {"transfer_id": transfer_id, "account_id": source_id, "amount": -amount, "day": day}
    into = {"transfer_id": transfer_id, "account_id": target_id, "amount": amount, "day": day}
    return [out, into]


'''


def goal(name: str, text: str, body: str) -> Check:
    """Something to bring about; `body` defines `check` and may use what `READING` defines."""
    return Check(id=name, kind="goal", text=text, source=READING + dedent(body).lstrip())


def guard(name: str, text: str, body: str) -> Check:
    """Something to leave as it is."""
    return Check(id=name, kind="guard", text=text, source=READING + dedent(body).lstrip())


def call(tool: str, **arguments: Json) -> Call:
    """One step of an oracle."""
    return Call(tool=tool, arguments=arguments)


def result(step: int, pointer: str = "/id") -> Json:
    """A value from the result of an earlier step."""
    return {"$result": [step, pointer]}


def fields(row: str, names: str) -> tuple[str, ...]:
    """The paths of some fields of one row."""
    return tuple(f"{row}/{name}" for name in names.split())


def balances(*account_ids: str) -> tuple[str, ...]:
    """The paths of the balances of some accounts."""
    return tuple(f"/accounts/{account_id}/balance" for account_id in account_ids)


def task(
    number: int,
    band: Literal["easy", "medium", "hard"],
    tags: str,
    instruction: str,
    *,
    checks: tuple[Check, ...],
    frame: Frame,
    oracle: tuple[Call, ...],
    now: dt.datetime = MORNING,
) -> tuple[Scenario, Grading]:
    """A scenario and its grading."""
    name, kinds = f"{number:03}", tuple(tags.split())
    scenario = Scenario(
        id=name,
        instruction=" ".join(instruction.split()),
        start=world(),
        now=now,
        seed=number,
        tags=kinds,
        difficulty=Difficulty(band=band),
        family=kinds[0],
    )
    return scenario, Grading(id=name, checks=checks, frame=frame, oracle=oracle)
