"""Finding rows the way any client has to: by search and get tools, page by page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, cast

from envscaler_mcp.blueprint.design import Design, Field
from envscaler_mcp.blueprint.expression.evaluate import Scope, StateRows, compared
from envscaler_mcp.blueprint.expression.tree import Expression
from envscaler_mcp.blueprint.expression.walk import reads
from envscaler_mcp.blueprint.tasks.requests import Best, Condition, Described, Selection
from envscaler_mcp.certify.play import Caller

Row = Mapping[str, Any]
Schemas = Mapping[str, Mapping[str, Any]]
"""Tool → the schema of its arguments."""

FEWEST_ROWS = 10
_PAGE = re.compile(r"Page of (\d+) rows")


class Lost(LookupError):
    """What is asked for cannot be found, or not only once."""


class Looking:
    """Looks rows up through tools, and remembers what no write has made old."""

    def __init__(self, design: Design, schemas: Schemas, call: Caller) -> None:
        self.design = design
        self.schemas = schemas
        self._call = call
        self._pages: dict[str, dict[str, Row]] = {}

    def forget(self) -> None:
        """What was seen may no longer be so."""
        self._pages.clear()

    async def rows(self, entity: str, filters: Mapping[str, Any] | None = None) -> dict[str, Row]:
        """The rows of an entity that pass the filters, by id."""
        tool = f"search_{self.design.by_entity[entity].collection}"
        key = f"{tool}{sorted((filters or {}).items())}"
        if key not in self._pages:
            self._pages[key] = {row["id"]: row for row in await self._all(tool, filters or {})}
        return self._pages[key]

    async def _all(self, tool: str, filters: Mapping[str, Any]) -> list[Row]:
        size, found = self._page_rows(tool), list[Row]()
        for number in count(1):
            page = cast("list[Row]", (await self._ask(tool, {**filters, "page": number}))["result"])
            found += page
            if len(page) < size:
                break
        return found

    def _page_rows(self, tool: str) -> int:
        """How many rows a full page has, as the tool says."""
        page = self.schemas.get(tool, {}).get("properties", {}).get("page", {})
        said = _PAGE.search(page.get("description", ""))
        return int(said.group(1)) if said else FEWEST_ROWS

    async def _ask(self, tool: str, arguments: Mapping[str, Any]) -> Row:
        outcome = await self._call(tool, dict(arguments))
        if outcome.is_error:
            raise Lost(f"{tool}: {outcome.code}")
        return outcome.result

    async def find(self, described: Described) -> str:
        """The id of the one row that a description is true of.

        Raises:
            Lost: there is none, or more than one.
        """
        wanted = {mark.field: await self._known(mark.value) for mark in described.marks}
        filters = self._filters(described.entity, wanted)
        found = await self.rows(described.entity, filters)
        entity = self.design.by_entity[described.entity]
        keys = [
            key
            for key, row in found.items()
            if all(row.get(entity.field(name).stored) == value for name, value in wanted.items())
        ]
        return _only(keys, described.entity)

    async def _known(self, value: Any) -> Any:
        return await self.find(value) if isinstance(value, Described) else value

    def _filters(self, entity: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of the search tool that narrow it down; dates as a span of one day."""
        row = self.design.by_entity[entity]
        known = self.schemas.get(f"search_{row.collection}", {}).get("properties", {})
        given: dict[str, Any] = {}
        for name, value in wanted.items():
            given |= {
                one: value for one in _filter_names(row.field(name)) if one in known and value is not None
            }
        return given

    async def meets(self, entity: str, key: str, condition: Condition) -> bool:
        """Whether a condition holds of a row."""
        value, wanted = await self.field(entity, key, condition.field), await self._known(condition.value)
        if None in (value, wanted) and condition.op not in ("==", "!="):
            return False
        return compared(condition.op, value, wanted)

    async def field(self, entity: str, key: str, name: str) -> Any:
        """A field of a row, or a value that follows from it, as tools show it."""
        if (entity, name) in self.design.derived:
            return (await self._ask(f"get_{entity}", {f"{entity}_id": key}))[name]
        stored = self.design.by_entity[entity].field(name).stored
        for seen in self._pages.values():
            if key in seen and stored in seen[key] and self._is_of(entity, key):
                return seen[key][stored]
        return (await self.rows(entity))[key].get(stored)

    def _is_of(self, entity: str, key: str) -> bool:
        return key.startswith(f"{self.design.by_entity[entity].prefix}-")

    async def selected(self, selection: Selection) -> list[str]:
        """The ids of the rows that meet every condition, in order."""
        same = {
            one.field: one.value for one in selection.conditions if one.op == "==" and one.value is not None
        }
        stored = {name for name in same if (selection.entity, name) not in self.design.derived}
        wanted = {name: await self._known(same[name]) for name in stored}
        found = await self.rows(selection.entity, self._filters(selection.entity, wanted))
        return [key for key in sorted(found) if await self._all_hold(selection, key)]

    async def _all_hold(self, selection: Selection, key: str) -> bool:
        for one in selection.conditions:
            if not await self.meets(selection.entity, key, one):
                return False
        return True

    async def best(self, best: Best) -> str:
        """The one row with the least or greatest value.

        Raises:
            Lost: there is none, or more than one.
        """
        entity = best.among.entity
        keys = await self.selected(best.among)
        valued = [
            (value, key) for key in keys if (value := await self.field(entity, key, best.by)) is not None
        ]
        values = [value for value, _ in valued]
        edge = (max(values) if best.greatest else min(values)) if values else None
        return _only([key for value, key in valued if value == edge], entity)

    async def value(self, expression: Expression, about: Mapping[str, str | None], day: dt.date) -> Any:
        """The value of an expression, worked out from rows that tools show."""
        return (await self.scope([expression], about, day)).value(expression, about)

    async def scope(self, expressions: Iterable[Expression], entities: Iterable[str], day: dt.date) -> Scope:
        """All rows that expressions look at, and those of some entities."""
        read = {entity for one in expressions for entity, _ in reads(one, self.design.derived)}
        state = {
            self.design.by_entity[entity].collection: await self.rows(entity)
            for entity in sorted({*read, *entities} & set(self.design.by_entity))
        }
        return Scope(self.design, StateRows(state), day)


def _filter_names(field: Field) -> tuple[str, ...]:
    """The arguments of a search that a field's value goes to."""
    if field.type.kind == "date":
        return f"{field.stored}_from", f"{field.stored}_until"
    return (field.stored,)


def _only(keys: list[str], entity: str) -> str:
    if len(keys) != 1:
        raise Lost(f"{len(keys)} rows of {entity} fit")
    return keys[0]
