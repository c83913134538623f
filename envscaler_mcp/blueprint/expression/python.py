"""A tree as Python source: what the compiled methods of an environment consist of.

A ref is written as an id where it is compared and as its row where a field of it is read. What may be
missing is asked for first: a comparison with something that is not there does not hold, and a number that
cannot be had is 0. Optional ids are tested in a way that pyright follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from envscaler_mcp.render.literals import python_literal

from . import levels
from .equations import Among, merged
from .levels import Code
from .spelling import Derived, Scope, Spelled
from .tree import (
    Aggregate,
    Arithmetic,
    Choice,
    Compare,
    Constant,
    Expression,
    Extreme,
    Get,
    Logic,
    Not,
    OneOf,
    Today,
    Type,
    Variable,
    Within,
)

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_CHAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")
"""What pyright narrows: names and their attributes, no subscripts, no calls."""


def truth(expression: Expression, scope: Scope) -> tuple[Code, Scope]:
    """A truth as Python, and the scope in which it is known to hold."""
    return _Writer().holds(expression, scope, chained=False)


def untruth(expression: Expression, scope: Scope) -> tuple[Code, Scope]:
    """The opposite of a truth as Python, and the scope in which that is known to hold."""
    return _Writer().fails(expression, scope, chained=False)


def value(expression: Expression, scope: Scope, absent: str = "") -> Code:
    """A value as Python; a ref is an id. `absent` stands for what cannot be had (default: by its type)."""
    if expression.type.kind == "bool":
        return truth(expression, scope)[0]
    return _Writer().whole(expression, scope, absent)


def row(expression: Expression, scope: Scope) -> Code:
    """A ref as the row itself. Whoever asks for the row of an optional ref has tested it."""
    return _Writer().row(expression, scope)


def condition(parts: list[tuple[Expression, bool]], scope: Scope) -> tuple[Code, Scope]:
    """Truths (with True) and opposites of truths (with False), joined by `and`."""
    return _Writer().all_of(parts, scope, chained=False)


@dataclass
class _Writer:
    """Writes one expression. `missing` holds what must not be None for the atom at hand, in order."""

    missing: dict[str, str] = field(default_factory=dict[str, str])
    taken: set[str] = field(default_factory=set[str])

    # Truths -------------------------------------------------------------------------------------

    def holds(self, expression: Expression, scope: Scope, *, chained: bool) -> tuple[Code, Scope]:
        match expression:
            case Logic(op="and", parts=parts):
                return self.all_of([(part, True) for part in parts], scope, chained=chained)
            case Logic(parts=parts):
                return self.any_of([(part, True) for part in parts], scope), scope
            case Not(part=part):
                return self.fails(part, scope, chained=chained)
            case Compare() if none := _against_none(expression):
                return self._test(none, scope, missing=expression.op == "==", chained=chained)
            case Choice():
                return self._choice(expression, scope), scope
            case _:
                return self._atom(expression, scope, wanted=True)

    def fails(self, expression: Expression, scope: Scope, *, chained: bool) -> tuple[Code, Scope]:
        match expression:
            case Not(part=part):
                return self.holds(part, scope, chained=chained)
            case Compare() if none := _against_none(expression):
                return self._test(none, scope, missing=expression.op == "!=", chained=chained)
            case Logic(op="or", parts=parts):
                return self.all_of([(part, False) for part in parts], scope, chained=chained)
            case Logic(parts=parts):
                return self.any_of([(part, False) for part in parts], scope), scope
            case Choice():
                return _not(self._choice(expression, scope)), scope
            case _:
                return self._atom(expression, scope, wanted=False)

    def all_of(
        self, parts: list[tuple[Expression, bool]], scope: Scope, *, chained: bool
    ) -> tuple[Code, Scope]:
        parts = list(_flattened(parts))
        codes: list[Code] = []
        for number, (part, wanted) in enumerate(parts):
            ask = self.holds if wanted else self.fails
            code, scope = ask(part, scope, chained=chained or number < len(parts) - 1)
            codes.append(code)
        return levels.joined("and", codes), scope

    def any_of(self, parts: list[tuple[Expression, bool]], scope: Scope) -> Code:
        codes: list[Code] = []
        for part, wanted in merged(parts):
            if isinstance(part, Among):
                codes.append(self._among(part, scope))
                continue
            ask, opposite = (self.holds, self.fails) if wanted else (self.fails, self.holds)
            code, _ = ask(part, scope, chained=True)
            _, scope = opposite(part, scope, chained=True)  # what follows is looked at if this one fails
            codes.append(code)
        return levels.joined("or", codes)

    def _among(self, among: Among, scope: Scope) -> Code:
        one = levels.within(self.any_value(among.one, scope), levels.COMPARE + 1)
        return Code(
            f"{one} in ({', '.join(self.any_value(part, scope).text for part in among.values)})",
            levels.COMPARE,
        )

    def _test(
        self, expression: Expression, scope: Scope, *, missing: bool, chained: bool
    ) -> tuple[Code, Scope]:
        """Whether something is there. What pyright cannot follow gets a name on the way."""
        code, guards = self._guarded(expression, scope)
        text, word = code.text, "is" if missing else "is not"
        known = scope
        if not missing or chained:
            if not _CHAIN.match(text) and chained:
                name = self._name(text)
                code, known = Code(f"({name} := {text})", levels.ATOM), scope.knowing(text, name)
            elif _CHAIN.match(text):
                known = scope.knowing(text, text)
        tested = Code(f"{levels.within(code, levels.COMPARE + 1)} {word} None", levels.COMPARE)
        return levels.joined("and", [*guards, tested]), known

    def _atom(self, expression: Expression, scope: Scope, *, wanted: bool) -> tuple[Code, Scope]:
        outer, self.missing = self.missing, {}
        code = self._plain_atom(expression, scope, wanted=wanted)
        guards, needs = list(self.guards()), dict(self.missing)
        self.missing = outer
        if not guards:
            return code, scope
        if wanted:
            for text, name in needs.items():
                scope = scope.knowing(text, name)
            return levels.joined("and", [*guards, code]), scope
        # A comparison with what is missing does not hold: its opposite does.
        positive = self._again(expression, scope, needs)
        return _not(levels.joined("and", [*guards, positive])), scope

    def _again(self, expression: Expression, scope: Scope, needs: Mapping[str, str]) -> Code:
        for text, name in needs.items():
            scope = scope.knowing(text, name)
        return self._plain_atom(expression, scope, wanted=True)

    def _plain_atom(self, expression: Expression, scope: Scope, *, wanted: bool) -> Code:
        match expression:
            case Compare():
                return self._compare(expression, scope, wanted=wanted)
            case OneOf():
                return self._one_of(expression, scope, wanted=wanted)
            case Within():
                word = "in" if wanted != expression.negated else "not in"
                return self._binary(word, expression.value, expression.rows, scope, levels.COMPARE)
            case Aggregate(how="any" | "all"):
                return self._quantified(expression, scope, wanted=wanted)
            case Constant():
                return Code(str(bool(expression.value) == wanted), levels.ATOM)
            case _:
                code = self.any_value(expression, scope)
                return code if wanted else _not(code)

    def _compare(self, expression: Compare, scope: Scope, *, wanted: bool) -> Code:
        op = expression.op if wanted else OPPOSITE[expression.op]
        left, right = expression.left, expression.right
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, right, op = right, left, _mirrored(op)
        if left.type.kind == "bool" and isinstance(right, Constant):
            code = self.any_value(left, scope)
            return code if bool(right.value) == (op == "==") else _not(code)
        if op not in ("==", "!="):
            return self._ordered(op, left, right, scope)
        return self._binary(op, left, right, scope, levels.COMPARE)

    def _ordered(self, op: str, left: Expression, right: Expression, scope: Scope) -> Code:
        return levels.binary(op, self.present(left, scope), self.present(right, scope), levels.COMPARE)

    def _one_of(self, expression: OneOf, scope: Scope, *, wanted: bool) -> Code:
        inside = wanted != expression.negated
        code = self.any_value(expression.value, scope)
        values = [self.any_value(one, scope).text for one in expression.options]
        left = levels.within(code, levels.COMPARE + 1)
        if len(values) == 1:
            return Code(f"{left} {'==' if inside else '!='} {values[0]}", levels.COMPARE)
        return Code(f"{left} {'in' if inside else 'not in'} ({', '.join(values)})", levels.COMPARE)

    def _quantified(self, expression: Aggregate, scope: Scope, *, wanted: bool) -> Code:
        """`any` and `all`; of several filters and a truth, `any` makes one condition."""
        name, inner = scope.loop(expression.variable, expression.entity)
        source = f"for {name} in {scope.collection(expression.entity)}.values()"
        writer = self._inner()
        tests = [part for part in (expression.where, expression.value) if part is not None]
        if expression.how == "any":
            found = Code(f"any({writer.tested(tests, inner)} {source})", levels.ATOM)
        elif expression.where is None:
            found = Code(f"all({writer.tested(tests, inner)} {source})", levels.ATOM)
        else:
            where, inner = writer.holds(expression.where, inner, chained=False)
            body, _ = writer.holds(tests[-1], inner, chained=False)
            test = levels.within(where, levels.OR)
            found = Code(f"all({levels.within(body, levels.OR)} {source} if {test})", levels.ATOM)
        return found if wanted else _not(found)

    def tested(self, tests: list[Expression], scope: Scope) -> str:
        if not tests:
            return "True"
        return levels.within(
            self.all_of([(test, True) for test in tests], scope, chained=False)[0], levels.OR
        )

    # Values -------------------------------------------------------------------------------------

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
                Choice: self._choice,
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

    def _choice(self, expression: Choice, scope: Scope) -> Code:
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
        writer = self._inner()
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
        where = self._inner().tested(tests, inner)
        return Code(f"sum(1 for {name} in {rows}.values() if {where})", levels.ATOM)

    def _binary(self, op: str, left: Expression, right: Expression, scope: Scope, level: int) -> Code:
        return levels.binary(op, self.any_value(left, scope), self.any_value(right, scope), level)

    # What may be missing ------------------------------------------------------------------------

    def _inner(self) -> _Writer:
        """A writer for the inside of a comprehension: what is missing there is tested there."""
        return _Writer(taken=self.taken)

    def _guarded(self, expression: Expression, scope: Scope) -> tuple[Code, list[Code]]:
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
            self.missing[text] = text if _CHAIN.match(text) else self._name(text)
        return self.missing[text]

    def guards(self) -> Iterator[Code]:
        for text, name in self.missing.items():
            tested = text if name == text else f"({name} := {text})"
            yield Code(f"{tested} is not None", levels.COMPARE)

    def _name(self, text: str) -> str:
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


def _against_none(expression: Compare) -> Expression | None:
    """The other side of a comparison with None."""
    for one, other in ((expression.left, expression.right), (expression.right, expression.left)):
        if isinstance(other, Constant) and other.value is None:
            return one
    return None


def _not(code: Code) -> Code:
    if code.text.startswith("not ") and code.level == levels.NOT:
        return Code(code.text.removeprefix("not "), levels.NOT)
    return Code(f"not {levels.within(code, levels.NOT)}", levels.NOT)


def _mirrored(op: str) -> str:
    return {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(op, op)


def _absent(kind: Type) -> str:
    if kind.optional:
        return "None"
    return {"int": "0", "money": "0", "text": '""', "refs": "[]"}.get(kind.kind, "None")


def _flattened(parts: list[tuple[Expression, bool]]) -> Iterator[tuple[Expression, bool]]:
    """`a and (b and c)` as one list."""
    for part, wanted in parts:
        match part, wanted:
            case Not(part=inner), _:
                yield from _flattened([(inner, not wanted)])
            case Logic(op="and", parts=inner), True:
                yield from _flattened([(one, True) for one in inner])
            case Logic(op="or", parts=inner), False:
                yield from _flattened([(one, False) for one in inner])
            case _:
                yield part, wanted


__all__ = ["Derived", "Scope", "Spelled", "condition", "row", "truth", "untruth", "value"]
