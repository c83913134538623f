"""Entities and their fields, with what the file left out."""

from __future__ import annotations

from collections.abc import Iterator

from envscaler_mcp.blueprint.design import STATE, Entity, Field, Parameter
from envscaler_mcp.blueprint.expression.scope import Scope
from envscaler_mcp.blueprint.expression.tree import NONE, TEXT, Constant, Expression, Type
from envscaler_mcp.blueprint.wording import words

from .draft import AlreadyTold, Draft
from .entities import collection_name, noun_of
from .forms import EntityForm, FieldForm
from .located import Steps
from .schema import DomainSchema
from .words import prefixes_of


def entities_of(draft: Draft, schema: DomainSchema) -> tuple[Entity, ...]:
    """All entities of a domain's form."""
    forms = draft.form.entities
    prefixes = prefixes_of(forms, {name: form.prefix for name, form in forms.items() if form.prefix})
    return tuple(
        Entity(
            name,
            noun_of(name, form),
            collection_name(name, form),
            prefixes[name],
            tuple(_fields(draft, schema, name, form)),
            (form.rows[0], form.rows[1]) if form.rows else (0, 0),
            tuple(form.states),
            form.log,
        )
        for name, form in forms.items()
    )


def parameter_of(name: str, kind: Type, form: FieldForm, draft: Draft) -> Parameter:
    """A parameter that is described like a field."""
    label = _own_label(name, kind, draft)
    low, high = _span(form)
    return Parameter(name, kind, form.label or label, low, high, form.unit or "", _like(form), form.free)


def state_field(states: tuple[str, ...]) -> Field:
    """The field that holds where a row stands."""
    kind = Type("enum", values=states)
    return Field(STATE, kind, STATE, default=Constant(states[0], kind))


def _fields(draft: Draft, schema: DomainSchema, entity: str, form: EntityForm) -> Iterator[Field]:
    for name, one in form.fields.items():
        try:
            kind = schema.type_of(entity, name)
        except AlreadyTold:
            continue
        if kind is not None:
            yield _field(draft, schema, ("entities", entity, "fields", name), kind, one)
    if form.states:
        yield state_field(tuple(form.states))


def _field(draft: Draft, schema: DomainSchema, steps: Steps, kind: Type, form: FieldForm) -> Field:
    low, high = _span(form)
    name = str(steps[-1])
    return Field(
        name,
        kind,
        form.label or _own_label(name, kind, draft),
        form.phrase or "",
        _like(form),
        low,
        high,
        form.unit or "",
        form.unique,
        form.title,
        form.free,
        _default(draft, schema, steps, kind, form),
    )


def _own_label(name: str, kind: Type, draft: Draft) -> str:
    """A row that is called by its entity's name is spoken of by its noun."""
    target = draft.form.entities.get(name)
    return noun_of(name, target).singular if target and kind.entity == name else words(name)


def _default(
    draft: Draft, schema: DomainSchema, steps: Steps, kind: Type, form: FieldForm
) -> Expression | None:
    if form.default is not None:
        if kind.kind == "text":
            return Constant(form.default, TEXT)
        return draft.expression((*steps, "default"), form.default, schema, Scope(), kind)
    if form.bool_ is not None:
        return Constant(form.bool_, kind)
    return Constant(None, NONE) if form.optional else None


def _span(form: FieldForm) -> tuple[int | None, int | None]:
    span = form.int_ or form.money or form.date
    return (span[0], span[1]) if span else (None, None)


def _like(form: FieldForm) -> str | tuple[str, ...]:
    return tuple(form.text) if isinstance(form.text, list) else form.text or ""
