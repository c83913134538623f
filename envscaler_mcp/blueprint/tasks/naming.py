"""Rows and values in the words of people, for the texts of checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from envscaler_mcp.blueprint.design import Design, Entity, Field
from envscaler_mcp.blueprint.wording import joined, plural, sentence, value_text, words

State = Mapping[str, Any]


@dataclass(frozen=True)
class Naming:
    """Words for the rows of two states.

    Args:
        design: of the environment.
        initial: the state at the start.
        final: the end state.
    """

    design: Design
    initial: State
    final: State

    def becomes(self, collection: str, keys: Sequence[str], names: Sequence[str]) -> str:
        """What rows change to, such as `Booking BKG-04: state is cancelled.`."""
        entity = self._entity(collection)
        row = cast("Mapping[str, Any]", self.final[collection][keys[0]])
        news = [f"{self._label(entity, name)} is {self._value(entity, name, row[name])}" for name in names]
        who = joined([self.row(collection, key) for key in keys])
        return sentence(f"{who}: {', '.join(news)}")

    def made(self, collection: str, key: str, count: int) -> str:
        """What new rows say, such as `There is one new booking: guest Jonas Berg, room 204.`."""
        entity = self._entity(collection)
        row = cast("Mapping[str, Any]", self.final[collection][key])
        said = [
            f"{self._label(entity, name)} {self._value(entity, name, value)}"
            for name, value in row.items()
            if name != "id" and value not in (None, [], "") and not self._is_free(entity, name)
        ]
        number = "one new" if count == 1 else f"{count} new"
        noun = entity.noun.singular if count == 1 else entity.noun.plural
        return sentence(
            f"there is {number} {noun}: {', '.join(said)}"
            if count == 1
            else f"there are {number} {noun}: {', '.join(said)}"
        )

    def removed(self, collection: str, key: str) -> str:
        """That a row is gone."""
        return sentence(f"{self.row(collection, key)} is gone")

    def untouched(self, collection: str, key: str) -> str:
        """That a row stays as it was."""
        return sentence(f"{self.row(collection, key)} stays as it was")

    def row(self, collection: str, key: str) -> str:
        """A row by its title and id, or by its id."""
        entity = self._entity(collection)
        row = self._find(collection, key)
        if row is None:
            return f"{entity.noun.singular} {key}"
        title = row.get(entity.title.stored) if entity.title else None
        return f"{entity.noun.singular} {title} ({key})" if title else f"{entity.noun.singular} {key}"

    def _value(self, entity: Entity, name: str, value: Any) -> str:
        field = self._field(entity, name)
        if field is None:
            return str(value)
        if isinstance(value, list):
            parts = [self._referred(field, one) for one in cast("list[Any]", value)]
            return joined(parts) if parts else "none"
        if field.type.kind == "ref" and value is not None:
            return self._referred(field, value)
        says_unit = field.label in (field.unit, plural(field.unit))  # strikes: not "strikes is 0 strikes"
        return value_text(value, field.type, "" if says_unit else field.unit)

    def _referred(self, field: Field, key: str) -> str:
        target = self.design.by_entity[field.type.entity]
        row = self._find(target.collection, key)
        title = row.get(target.title.stored) if row is not None and target.title else None
        made = key not in self.initial[target.collection]
        return str(title) if title else f"the new {target.noun.singular}" if made else key

    def _find(self, collection: str, key: str) -> Mapping[str, Any] | None:
        return self.final[collection].get(key) or self.initial[collection].get(key)

    def _entity(self, collection: str) -> Entity:
        return next(one for one in self.design.entities if one.collection == collection)

    def _field(self, entity: Entity, name: str) -> Field | None:
        return next((one for one in entity.fields if one.stored == name), None)

    def _label(self, entity: Entity, name: str) -> str:
        field = self._field(entity, name)
        return field.label if field else words(name)

    def _is_free(self, entity: Entity, name: str) -> bool:
        field = self._field(entity, name)
        return bool(field and field.free_text)
