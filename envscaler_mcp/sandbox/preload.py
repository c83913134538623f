"""Everything that foreign code may need later, imported while files can still be read."""

from __future__ import annotations

import datetime as dt
import importlib
import random
from typing import Annotated, Literal, cast

from pydantic import Field

from envscaler_mcp.runtime.standalone.description import describe
from envscaler_mcp.runtime.standalone.environment import Clock, Entity, Environment, read, rule, write
from envscaler_mcp.runtime.standalone.episode import Episode
from envscaler_mcp.runtime.standalone.native import NativeForm
from envscaler_mcp.runtime.standalone.world import Form

from .policy_tables import MODULES

# What the standard library imports only when it is first asked to do something.
_LATE = (
    "_strptime", "calendar", "locale", "unicodedata", "linecache", "tokenize", "traceback", "stringprep",
    "encodings.ascii", "encodings.latin_1", "encodings.utf_8", "encodings.idna", "encodings.punycode",
    "encodings.unicode_escape", "encodings.raw_unicode_escape", "encodings.utf_16", "encodings.cp1252",
    "_pydecimal", "copyreg", "difflib", "pprint", "bisect", "heapq", "secrets", "platform", "resource",
    "zoneinfo", "pydantic.type_adapter", "pydantic.json_schema", "pydantic.deprecated.class_validators",
    "pydantic._internal._validators", "pydantic._internal._std_types_schema", "pydantic.root_model",
    "pydantic._internal._schema_generation_shared", "pydantic._internal._serializers",
    "envscaler_mcp.runtime.standalone.plain_loading",
)  # fmt: skip


class _Row(Entity):
    """A row, so that pydantic meets every kind of field once."""

    id: str
    day: dt.date | None = None
    moment: dt.datetime | None = None
    kind: Literal["a", "b"] = "a"
    parts: list[int] = Field(default_factory=list[int])


class _Rehearsal(Environment):
    """An environment that is played once, to import what playing imports."""

    rows: dict[str, _Row]

    @read
    def get_row(self, row_id: Annotated[str, Field(description="An id.")]) -> _Row:
        """Look up a row."""
        return self.find(self.rows, row_id, "row")

    @write
    def put_day(self, row_id: Annotated[str, Field(description="An id.")], day: dt.date) -> _Row:
        """Set a day."""
        row = self.find(self.rows, row_id, "row")
        row.day = day
        return row

    @rule("Rows have ids.")
    def has_ids(self) -> bool:
        """Whether they have."""
        return all(row.id for row in self.rows.values())


def preload() -> None:
    """Import by name, then play a small environment through."""
    for name in (*MODULES, *_LATE):
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # not in this version of Python or pydantic
    describe(_Rehearsal)
    start = {"rows": {"a": {"id": "a"}}}
    form = cast("Form", NativeForm(_Rehearsal))
    episode = Episode.start(form, start, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 0)
    episode.call("get_row", {"row_id": "b"})
    episode.call("put_day", {"row_id": "a", "day": "2026-01-02"})
    episode.call("put_day", {"row_id": "a", "day": 1})
    episode.broken_rules()
    dt.datetime.strptime("2026-01-01", "%Y-%m-%d").strftime("%A")
    del episode
    Clock(dt.datetime(2026, 1, 1), 0).next_id("X")
    random.Random("a text")  # from Python 3.13 on, the first text that is a seed changes the module
