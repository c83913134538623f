"""Values as Python: fields, sums, choices; and what must be there for them to be had."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

from envscaler_mcp.render.literals import python_literal

from . import levels
from .levels import Code
from .spelling import Scope
from .tree import (
    Aggregate,
    Arithmetic,
    Choice,
    Constant,
    Expression,
    Extreme,
    Get,
    Today,
    Type,
    Variable,
)

CHAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")
"""What pyright narrows: names and their attributes, no subscripts, no calls."""


@dataclass
class Values:
    """Writes one expression. `missing` holds what must not be None for the atom at hand, in order."""

    missing: dict[str, str] = field(default_factory=dict[str, str])
    taken: set[str] = field(default_factory=set[str])

    def holds(self, expression: Expression, scope: Scope, *, chained: bool) -> tuple[Code, Scope]:
        """A truth, and the scope in which it is known; `chained`: something follows that may rely on it."""
        raise NotImplementedError

    def fails(self, expression: Expression, scope: Scope, *, chained: bool) -> tuple[Code, Scope]:
        """The opposite of a truth, likewise."""
        raise NotImplementedError

    def all_of(
        self, parts: list[tuple[Expression, bool]], scope: Scope, *, chained: bool
    ) -> tuple[Code, Scope]:
        """Truths (with True) and opposites of truths (with False), joined by `and`."""
        raise NotImplementedError

    def tested(self, tests: list[Expression], scope: Scope) -> str:
        """Truths joined by `and`, as they may stand in a comprehension."""
        if not tests:
            return "True"
        code, _ = self.all_of([(test, True) for test in tests], scope, chained=False)
        return levels.within(code, levels.OR)

    def whole(self, expression: Expression, scope: Scope, absent: str = "") -> Code:
        """A value that needs no test around it."""
        outer, self.missing = self.missing, {}
        code = self.any_value(expression, scope)
        guards = list(self.guards())
        self.missing = outer
        if not guards:
            return code
        test = levels.joined("and", guards)
        other = absent or _absent(expression.type)
        return Code(f"{levels.within(code, levels.OR)} if {test.text} else {other}", levels.TERNARY)

    def any_value(self, expression: Expression, scope: Scope) -> Code:
        """A value; what must not be None for it is added to `missing`."""
        ways = cast(
            "Mapping[type, Callable[[Any, Scope], Code]]",
            {
                Get: self._get,
                Arithmetic: self._arithmetic,
                Extreme: self._extreme,
                Choice: self.choice,
            },
        )
        if isinstance(expression, Constant | Variable | Today):
            return Code(_plain(expression, scope), levels.ATOM)
        if isinstance(expression, Aggregate) and expression.how not in ("any", "all"):
            return self._aggregate(expression, scope)
        way = ways.get(type(expression))
        return way(expression, scope) if way else self.holds(expression, scope, chained=False)[0]

    def _extreme(self, expression: Extreme, scope: Scope) -> Code:
        parts = ", ".join(self.present(part, scope).text for part in expression.parts)
        return Code(f"{expression.how}({parts})", levels.ATOM)

    def present(self, expression: Expression, scope: Scope) -> Code:
        """A value that must not be None here."""
        code = self.any_value(expression, scope)
        if not _may_be_none(expression, scope) or isinstance(expression, Constant):
            return code
        return Code(self._needed(code.text, scope), code.level)

    def row(self, expression: Expression, scope: Scope) -> Code:
        """A ref as its row."""
        if isinstance(expression, Variable) and not expression.type.optional:
            return Code(scope.variables[expression.name].row, levels.ATOM)
        key = self.present(expression, scope)
        return Code(f"{scope.collection(expression.type.entity)}[{key.text}]", levels.ATOM)

    def _get(self, expression: Get, scope: Scope) -> Code:
        entity = expression.base.type.entity
        base = self.row(expression.base, scope)
        if derived := scope.derived.get((entity, expression.field)):
            text = f"{base.text}.{derived.name}" if derived.own else f"self.{derived.name}({base.text})"
            return Code(text, levels.ATOM)
        if expression.field == "id":
            return self.any_value(expression.base, scope)
        stored = scope.design.by_entity[entity].field(expression.field).stored
        text = f"{base.text}.{stored}"
        return Code(scope.known.get(text, text), levels.ATOM)

    def _arithmetic(self, expression: Arithmetic, scope: Scope) -> Code:
        left, right = self.present(expression.left, scope), self.present(expression.right, scope)
        kinds = (expression.left.type.kind, expression.right.type.kind)
        level = levels.SUM if expression.op in "+-" else levels.TERM
        if kinds == ("date", "date"):
            return Code(f"({levels.binary('-', left, right, level).text}).days", levels.ATOM)
        if kinds[0] == "date":
            right = Code(f"dt.timedelta({right.text})", levels.ATOM)
        elif kinds[1] == "date":
            left, right = right, Code(f"dt.timedelta({left.text})", levels.ATOM)
        code = levels.binary(expression.op, left, right, level)
        constant = isinstance(expression.right, Constant) and expression.right.value
        if expression.op in ("//", "%") and not constant:
            test = levels.within(right, levels.OR)
            return Code(f"({code.text} if {test} else 0)", levels.ATOM)
        return code

    def choice(self, expression: Choice, scope: Scope) -> Code:
        """`a if condition else b`; each side knows how the condition came out."""
        test, known = self.holds(expression.condition, scope, chained=True)
        _, unknown = self.fails(expression.condition, scope, chained=True)
        then = self._branch(expression.then, known)
        otherwise = self._branch(expression.otherwise, unknown)
        text = f"{levels.within(then, levels.OR)} if {levels.within(test, levels.OR)} else "
        return Code(f"{text}{levels.within(otherwise, levels.OR)}", levels.TERNARY)

    def _branch(self, expression: Expression, scope: Scope) -> Code:
        if expression.type.kind == "bool":
            return self.holds(expression, scope, chained=False)[0]
        return self.whole(expression, scope)

    def _aggregate(self, expression: Aggregate, scope: Scope) -> Code:
        rows = f"{scope.collection(expression.entity)}"
        tests = [expression.where] if expression.where else []
        if expression.how == "count":
            tests += [expression.value] if expression.value else []
            return self._count(expression, tests, scope, rows)
        name, inner = scope.loop(expression.variable, expression.entity)
        writer = self.inner()
        conditions: list[Code] = []
        if tests:
            code, inner = writer.all_of([(test, True) for test in tests], inner, chained=True)
            conditions.append(code)
        assert expression.value is not None  # only count, any and all go without
        body = writer.present(expression.value, inner)
        conditions += writer.guards()
        filtered = f" if {levels.within(levels.joined('and', conditions), levels.OR)}" if conditions else ""
        loop = f"{levels.within(body, levels.OR)} for {name} in {rows}.values(){filtered}"
        if expression.how == "sum":
            return Code(f"sum({loop})", levels.ATOM)
        default = "None" if expression.type.kind == "date" else "0"
        return Code(f"{expression.how}(({loop}), default={default})", levels.ATOM)

    def _count(self, expression: Aggregate, tests: list[Expression], scope: Scope, rows: str) -> Code:
        if not tests:
            return Code(f"len({rows})", levels.ATOM)
        name, inner = scope.loop(expression.variable, expression.entity)
        where = self.inner().tested(tests, inner)
        return Code(f"sum(1 for {name} in {rows}.values() if {where})", levels.ATOM)

    def binary(self, op: str, left: Expression, right: Expression, scope: Scope, level: int) -> Code:
        """Two values with an operator between them."""
        return levels.binary(op, self.any_value(left, scope), self.any_value(right, scope), level)

    def inner(self) -> Self:
        """A writer for the inside of a comprehension: what is missing there is tested there."""
        return type(self)(taken=self.taken)

    def guarded(self, expression: Expression, scope: Scope) -> tuple[Code, list[Code]]:
        """A value, and the tests that must stand before it."""
        outer, self.missing = self.missing, {}
        code = self.any_value(expression, scope)
        guards = list(self.guards())
        self.missing = outer
        return code, guards

    def _needed(self, text: str, scope: Scope) -> str:
        """What to write for an optional value that must be there; its test is noted unless it is known."""
        if text in scope.known:
            return scope.known[text]
        if text in scope.known.values() or text in self.missing.values():
            return text
        if text not in self.missing:
            self.missing[text] = text if CHAIN.match(text) else self.name(text)
        return self.missing[text]

    def guards(self) -> Iterator[Code]:
        """The tests of what must be there."""
        for text, name in self.missing.items():
            tested = text if name == text else f"({name} := {text})"
            yield Code(f"{tested} is not None", levels.COMPARE)

    def name(self, text: str) -> str:
        """A name for the value of a text: its last word."""
        last = (re.findall(r"[A-Za-z]\w*", text) or ["found"])[-1].strip("_")
        name = next(one for one in (last, *(f"{last}_{n}" for n in range(2, 99))) if one not in self.taken)
        self.taken.add(name)
        return name


def _may_be_none(expression: Expression, scope: Scope) -> bool:
    """What the field's own type says: that it was tested before is for the scope to know."""
    match expression:
        case Get(base=base, field=name) if (base.type.entity, name) not in scope.derived and name != "id":
            return scope.design.by_entity[base.type.entity].field(name).type.optional
        case _:
            return expression.type.optional


def _plain(expression: Constant | Variable | Today, scope: Scope) -> str:
    match expression:
        case Constant(value=value):
            return python_literal(value)
        case Variable(name=name):
            return scope.variables[name].id or scope.variables[name].row
        case Today():
            return "self.today()"


def _absent(kind: Type) -> str:
    if kind.optional:
        return "None"
    return {"int": "0", "money": "0", "text": '""', "refs": "[]"}.get(kind.kind, "None")
