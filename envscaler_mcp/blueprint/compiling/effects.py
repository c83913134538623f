"""What an action does, as statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from envscaler_mcp.blueprint.design import Assign, Create, Delete, Each, Effect, Field, Link, Order, When
from envscaler_mcp.blueprint.expression import levels
from envscaler_mcp.blueprint.expression.python import (
    Scope,
    Spelled,
    row,
    truth,
    untruth,
    value,
)
from envscaler_mcp.blueprint.expression.tree import Expression, Get, Type, Variable
from envscaler_mcp.blueprint.expression.walk import nodes_of
from envscaler_mcp.render.literals import python_literal

from .entities import default_of
from .naming import Naming

STEP = "    "


@dataclass
class Statements:
    """Writes effects one after the other; `scope` is what is known at that place."""

    naming: Naming
    scope: Scope

    def of(self, effects: tuple[Effect, ...]) -> Iterator[str]:
        """The statements of some effects."""
        for effect in effects:
            match effect:
                case Assign():
                    yield self._assign(effect)
                case Link():
                    yield from self._link(effect)
                case Create():
                    yield from self._create(effect)
                case Delete(row=gone):
                    key = value(gone, self.scope).text
                    yield f"del {self.scope.collection(gone.type.entity)}[{key}]"
                case Each(first=True):
                    yield from self._first(effect)
                case Each():
                    yield from self._each(effect)
                case When():
                    yield from self._when(effect)

    def chosen(self, effect: Each) -> str:
        """The rows of a loop, in order, as an expression."""
        name, inner = self.scope.loop(effect.variable, effect.entity)
        rows = f"{self.scope.collection(effect.entity)}.values()"
        where = truth(effect.where, inner)[0] if effect.where is not None else None
        test = f" if {levels.within(where, levels.OR)}" if where else ""
        if not order_matters(effect):
            return f"[{name} for {name} in {rows}{test}]" if test else f"list({rows})"
        return in_order(f"{name} for {name} in {rows}{test}" if test else rows, effect.order, name, inner)

    def _assign(self, effect: Assign) -> str:
        target = f"{row(effect.row, self.scope).text}.{self._stored(effect.row, effect.field).stored}"
        given = self._given(effect.value)
        self._forget(target)
        if not effect.value.type.optional:
            self.scope = self.scope.knowing(target, target)
        return f"{target} = {given}"

    def _given(self, expression: Expression) -> str:
        """A value to keep: a list is copied, so that no two rows share it."""
        text = value(expression, self.scope).text
        if expression.type.kind != "refs":
            return text
        if text == "None":
            return "[]"
        return f"list(dict.fromkeys({text}))" if isinstance(expression, Variable) else f"list({text})"

    def _forget(self, target: str) -> None:
        last = target.rpartition(".")[2]
        known = {text: name for text, name in self.scope.known.items() if text.rpartition(".")[2] != last}
        self.scope = replace(self.scope, known=known)

    def _link(self, effect: Link) -> Iterator[str]:
        rows = f"{row(effect.row, self.scope).text}.{self._stored(effect.row, effect.field).stored}"
        key = value(effect.value, self.scope).text
        if effect.remove:
            yield f"{rows} = [one for one in {rows} if one != {key}]"
        else:
            yield f"if {key} not in {rows}:"
            yield f"{STEP}{rows}.append({key})"

    def _create(self, effect: Create) -> Iterator[str]:
        entity = self.naming.design.by_entity[effect.entity]
        name = self._free(effect.variable, effect.entity)
        values = [f'id=self.new_id("{entity.prefix}")']
        values += [
            f"{one.stored}={text}" for one in entity.fields if (text := self._new(one, effect)) is not None
        ]
        yield f"{name} = {self.naming.classes[effect.entity]}({', '.join(values)})"
        yield f"self.{entity.collection}[{name}.id] = {name}"
        self.scope = self.scope.having(effect.variable, Spelled(name, f"{name}.id"))

    def _free(self, variable: str, entity: str) -> str:
        used = {spelled.row for spelled in self.scope.variables.values()}
        return next(name for name in (variable, f"new_{entity}", f"{variable}_row") if name not in used)

    def _new(self, one: Field, effect: Create) -> str | None:
        """The value of a field of a new row; None where the class has it as a default."""
        if one.name in effect.values:
            return self._given(effect.values[one.name])
        if default_of(one):
            return None
        if one.default is not None:
            return self._given(one.default)
        return _nothing(one)

    def _each(self, effect: Each) -> Iterator[str]:
        name, inner = self.scope.loop(effect.variable, effect.entity)
        if not _at_once(effect):
            yield f"for {name} in {self.chosen(effect)}:"
            yield from _indented(Statements(self.naming, inner).of(effect.body))
            return
        yield f"for {name} in {self.scope.collection(effect.entity)}.values():"
        if effect.where is None:
            yield from _indented(Statements(self.naming, inner).of(effect.body))
            return
        test, inner = truth(effect.where, inner)
        yield f"{STEP}if {test.text}:"
        yield from _indented(_indented(Statements(self.naming, inner).of(effect.body)))

    def _first(self, effect: Each) -> Iterator[str]:
        name, inner = self.scope.loop(effect.variable, effect.entity)
        rows = f"{self.scope.collection(effect.entity)}.values()"
        where = truth(effect.where, inner)[0] if effect.where is not None else None
        test = f" if {levels.within(where, levels.OR)}" if where else ""
        source = f"({name} for {name} in {rows}{test})" if test else rows
        if _by_several_passes(effect.order):
            yield f"{name} = next(iter({self.chosen(effect)}), None)"
        else:
            key = _key(effect.order, inner, name)
            yield f"{name} = min({source}, key=lambda {name}: {key}, default=None)"
        yield f"if {name} is not None:"
        yield from _indented(Statements(self.naming, inner).of(effect.body))

    def _when(self, effect: When) -> Iterator[str]:
        test, known = truth(effect.condition, self.scope)
        _, unknown = untruth(effect.condition, self.scope)
        yield f"if {test.text}:"
        yield from _indented(Statements(self.naming, _plain(known)).of(effect.body))
        if effect.otherwise:
            yield "else:"
            yield from _indented(Statements(self.naming, _plain(unknown)).of(effect.otherwise))
        for inner in (*effect.body, *effect.otherwise):
            if isinstance(inner, (Assign, Link)):
                self._forget(f".{self._stored(inner.row, inner.field).stored}")

    def _stored(self, base: Expression, name: str) -> Field:
        return self.naming.design.by_entity[base.type.entity].field(name)


def in_order(rows: str, order: tuple[Order, ...], name: str, scope: Scope) -> str:
    """Rows sorted by the keys of an order, then by id."""
    source = f"({rows})" if " for " in rows else rows
    if not _by_several_passes(order):
        return f"sorted({source}, key=lambda {name}: {_key(order, scope, name)})"
    text = f"sorted({source}, key=lambda {name}: {name}.id)"
    for one in reversed(order):
        reverse = ", reverse=True" if one.descending else ""
        text = f"sorted({text}, key=lambda {name}: {_unknowing(one.by, scope)}{reverse})"
    return text


def order_matters(effect: Each) -> bool:
    """Whether the outcome depends on which row comes first."""
    gone = all(isinstance(one, Delete) and one.row == _row_of(effect) for one in effect.body)
    return bool(effect.order) or not (gone or _only_own(effect))


def _row_of(effect: Each) -> Variable:
    return Variable(effect.variable, Type("ref", effect.entity))


def _by_several_passes(order: tuple[Order, ...]) -> bool:
    """A descending text cannot be turned round within one key."""
    return any(one.descending and one.by.type.kind in ("text", "enum", "ref") for one in order)


def _key(order: tuple[Order, ...], scope: Scope, name: str) -> str:
    keys = [*(_turned(one, scope) for one in order), f"{name}.id"]
    return f"({', '.join(keys)})" if len(keys) > 1 else keys[0]


def _turned(one: Order, scope: Scope) -> str:
    text = _unknowing(one.by, scope)
    if not one.descending:
        return text
    if one.by.type.kind == "date":
        return f"-{text}.toordinal()" if text.replace(".", "").isidentifier() else f"-({text}).toordinal()"
    if one.by.type.kind == "bool":
        return f"not {text}" if text.replace(".", "").isidentifier() else f"not ({text})"
    return f"-{text}" if text.replace(".", "").isidentifier() else f"-({text})"


def _unknowing(expression: Expression, scope: Scope) -> str:
    """Within a lambda pyright knows nothing of what was tested before."""
    return value(expression, replace(scope, known={})).text


def _at_once(effect: Each) -> bool:
    """Whether rows may be changed while the others are still being looked for."""
    return not effect.order and _only_own(effect)


def _only_own(effect: Each) -> bool:
    """Whether the body gives each row values that follow from that row and from nothing that changes."""
    for one in effect.body:
        plain = isinstance(one, Assign) and isinstance(one.row, Variable) and one.row.name == effect.variable
        if not plain:
            return False
    changed = {(effect.entity, one.field) for one in effect.body if isinstance(one, Assign)}
    looked_at = [one.value for one in effect.body if isinstance(one, Assign)]
    looked_at += [effect.where] if effect.where is not None else []
    return not any(_elsewhere(one, effect.variable, changed) for one in looked_at)


def _elsewhere(expression: Expression, variable: str, changed: set[tuple[str, str]]) -> bool:
    match expression:
        case Get(base=Variable(name=name)) if name == variable:
            return False
        case Variable():
            return False
        case _:
            return _reads_any(expression, variable, changed)


def _reads_any(expression: Expression, variable: str, changed: set[tuple[str, str]]) -> bool:
    return any(
        isinstance(one, Get)
        and (one.base.type.entity, one.field) in changed
        and not (isinstance(one.base, Variable) and one.base.name == variable)
        for one in nodes_of(expression)
    )


def _indented(lines: Iterator[str]) -> Iterator[str]:
    yield from (f"{STEP}{line}" for line in lines)


def _plain(scope: Scope) -> Scope:
    """Without names that were given inside a condition."""
    return replace(scope, known={text: name for text, name in scope.known.items() if text == name})


def _nothing(one: Field) -> str | None:
    """What a field holds that nothing gives a value."""
    kind: Type = one.type
    if kind.optional:
        return None
    if kind.kind == "enum":
        return python_literal(kind.values[0])
    return {"int": str(one.low or 0), "money": str(one.low or 0), "bool": "False", "refs": "[]"}.get(
        kind.kind, "self.today()" if kind.kind == "date" else '""'
    )
