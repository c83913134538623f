"""A tree as Python source: what the compiled methods of an environment consist of.

A ref is written as an id where it is compared and as its row where a field of it is read. What may be
missing is asked for first: a comparison with something that is not there does not hold, and a number that
cannot be had is 0. Optional ids are tested in a way that pyright follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import levels
from .equations import Among, merged
from .levels import Code
from .spelling import Derived, Scope, Spelled
from .tree import (
    Aggregate,
    Choice,
    Compare,
    Constant,
    Expression,
    Get,
    Logic,
    Not,
    OneOf,
    Within,
)
from .values import CHAIN, Values
from .walk import nodes_of

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


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


class _Writer(Values):
    """Writes truths, and with them everything."""

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
                return self.choice(expression, scope), scope
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
                return _not(self.choice(expression, scope)), scope
            case _:
                return self._atom(expression, scope, wanted=False)

    def all_of(
        self, parts: list[tuple[Expression, bool]], scope: Scope, *, chained: bool
    ) -> tuple[Code, Scope]:
        parts = _without_told(list(_flattened(parts)))
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
        code, guards = self.guarded(expression, scope)
        text, word = code.text, "is" if missing else "is not"
        known = scope
        if not missing or chained:
            if not CHAIN.match(text) and chained:
                name = self.name(text)
                code, known = Code(f"({name} := {text})", levels.ATOM), scope.knowing(text, name)
            elif CHAIN.match(text):
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
                return self.binary(word, expression.value, expression.rows, scope, levels.COMPARE)
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
        return self.binary(op, left, right, scope, levels.COMPARE)

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
        writer = self.inner()
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


def _without_told(parts: list[tuple[Expression, bool]]) -> list[tuple[Expression, bool]]:
    """Without `x is not None` where all that is said of x is `x == y`, and y is always there."""
    return [part for part in parts if not _is_told(part, [one for one in parts if one is not part])]


def _is_told(part: tuple[Expression, bool], others: list[tuple[Expression, bool]]) -> bool:
    match part:
        case (Compare(op="!=") as test, True) if tested := _against_none(test):
            using = [one for one in others if _reads(one[0], tested)]
            return bool(using) and all(wanted and _is_equal(one, tested) for one, wanted in using)
        case _:
            return False


def _is_equal(expression: Expression, one: Expression) -> bool:
    """Whether it compares just this with something that cannot be missing."""
    match expression:
        case Compare(op="==", left=left, right=right) if _is_same(left, one) or _is_same(right, one):
            other = right if _is_same(left, one) else left
            missing = (node.type.optional or node.type.kind == "none" for node in nodes_of(other))
            return not any(missing) and not _reads(other, one)
        case _:
            return False


def _reads(expression: Expression, one: Expression) -> bool:
    return any(_is_same(node, one) for node in nodes_of(expression))


def _is_same(one: Expression, other: Expression) -> bool:
    """Whether both read the same field; what was tested is of another type afterwards."""
    match one, other:
        case Get(), Get():
            return (one.base, one.field) == (other.base, other.field)
        case _:
            return False


__all__ = ["Derived", "Scope", "Spelled", "condition", "row", "truth", "untruth", "value"]
