"""The types of all fields and derived values of a domain."""

from __future__ import annotations

from collections.abc import Mapping

from envscaler_mcp.blueprint.design import STATE
from envscaler_mcp.blueprint.expression.scope import Scope
from envscaler_mcp.blueprint.expression.tree import Expression, Kind, Type
from envscaler_mcp.blueprint.nearest import one_of

from .draft import NOTHING, AlreadyTold, Draft
from .entities import collection_name
from .forms import TYPE_KEYS, FieldForm
from .located import Steps

_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "int": "int",
    "money": "money",
    "date": "date",
    "bool": "bool",
}


class DomainSchema:
    """What expressions know of a domain. Derived values are read when they are first asked for."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.derived: dict[tuple[str, str], Expression] = {}
        self._collections = {collection_name(name, form): name for name, form in draft.form.entities.items()}
        self._stored: dict[tuple[str, str], Type | None] = {}
        self._open: list[tuple[str, str]] = []

    @property
    def collections(self) -> Mapping[str, str]:
        """Collection → entity."""
        return self._collections

    def stored(self, entity: str) -> tuple[str, ...]:
        """The names of the fields that are in the state."""
        form = self.draft.form.entities[entity]
        return (*form.fields, *([STATE] if form.states else []))

    def fields(self, entity: str) -> tuple[str, ...]:
        """The names of an entity's fields and derived values."""
        return (*self.stored(entity), *self.draft.form.entities[entity].derived)

    def least(self, entity: str, field: str) -> int | None:
        """The least value of a field, where it has one."""
        form = self.draft.form.entities[entity].fields.get(field)
        span = (form.int_ or form.money) if form else None
        return span[0] if span else None

    def type_of(self, entity: str, field: str) -> Type | None:
        """The type of a field or derived value; None where there is none."""
        form = self.draft.form.entities.get(entity)
        if form is None:
            raise AlreadyTold("", "")
        if field == STATE and form.states:
            return Type("enum", values=tuple(form.states))
        if field in form.fields:
            return self._field(entity, field)
        return self._derived(entity, field).type if field in form.derived else None

    def all_derived(self) -> Mapping[tuple[str, str], Expression]:
        """Every derived value's expression."""
        for entity, form in self.draft.form.entities.items():
            for name in form.derived:
                try:
                    self._derived(entity, name)
                except AlreadyTold:
                    continue
        return self.derived

    def labels(self) -> Mapping[tuple[str, str], str]:
        """What people call derived values, where the file says so."""
        forms = self.draft.form.entities.items()
        told = [(entity, name, one.label) for entity, form in forms for name, one in form.derived.items()]
        return {(entity, name): label for entity, name, label in told if label}

    def field_type(self, steps: Steps, form: FieldForm) -> Type | None:
        """The type that a field's or parameter's form gives; None and a problem where it gives none."""
        given = [key for key in TYPE_KEYS if _said(form, key) is not None]
        if len(given) != 1:
            found = f"{len(given)} types ({', '.join(given)})" if given else "no type"
            self.draft.problem(steps, f"it has {found}", f"give exactly one of {one_of(TYPE_KEYS)}")
            return None
        if given[0] in _KINDS:
            return Type(_KINDS[given[0]], optional=form.optional)
        if given[0] == "enum":
            return Type("enum", values=tuple(form.enum or ()), optional=form.optional)
        return self._pointer(steps, form)

    def _pointer(self, steps: Steps, form: FieldForm) -> Type | None:
        key = "ref" if form.ref is not None else "refs"
        target = form.ref or form.refs or ""
        if not self.draft.entity((*steps, key), target):
            return None
        return Type("ref" if key == "ref" else "refs", entity=target, optional=form.optional)

    def _field(self, entity: str, field: str) -> Type:
        key = (entity, field)
        if key not in self._stored:
            steps = ("entities", entity, "fields", field)
            self._stored[key] = self.field_type(steps, self.draft.form.entities[entity].fields[field])
        kind = self._stored[key]
        if kind is None:
            raise AlreadyTold("", "")
        return kind

    def _derived(self, entity: str, name: str) -> Expression:
        key = (entity, name)
        if key in self.derived:
            return self._told(self.derived[key])
        steps = ("entities", entity, "derived", name)
        if key in self._open:
            way = " → ".join(f"{one}.{two}" for one, two in (*self._open[self._open.index(key) :], key))
            self.draft.problem(
                steps, f"derived values follow from each other ({way})", "make one of them a field"
            )
            raise AlreadyTold("", "")
        self._open.append(key)
        text = self.draft.form.entities[entity].derived[name].value
        scope = Scope({entity: Type("ref", entity)})
        self.derived[key] = self.draft.expression(steps, text, self, scope)
        self._open.pop()
        return self._told(self.derived[key])

    def _told(self, one: Expression) -> Expression:
        if one is NOTHING:
            raise AlreadyTold("", "")
        return one


def _said(form: FieldForm, key: str) -> object:
    return getattr(form, f"{key}_" if key in ("int", "bool") else key)
