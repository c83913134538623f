"""Which names a domain may give: they become Python, tools, ids and words of expressions."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from envscaler_mcp.blueprint.design import STATE
from envscaler_mcp.blueprint.expression.aggregates import FUNCTIONS
from envscaler_mcp.blueprint.expression.scope import TODAY
from envscaler_mcp.blueprint.nearest import one_of
from envscaler_mcp.runtime.standalone.environment import RESERVED_TOOL_NAMES, Entity, Environment

from .answers import ALREADY_RECORDED, DECISION, FILE, RECORD, REPORT, WRONG_STATE
from .draft import Draft
from .entities import collection_name
from .located import Steps
from .words import RESERVED

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
VALUE = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*\Z")
PREFIX = re.compile(r"[A-Z]{2,5}\Z")
MAX_NAME = 40

_WORDS = frozenset([*keyword.kwlist, TODAY, *FUNCTIONS])
_CODE = frozenset(["self", "dt", "row", "rows", "page", "now", *dir(builtins)])
_CLASSES = frozenset(
    [
        "annotated",
        "any",
        "callable",
        "clock",
        "entity",
        "environment",
        "field",
        "literal",
        "refusal",
        "type_var",
    ]
)
_FIELDS = frozenset(["id", "self", "dt", "str", "int", "bool", "list", "dict", "date", "datetime"])
_CODES = frozenset([WRONG_STATE, ALREADY_RECORDED])


@dataclass(frozen=True)
class Names:
    """Looks at every name that a draft gives."""

    draft: Draft

    def check(self) -> None:
        """Note every name that cannot be used, or stands for two things."""
        form = self.draft.form
        self._name(("name",), form.name, ())
        for name in form.entities:
            self._entity(name)
        for name in form.rules:
            self._code(("rules", name), name)
            self._attribute(("rules", name), name)
        for name in form.actions:
            self._action(name)
        for kind, names in (("measures", form.measures), ("duties", form.duties)):
            for name in names:
                self._name((kind, name), name, ())
        self._twice()

    def _entity(self, name: str) -> None:
        steps: Steps = ("entities", name)
        form = self.draft.form.entities[name]
        self._name(steps, name, {*_CODE, *_CLASSES, DECISION, REPORT} - {"property", "license", "copyright"})
        self._attribute(steps, collection_name(name, form))
        if form.prefix is not None and (not PREFIX.match(form.prefix) or form.prefix in RESERVED):
            remedy = "use two to five capital letters, not DEC or REP"
            self.draft.problem((*steps, "prefix"), f"{form.prefix!r} is no prefix", remedy)
        for kind, names in (("fields", form.fields), ("derived", form.derived)):
            for field in names:
                self._field((*steps, kind, field), field)
        for field in set(form.fields) & set(form.derived):
            self.draft.problem((*steps, "derived", field), f"{field!r} is also a field", "rename one of them")
        self._values((*steps, "states"), form.states)
        for field, one in form.fields.items():
            self._values((*steps, "fields", field, "enum"), one.enum or ())

    def _field(self, steps: Steps, name: str) -> None:
        reserved = (
            name in _FIELDS or hasattr(BaseModel, name) or hasattr(Entity, name) or name.startswith("model_")
        )
        self._name(steps, name, {name} if reserved else ())
        if name == STATE:
            self.draft.problem(
                steps, f"{STATE!r} is the field of a lifecycle", "write `states: […]` in the entity"
            )

    def _values(self, steps: Steps, values: Collection[str]) -> None:
        for index, value in enumerate(values):
            place = (*steps, index)
            if not VALUE.match(value) or value in _WORDS or len(value) > MAX_NAME:
                remedy = "use letters, digits and _, and no word of the language"
                self.draft.problem(place, f"{value!r} is no value of an enum", remedy)
            if list(values).count(value) > 1:
                self.draft.problem(place, f"{value!r} stands twice", "keep one of them")

    def _action(self, name: str) -> None:
        steps: Steps = ("actions", name)
        self._attribute(steps, name)
        self._name(steps, name, {*RESERVED_TOOL_NAMES, *_CODE, *self._own_tools()})
        for parameter in self.draft.form.actions[name].with_:
            self._name((*steps, "with", parameter), parameter, _CODE - {"license", "copyright", "credits"})
        for code in self.draft.form.actions[name].requires:
            self._code((*steps, "requires", code), code)

    def _own_tools(self) -> Iterator[str]:
        """The tools that every environment gets of itself."""
        yield from (RECORD, FILE)
        for name, form in self.draft.form.entities.items():
            yield from (f"get_{name}", f"search_{collection_name(name, form)}")

    def _code(self, steps: Steps, code: str) -> None:
        self._name(steps, code, {code} if code in _CODES or code.startswith("unknown_") else ())

    def _attribute(self, steps: Steps, name: str) -> None:
        """What becomes an attribute of the environment's class must not hide one that it has."""
        if hasattr(Environment, name):
            self.draft.problem(steps, f"{name!r} is a name of the runtime's own", "choose another name")

    def _name(self, steps: Steps, name: str, reserved: Collection[str]) -> None:
        if not NAME.match(name) or len(name) > MAX_NAME:
            remedy = f"use small letters, digits and _, at most {MAX_NAME}, a letter first"
            self.draft.problem(steps, f"{name!r} is no name", remedy)
        elif name in _WORDS or name in reserved:
            self.draft.problem(steps, f"the name {name!r} is reserved", "choose another name")

    def _twice(self) -> None:
        """Entities, collections, actions and rules share one class; none of them may share a name."""
        seen: dict[str, str] = {}
        for what, steps, name in self._all():
            other = seen.setdefault(name, what)
            if other != what:
                self.draft.problem(steps, f"{what} has the name of {other}", "rename one of the two")

    def _all(self) -> Iterable[tuple[str, Steps, str]]:
        form = self.draft.form
        for name, one in form.entities.items():
            yield f"the entity {name!r}", ("entities", name), name
            yield f"the collection of {name!r}", ("entities", name), collection_name(name, one)
        for name in form.actions:
            yield f"the action {name!r}", ("actions", name), name
        for name in form.rules:
            yield f"the rule {name!r}", ("rules", name), name
        if form.name in form.entities:
            message = f"the domain and an entity are both called {form.name!r}"
            self.draft.problem(("name",), message, f"use another name, such as {form.name}_desk")
        prefixes = [(name, one.prefix) for name, one in form.entities.items() if one.prefix]
        for name, prefix in prefixes:
            sharing = [other for other, same in prefixes if same == prefix]
            if len(sharing) > 1:
                steps = ("entities", name, "prefix")
                self.draft.problem(steps, f"{one_of(sharing)} have the same prefix", "give each its own")
