"""Checks as readable Python: one for each row that a task changes, makes or removes.

Rows that existed are named by id; rows that the agent makes are found by what they say, and a reference to
one of them by what that one says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.spec.scenario import Check

State = Mapping[str, Any]
Row = Mapping[str, Any]

_CHANGED = """\
def check(initial, final):
    before = initial[{collection!r}][{key!r}]
    expected = {{**before, {fields}}}
    return final[{collection!r}].get({key!r}) == expected
"""

_CHANGED_BUT_FREE = """\
def check(initial, final):
    free = {free!r}
    before = initial[{collection!r}][{key!r}]
    expected = {{name: value for name, value in {{**before, {fields}}}.items() if name not in free}}
    return is_like(final[{collection!r}].get({key!r}, {{}}), expected)
"""

_ALIKE = """\
def check(initial, final):
    keys = {keys!r}
    before, after = initial[{collection!r}], final[{collection!r}]
    return all(after.get(key) == {{**before[key], {fields}}} for key in keys)
"""

_MADE = """\
def check(initial, final):
    expected = {expected}
    alike = [row for row in new_rows(initial, final, {collection!r}) if is_like(row, expected)]
    return len(alike) == {count}
"""

_REMOVED = """\
def check(initial, final):
    return {key!r} not in final[{collection!r}]
"""

_UNTOUCHED = """\
def check(initial, final):
    return final[{collection!r}].get({key!r}) == initial[{collection!r}][{key!r}]
"""

_NEW_ROWS = '''\
def new_rows(initial, final, name):
    """Rows that were not there at the start, whatever their ids."""
    return [row for key, row in final[name].items() if key not in initial[name]]


'''

_IS_LIKE = '''\
def is_like(row, expected):
    """Whether a row has these values, whatever else it says."""
    return all(name in row and row[name] == value for name, value in expected.items())


'''

_NEW_ID = '''\
def new_id(initial, final, name, expected):
    """The id of the one new row that has these values."""
    found = [row["id"] for row in new_rows(initial, final, name) if is_like(row, expected)]
    return found[0] if len(found) == 1 else "there is no such row"


'''

_WIDTH = 100


@dataclass(frozen=True)
class Made:
    """The new rows of an end state, and what of them is judged.

    Args:
        initial: the state at the start.
        final: the end state.
        free: (collection, field) that nobody judges.
    """

    initial: State
    final: State
    free: frozenset[tuple[str, str]]

    def rows(self, collection: str) -> dict[str, Row]:
        """The new rows of a collection, by key."""
        return {
            key: row for key, row in self.final[collection].items() if key not in self.initial[collection]
        }

    def expected(self, collection: str, key: str, seen: frozenset[str] = frozenset()) -> dict[str, str]:
        """Field → Python for its value; ids of new rows are looked up by what those say."""
        row = cast("Row", self.final[collection][key])
        written: dict[str, str] = {}
        for name, value in row.items():
            if name != "id" and (collection, name) not in self.free:
                spelt = self.spelt(value, seen | {key})
                written |= {name: spelt} if spelt is not None else {}
        return written

    def spelt(self, value: Any, seen: frozenset[str] = frozenset()) -> str | None:
        """Python for a value; None where it leads back to a row that is being told."""
        if isinstance(value, list):
            parts = [self.spelt(part, seen) for part in cast("list[Any]", value)]
            known = [part for part in parts if part is not None]
            return f"[{', '.join(known)}]" if len(known) == len(parts) else None
        home = self._home(value)
        if home is None:
            return repr(value)
        if value in seen:
            return None
        told = _dict(self.expected(home, cast("str", value), seen))
        return f"new_id(initial, final, {home!r}, {told})"

    def _home(self, value: Any) -> str | None:
        """The collection in which a value is the id of a new row."""
        if not isinstance(value, str):
            return None
        return next(
            (name for name in self.final if value in self.final[name] and value not in self.initial[name]),
            None,
        )


def row_changes(made: Made, collection: str, key: str, names: Sequence[str], text: str) -> Check:
    """A row has these new values, and its other values as before."""
    row = made.final[collection][key]
    fields = ", ".join(f"{name!r}: {made.spelt(row[name])}" for name in names)
    free = [name for name in row if (collection, name) in made.free]
    template = _CHANGED_BUT_FREE if free else _CHANGED
    source = template.format(collection=collection, key=key, fields=fields, free=free)
    return _check(f"{collection}-{key}", "goal", text, source)


def rows_change_alike(
    made: Made, collection: str, keys: Sequence[str], names: Sequence[str], text: str
) -> Check:
    """Several rows have these new values, and their other values as before."""
    row = made.final[collection][keys[0]]
    fields = ", ".join(f"{name!r}: {made.spelt(row[name])}" for name in names)
    source = _ALIKE.format(collection=collection, keys=list(keys), fields=fields)
    return _check(f"{collection}-alike-{keys[0]}", "goal", text, source)


def row_made(made: Made, collection: str, key: str, *, number: int, count: int, text: str) -> Check:
    """So many new rows say this, and no more."""
    expected = _dict(made.expected(collection, key), " " * 4)
    source = _MADE.format(collection=collection, expected=expected, count=count)
    return _check(f"new-{collection}-{number}", "goal", text, source)


def row_removed(collection: str, key: str, text: str) -> Check:
    """A row is gone."""
    return _check(f"removed-{key}", "goal", text, _REMOVED.format(collection=collection, key=key))


def row_untouched(collection: str, key: str, text: str) -> Check:
    """A guard: the row that it would be tempting to change is as it was."""
    return _check(f"untouched-{key}", "guard", text, _UNTOUCHED.format(collection=collection, key=key))


def _check(name: str, kind: str, text: str, source: str) -> Check:
    calls = {
        "new_id(": _NEW_ROWS + _IS_LIKE + _NEW_ID,
        "new_rows(": _NEW_ROWS + _IS_LIKE,
        "is_like(": _IS_LIKE,
    }
    needed = next((helper for call, helper in calls.items() if call in source), "")
    return Check.model_validate({"id": name.lower(), "kind": kind, "text": text, "source": needed + source})


def _dict(written: Mapping[str, str], indent: str = "") -> str:
    """A dict display, on one line where it is short."""
    pairs = [f"{name!r}: {value}" for name, value in written.items()]
    line = "{" + ", ".join(pairs) + "}"
    if not indent or len(line) + len(indent) <= _WIDTH:
        return line
    return "{\n" + "".join(f"{indent}    {pair},\n" for pair in pairs) + indent + "}"
