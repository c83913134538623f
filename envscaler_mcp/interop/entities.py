"""The entities of a plain class: its TypedDicts (or dataclasses) and the collections that hold them.

The class is the source of fields and types; a release's `state_space_definition`, whose names are
damaged, gives descriptions where it can be matched.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from envscaler_mcp.spec.environment import EntityCard, FieldCard
from envscaler_mcp.spec.record import Json, State

from .signatures import Types, is_unordered

_KEYED = frozenset(["dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "DefaultDict", "defaultdict"])


@dataclass(frozen=True)
class _Collection:
    """A state attribute whose annotation names an entity."""

    attribute: str
    entity: str
    keyed: bool
    """Rows stand in a mapping by key, one each (not lists of rows)."""


def entities_of(
    definition: ast.ClassDef, types: Types, starts: Sequence[State] = ()
) -> tuple[EntityCard, ...]:
    """Cards for the entities that a class's state is made of.

    Args:
        definition: the class.
        types: the classes and aliases of its module.
        starts: start states; a key is the field that equals the key of its row in all of them.
    """
    collections = list(_collections(definition, types))
    held = {collection.entity: collection for collection in reversed(collections)}
    return tuple(
        _card(node, held.get(name), starts)
        for name, node in types.classes.items()
        if name != definition.name and _fields(node) and _is_record(node)
    )


def described(cards: Iterable[EntityCard], space: Json) -> tuple[EntityCard, ...]:
    """The same cards; a field whose type says nothing keeps what the release says of its entity."""
    rows = cast("list[Json]", space) if isinstance(space, list) else []
    told = [cast("dict[str, Json]", row) for row in rows if isinstance(row, dict)]
    return tuple(_with_description(card, told) for card in cards)


def state_attributes(definition: ast.ClassDef) -> dict[str, ast.expr | None]:
    """`self.x` → its annotation (if any), for every public attribute that some method sets."""
    found: dict[str, ast.expr | None] = {}
    for node in ast.walk(definition):
        match node:
            case ast.AnnAssign(
                target=ast.Attribute(value=ast.Name(id="self"), attr=name), annotation=annotation
            ):
                found[name] = annotation
            case ast.Assign(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                        found.setdefault(target.attr, None)
            case _:
                continue
    return found


def _collections(definition: ast.ClassDef, types: Types) -> Iterator[_Collection]:
    for attribute, annotation in state_attributes(definition).items():
        if annotation is None:
            continue
        entity = next((node for node in _names_in(annotation) if node in types.classes), None)
        if entity:
            yield _Collection(attribute, entity, _is_keyed(annotation, entity))


def _names_in(annotation: ast.expr) -> Iterator[str]:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is_keyed(annotation: ast.expr, entity: str) -> bool:
    """`Dict[str, Entity]`, and not `Dict[str, List[Entity]]`."""
    if not isinstance(annotation, ast.Subscript) or _base_name(annotation) not in _KEYED:
        return False
    inner = annotation.slice.elts[-1] if isinstance(annotation.slice, ast.Tuple) else annotation.slice
    if isinstance(annotation.slice, ast.Tuple) and isinstance(annotation.slice.elts[0], ast.Subscript):
        return False  # keyed by tuples
    return entity in (ast.unparse(inner), ast.unparse(inner).strip("'\""))


def _base_name(annotation: ast.Subscript) -> str:
    base = annotation.value
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""


def _is_record(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(base).split(".")[-1] for base in node.bases}
    marks = {ast.unparse(mark).split("(")[0].split(".")[-1] for mark in node.decorator_list}
    return bool(bases & {"TypedDict", "NamedTuple", "BaseModel", "Dict", "dict"}) or "dataclass" in marks


def _fields(node: ast.ClassDef) -> list[tuple[str, ast.expr]]:
    return [
        (part.target.id, part.annotation)
        for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]


def _card(node: ast.ClassDef, held: _Collection | None, starts: Sequence[State]) -> EntityCard:
    fields = tuple(_field(name, annotation) for name, annotation in _fields(node))
    collection = held.attribute if held and held.keyed else None
    names = [field.name for field in fields]
    key = _key_seen(names, collection, starts) or _key_guessed(node.name, names)
    return EntityCard(name=_plain_name(node.name), key=key, fields=fields, collection=collection)


def _field(name: str, annotation: ast.expr) -> FieldCard:
    text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    return FieldCard(name=name, type=str(text), role="unordered" if is_unordered(annotation) else None)


def _plain_name(name: str) -> str:
    return name.removesuffix("Info") or name


def _key_seen(names: list[str], collection: str | None, starts: Sequence[State]) -> str | None:
    """The first field that equals the key of its row everywhere."""
    rows = [
        (key, row)
        for start in starts
        if collection and isinstance(held := start.get(collection), dict)
        for key, row in _pairs(cast("dict[str, Json]", held))
    ]
    return next(
        (name for name in names if rows and all(str(row.get(name)) == key for key, row in rows)), None
    )


def _pairs(held: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    yield from ((key, cast("dict[str, Json]", row)) for key, row in held.items() if isinstance(row, dict))


def _key_guessed(entity: str, names: list[str]) -> str:
    """`id`, or `<entity>_id`, or else the first field."""
    stem = re.sub(r"[^a-z]", "", _plain_name(entity).lower())
    own = [name for name in names if name.endswith("_id") and name[:-3].replace("_", "") in stem]
    return "id" if "id" in names else (own or names)[0]


def _with_description(card: EntityCard, told: Sequence[Mapping[str, Json]]) -> EntityCard:
    row = _matching(card, told)
    text = str(row.get("description") or "").strip() if row else ""
    if not text or not card.fields:
        return card
    fields = [field.model_copy() for field in card.fields]
    at = next((index for index, field in enumerate(fields) if field.name == card.key), 0)
    fields[at] = fields[at].model_copy(update={"description": f"Key. {card.name}: {text}"})
    return card.model_copy(update={"fields": tuple(fields)})


def _matching(card: EntityCard, told: Sequence[Mapping[str, Json]]) -> Mapping[str, Json] | None:
    """The released entity that shares most attributes with a card, at least half of them."""
    names = {field.name for field in card.fields}
    scored = [
        (len(names & set(_attributes(row))) / max(len(names), 1), index) for index, row in enumerate(told)
    ]
    best = max(scored, default=(0.0, 0), key=lambda pair: (pair[0], -pair[1]))
    return told[best[1]] if told and best[0] >= 0.5 else None


def _attributes(row: Mapping[str, Json]) -> list[str]:
    text = row.get("attributes") or ""
    parts = cast("list[Json]", text) if isinstance(text, list) else re.split(r",\s*(?![^(]*\))", str(text))
    return [re.split(r"[\s(:]", str(part).strip())[0] for part in parts]
