"""A native state as JSON text, row by row: a write costs what it touched, not what there is.

Every row is dumped after a write, which is quick; only rows whose text is another than before are
validated and spelt canonically again. What is no keyed collection of rows is taken as one piece.
To know all rows costs more than to dump the state once, so this begins with the second write.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from .canonical import canonical, dumps
from .environment import Entity, Environment

Texts = dict[str, bytes]
"""Key of a row → its text."""


class StateText:
    """The text of one environment instance, kept from write to write."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._kinds = row_kinds(type(environment))
        self._rest = set(type(environment).model_fields) - set(self._kinds)
        self._rows: dict[str, Texts] = {name: {} for name in self._kinds}
        self._spelt: dict[str, Texts] = {name: {} for name in self._kinds}
        self._other: bytes | None = None
        """The fields that hold no rows, as an object; None while no row is known."""
        self._names = _Names()
        self._begun = False

    def settle(self) -> bytes:
        """Dump the state and validate what changed: direct assignment skips pydantic's own validation.

        Raises:
            ValidationError: the state does not fit the class.
            PydanticSerializationError: a value is of another type than its field.
        """
        if not self._begun:
            self._begun = True
            return self._validated()
        rows = {name: self._dumped(name) for name in self._kinds}
        other = self._dumped_rest()
        changed = {name: _changed(self._rows[name], texts) for name, texts in rows.items()}
        if other == self._other and self._are_rows():
            self._validate(changed)
        else:
            self._validated()
        for name, keys in changed.items():
            for key in keys:
                self._spelt[name].pop(key, None)
        self._rows, self._other = rows, other
        return self._joined(other)

    def canonical(self) -> bytes:
        """The one spelling of the state as it was settled last; equal to `canonical(state)`."""
        if self._other is None:
            return canonical(self._environment.model_dump(mode="json"))
        fields = {name: canonical(value) for name, value in json.loads(self._other).items()}
        for name, texts in self._rows.items():
            spelt = self._spelt[name]
            for key in texts.keys() - spelt.keys():
                spelt[key] = canonical(json.loads(texts[key]))
            fields[name] = self._object({key: spelt[key] for key in sorted(texts)})
        return self._object({name: fields[name] for name in sorted(fields)})

    def _validated(self) -> bytes:
        whole = self._environment.model_dump_json(warnings="error").encode()
        type(self._environment).model_validate_json(whole)
        return whole

    def _dumped(self, field: str) -> Texts:
        """Without a look at the types, which takes thrice as long: `_validate` looks at what changed."""
        dump = self._kinds[field].__pydantic_serializer__.to_json
        return {key: dump(row, warnings=False) for key, row in getattr(self._environment, field).items()}

    def _dumped_rest(self) -> bytes:
        if not self._rest:
            return b"{}"
        return self._environment.model_dump_json(include=self._rest, warnings=False).encode()

    def _are_rows(self) -> bool:
        """Whether the collections hold rows of their own type under texts, and nothing else."""
        return all(
            type(key) is str and type(row) is kind
            for field, kind in self._kinds.items()
            for key, row in getattr(self._environment, field).items()
        )

    def _validate(self, changed: dict[str, list[str]]) -> None:
        for field, keys in changed.items():
            kind, rows = self._kinds[field], getattr(self._environment, field)
            for key in keys:
                kind.model_validate_json(kind.__pydantic_serializer__.to_json(rows[key], warnings="error"))

    def _joined(self, other: bytes) -> bytes:
        """All fields as one object; rows keep the order that they have."""
        rows = self._object({field: self._object(texts) for field, texts in self._rows.items()})
        return b"{" + b",".join([part for part in (rows[1:-1], other[1:-1]) if part]) + b"}"

    def _object(self, members: Texts) -> bytes:
        names = self._names
        return b"{" + b",".join([names[name] + text for name, text in members.items()]) + b"}"


@lru_cache(maxsize=64)
def row_kinds(cls: type[Environment]) -> dict[str, type[Entity]]:
    """State field → the type of its rows, where each row can be judged alone.

    Nothing where the class has validators or serializers of its own: these may look at the whole.
    """
    own = cls.__pydantic_decorators__
    looks_at_all = (own.validators, own.field_validators, own.root_validators, own.model_validators)
    if any((*looks_at_all, own.field_serializers, own.model_serializers, own.computed_fields)):
        return {}
    kinds = {name: _row_kind(info) for name, info in cls.model_fields.items()}
    return {name: kind for name, kind in kinds.items() if kind}


def _row_kind(info: FieldInfo) -> type[Entity] | None:
    if get_origin(info.annotation) is not dict or info.metadata:
        return None
    key, row = get_args(info.annotation)
    return row if key is str and isinstance(row, type) and issubclass(row, Entity) else None


def _changed(before: Texts, after: Texts) -> list[str]:
    return [key for key, text in after.items() if before.get(key) != text]


class _Names(dict[str, bytes]):
    """Name → how a member of an object begins with it, `"name":`."""

    def __missing__(self, name: str) -> bytes:
        self[name] = text = dumps(name).encode() + b":"
        return text
