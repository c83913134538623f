"""How the scenarios of this sample are graded: checks as text, each about one thing that a task decides.

Rows that existed are named by id; rows that the agent creates are found by what they say. What lies beside
the task is the frame's part; `untouched` names the rows that one is tempted to touch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envscaler_mcp.spec.scenario import Call, Check, Frame

Result = dict[str, list[Any]]

_BECOMES = """\
def check(initial, final):
    expected = {{**initial[{collection!r}][{key!r}], **{fields}}}
    return final[{collection!r}].get({key!r}) == expected
"""

_CREATED = """\
def check(initial, final):
    rows = [row for key, row in final[{collection!r}].items() if key not in initial[{collection!r}]]
    said = [{{name: row[name] for name in {names}}} for row in rows]
    expected = {expected}
    return len(said) == len(expected) and all(said.count(row) == expected.count(row) for row in expected)
"""

_UNTOUCHED = """\
def check(initial, final):
    return final[{collection!r}].get({key!r}) == initial[{collection!r}][{key!r}]
"""


def call(tool: str, **arguments: Any) -> Call:
    """One step of an oracle."""
    return Call(tool=tool, arguments=arguments)


def result(step: int, pointer: str = "/id") -> Result:
    """A value that an earlier step (counted from 0) returned."""
    return {"$result": [step, pointer]}


def accepted(entry_id: str | Result, list_id: str, step: int) -> tuple[Call, Call]:
    """Offer a place as the oracle's step number `step`, and record that it was accepted."""
    offer = call("offer_place", entry_id=entry_id, list_id=list_id)
    return offer, call("record_answer", offer_id=result(step), answer="accepted")


def becomes(collection: str, key: str, text: str, **fields: Any) -> Check:
    """A row has these new values, and its other values as before."""
    source = _BECOMES.format(collection=collection, key=key, fields=_literal(fields))
    return Check(id=f"{collection}-{key}".lower(), kind="goal", text=text, source=source)


def created(collection: str, text: str, *rows: Mapping[str, Any]) -> Check:
    """Exactly these rows are new, whatever their ids."""
    expected = "[\n" + "".join(f"        {_literal(dict(row))},\n" for row in rows) + "    ]"
    source = _CREATED.format(collection=collection, names=list(rows[0]), expected=expected)
    return Check(id=f"new-{collection}", kind="goal", text=text, source=source)


def untouched(collection: str, key: str, text: str) -> Check:
    """A guard: the row that it would be tempting to change is as it was."""
    source = _UNTOUCHED.format(collection=collection, key=key)
    return Check(id=f"untouched-{key}".lower(), kind="guard", text=text, source=source)


def custom(check_id: str, text: str, source: str) -> Check:
    """A goal whose source is written out."""
    return Check(id=check_id, kind="goal", text=text, source=source)


def offer(entry_id: str, list_id: str, answer_by: str, status: str = "accepted") -> dict[str, str]:
    """What an offer says, beside its id."""
    return {"entry_id": entry_id, "list_id": list_id, "answer_by": answer_by, "status": status}


def frame(*changed: str, free: tuple[str, ...] = (), **created_rows: int) -> Frame:
    """`changed` are `collection/KEY: field field`."""
    parts = [one.partition(": ") for one in changed]
    paths = [f"/{row}/{name}" for row, _, names in parts for name in names.split()]
    return Frame(changed=tuple(paths), created=created_rows, free=free)


def _literal(value: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name!r}: {part!r}" for name, part in value.items()) + "}"
