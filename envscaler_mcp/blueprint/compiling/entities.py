"""Entities as classes: their fields, what follows from these alone, and the sheets that show both."""

from __future__ import annotations

from collections.abc import Iterator

from envscaler_mcp.blueprint.design import Entity, Field
from envscaler_mcp.blueprint.expression.python import Spelled, value
from envscaler_mcp.blueprint.expression.tree import Constant
from envscaler_mcp.blueprint.wording import plural, sentence, with_article, words
from envscaler_mcp.render.literals import python_literal

from .naming import Naming


def entity_class(entity: Entity, naming: Naming, doc: str) -> list[str]:
    """The class of an entity."""
    lines = [f"class {naming.classes[entity.name]}(Entity):", f'    """{doc}"""', "", "    id: str"]
    lines += [f"    {_field(one, naming)}" for one in entity.fields]
    return [*lines, *_properties(entity, naming)]


def sheet_class(entity: Entity, naming: Naming) -> list[str]:
    """What `get_…` shows of an entity that has derived values."""
    doc = sentence(f"{with_article(entity.noun.singular)} and what follows from it")
    lines = [f"class {naming.sheets[entity.name]}(Entity):", f'    """{doc}"""', ""]
    lines.append(f"    {entity.name}: {naming.classes[entity.name]}")
    for name, said in naming.design.derived_labels[entity.name].items():
        kind = naming.design.derived[entity.name, name].type
        meaning = said if said != words(name) else ""
        if kind.kind == "money":
            meaning = f"{meaning}, in cents" if meaning else "cents"
        lines.append(f"    {name}: {naming.annotation(kind)}{f'  # {meaning}' if meaning else ''}")
    return lines


def default_of(one: Field) -> Constant | None:
    """The default of a field where it is the same for every new row."""
    if isinstance(one.default, Constant):
        return one.default
    if one.default is None and one.type.optional:
        return Constant(None, one.type)
    return None


def _field(one: Field, naming: Naming) -> str:
    if one.free_text:
        return f"{one.stored}: {naming.annotation(one.type)} = FREE_TEXT"
    default = default_of(one)
    given = f" = {_default(default)}" if default else ""
    meaning = _meaning(one)
    return f"{one.stored}: {naming.annotation(one.type)}{given}{f'  # {meaning}' if meaning else ''}"


def _default(default: Constant) -> str:
    return "[]" if default.type.kind == "refs" else python_literal(default.value)


def _meaning(one: Field) -> str:
    """What the name alone does not say. A comment: every tool's output schema would repeat a description."""
    said = "" if words(one.name) == one.label else one.label
    if one.type.kind == "money":
        return f"{said}, in cents" if said else "cents"
    if one.unit and plural(one.unit) not in (said or words(one.name)):
        return f"{said}, in {plural(one.unit)}" if said else plural(one.unit)
    return said


def _properties(entity: Entity, naming: Naming) -> Iterator[str]:
    scope = naming.scope.having(entity.name, Spelled("self", "self.id"))
    for (owner, name), expression in naming.design.derived.items():
        if owner == entity.name and naming.derived[owner, name].own:
            yield from ("", "    @property", f"    def {name}(self) -> {naming.annotation(expression.type)}:")
            yield f"        return {value(expression, scope).text}"
