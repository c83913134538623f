"""A tree as English: rules, requirements and refusals in the words of a domain.

Everything is put together from pieces, a text or an expression whose value is to stand there, so that the
same clause serves a policy ("its party size is at most the beds of its room") and a refusal, where it is
`must be` and each side shows its value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from envscaler_mcp.blueprint.design import STATE, Action, Design, Order, Rule
from envscaler_mcp.blueprint.wording import (
    amount,
    count,
    joined,
    sentence,
    value_text,
    with_article,
    words,
)

from .intervals import Overlap, overlap_in
from .nouns import Referent, is_plural, label_of, named_day, owned, quantity, root_of, unit_of
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
from .walk import nodes_of

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
Piece: TypeAlias = str | Expression
Pieces: TypeAlias = list[Piece]

_NUMBERS = {
    "==": (False, ""), "!=": (True, ""), "<": (False, "less than "), "<=": (False, "at most "),
    ">": (False, "more than "), ">=": (False, "at least "),
}  # fmt: skip
_DAYS = {
    "==": (False, ""), "!=": (True, ""), "<": (False, "before "), "<=": (True, "after "),
    ">": (False, "after "), ">=": (True, "before "),
}  # fmt: skip
_OPPOSITE: dict[str, Operator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRROR: dict[str, Operator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


_UNSHOWN = ("ref", "refs", "bool")


@dataclass(frozen=True)
class Voice:
    """Who is spoken of, and how.

    Attributes:
        design: whose words are used.
        referents: variable → how it is spoken of.
        must: clauses say what must be, not what is.
        shown: values of fields are given after their names.
        inside: within a description of other rows, where `it` would be misunderstood.
    """

    design: Design
    referents: Mapping[str, Referent] = field(default_factory=dict[str, Referent])
    must: bool = False
    shown: bool = False
    inside: bool = False

    def naming(self, variable: str, referent: Referent) -> Voice:
        """The same with one more variable."""
        return replace(self, referents={**self.referents, variable: referent})

    # Things -------------------------------------------------------------------------------------

    def thing(self, expression: Expression) -> Pieces:
        """A noun phrase."""
        match expression:
            case Constant():
                return [value_text(expression.value, expression.type)]
            case Today() if self.shown and not self.inside:
                return ["today (", expression, ")"]
            case Variable() if self.shown and not self.inside and expression.type.kind not in _UNSHOWN:
                return [self._referent(expression).row, " (", expression, *_after_value(expression.type), ")"]
            case Variable():
                return [self._referent(expression).row]
            case Today():
                return ["today"]
            case Get():
                return self._field(expression)
            case Arithmetic():
                return self._arithmetic(expression)
            case Extreme(how=how, parts=parts):
                return [
                    f"the {_most(how, expression.type)} of ",
                    *_listed([self.thing(one) for one in parts]),
                ]
            case Aggregate(how="count" | "sum" | "min" | "max"):
                return self._total(expression)
            case Choice():
                return self._choice(expression)
            case _:
                return ["whether ", *self.clause(expression)]

    def _referent(self, variable: Variable) -> Referent:
        found = self.referents.get(variable.name)
        if found is not None:
            return found
        entity = self.design.by_entity.get(variable.type.entity)
        return Referent(f"the {entity.noun.singular if entity else words(variable.name)}")

    def _field(self, expression: Get) -> Pieces:
        entity = expression.base.type.entity
        derived = self.design.derived.get((entity, expression.field))
        labelled = (entity, expression.field) in self.design.labels
        if (
            derived is not None
            and not labelled
            and not self.inside
            and not _has_name(expression.field, derived)
        ):
            return self._expanded(expression, derived)
        variable, steps = root_of(expression)
        if variable is None:
            return [
                f"the {label_of(entity, expression.field, self.design)} of ",
                *self.thing(expression.base),
            ]
        chain = [label_of(step.base.type.entity, step.field, self.design) for step in steps]
        said = owned(chain, self._referent(variable))
        if self.shown and not self.inside and expression.type.kind not in _UNSHOWN:
            return [f"{said} (", expression, *_after_value(expression.type), ")"]
        return [said]

    def _expanded(self, expression: Get, derived: Expression) -> Pieces:
        """A derived value that has no noun of its own is said by what it follows from."""
        entity = expression.base.type.entity
        if isinstance(expression.base, Variable):
            voice = self.naming(entity, self._referent(expression.base))
            return replace(voice, shown=False).thing(derived)
        row = "".join(map(str, self.thing(expression.base)))
        return replace(self.naming(entity, Referent(row)), shown=False).thing(derived)

    def _arithmetic(self, expression: Arithmetic) -> Pieces:
        left, right, op = expression.left, expression.right, expression.op
        if left.type.kind == "date" and right.type.kind == "date":
            return ["the number of days from ", *self.thing(right), " to ", *self.thing(left)]
        if right.type.kind == "date":
            left, right = right, left
        if left.type.kind == "date":
            return self._shifted(left, right, later=op == "+")
        if op == "*" and isinstance(right, Constant) and not isinstance(left, Constant):
            left, right = right, left
        if op in "+-":
            word = "plus" if op == "+" else "minus"
            return [
                *self.thing(left),
                f" {word} ",
                *self.measured(right, left.type, unit_of(left, self.design)),
            ]
        word = {"*": "times", "//": "divided by", "%": "modulo"}[op]
        pieces = [*self.thing(left), f" {word} ", *self.measured(right, Type("int"), "")]
        return [*pieces, " (rounded down)"] if op == "//" else pieces

    def _shifted(self, date: Expression, days: Expression, *, later: bool) -> Pieces:
        """A day so many days before or after another."""
        if isinstance(date, Today) and isinstance(days, Constant) and days.value == 1:
            return ["tomorrow" if later else "yesterday"]
        word = "after" if later else "before"
        if isinstance(days, Constant):
            return [f"{count(_number(days), 'day')} {word} ", *self.thing(date)]
        if isinstance(days, Choice):
            return self._chosen(
                days, lambda one: [*self.measured(one, Type("int"), "day"), f" {word} ", *self.thing(date)]
            )
        sign = " plus " if later else " minus "
        match days:
            case Arithmetic(op="*", left=each, right=Constant() as many) if unit := unit_of(
                each, self.design
            ):
                days_each = count(_number(many), "day")
                return [*self.thing(date), sign, f"{days_each} for each {unit} of ", *self.thing(each)]
            case _:
                return [*self.thing(date), sign, *self.measured(days, Type("int"), "day")]

    def measured(self, expression: Expression, like: Type, unit: str) -> Pieces:
        """A thing beside another: a bare number takes the kind and the unit of what it stands beside."""
        match expression:
            case Constant(value=bool() | None):
                return self.thing(expression)
            case Constant(value=int() as number):
                return [amount(number) if like.kind == "money" else count(number, unit)]
            case Constant():
                return [value_text(expression.value, like if like.kind == "enum" else expression.type)]
            case Choice():
                return self._chosen(expression, lambda one: self.measured(one, like, unit))
            case _:
                return self.thing(expression)

    def _choice(self, expression: Choice) -> Pieces:
        unit = unit_of(expression, self.design)
        return self._chosen(expression, lambda one: self.measured(one, expression.type, unit))

    def _chosen(self, expression: Choice, said: Callable[[Expression], Pieces]) -> Pieces:
        """`10 if …, 30 if …, and otherwise 90`."""
        plain = replace(self, must=False)
        pieces = [*said(expression.then), " if ", *plain.clause(expression.condition)]
        other = expression.otherwise
        while isinstance(other, Choice):
            pieces += [", ", *said(other.then), " if ", *plain.clause(other.condition)]
            other = other.otherwise
        return [*pieces, ", and otherwise ", *said(other)]

    def _total(self, expression: Aggregate) -> Pieces:
        entity = self.design.by_entity[expression.entity]
        where = _and(expression.where, expression.value if expression.how == "count" else None)
        other, rest = self._others(where, expression)
        state, rest = _adjective(rest, expression.variable)
        rows = [f"{other}{state}{entity.noun.plural}", *self.relative(rest, expression, many=True)]
        if expression.how == "count":
            return ["the number of ", *rows]
        assert expression.value is not None  # only count, any and all go without
        each = replace(self._within(expression, Referent("it", "bare")), shown=False).thing(expression.value)
        plain = isinstance(expression.value, Get) and isinstance(expression.value.base, Variable)
        if expression.how == "sum" and plain:
            return ["the total ", *each, " of the ", *rows]
        if expression.how == "sum":
            return ["the total of the ", *each, " over the ", *rows]
        return [f"the {_most(expression.how, expression.value.type)} ", *each, " of the ", *rows]

    # Truths -------------------------------------------------------------------------------------

    def clause(self, expression: Expression, *, negated: bool = False) -> Pieces:
        """A truth (or its opposite) as a clause: `its room is open`."""
        match expression:
            case Not(part=part):
                return self.clause(part, negated=not negated)
            case Logic(op=op, parts=parts):
                return self._logic(op, parts, negated=negated)
            case Compare():
                return self._compare(expression, negated=negated)
            case OneOf(value=value, options=options):
                return self._one_of(value, options, negated=negated != expression.negated)
            case Within(value=value, rows=rows):
                word = "among "
                return [*self.thing(value), self._is(negated != expression.negated), word, *self.thing(rows)]
            case Aggregate(how="any" | "all"):
                return self._quantified(expression, negated=negated)
            case Get():
                return self._flag(expression, negated=negated)
            case Constant(value=value):
                return ["always" if bool(value) != negated else "never"]
            case Choice(condition=condition, then=then, otherwise=otherwise):
                one, other = self.clause(then, negated=negated), self.clause(otherwise, negated=negated)
                test = replace(self, must=False).clause(condition)
                return [*one, " if ", *test, ", and otherwise ", *other]
            case _:
                return self.thing(expression)

    def _is(self, negated: bool, label: str = "") -> str:
        if self.must:
            return " must not be " if negated else " must be "
        verb = "are" if is_plural(label) else "is"
        return f" {verb} not " if negated else f" {verb} "

    def _verb(self, expression: Expression, negated: bool = False) -> str:
        label = ""
        if isinstance(expression, Get):
            label = label_of(expression.base.type.entity, expression.field, self.design)
        if isinstance(expression, Variable):
            label = self._referent(expression).row
        return self._is(negated, label)

    def _logic(self, op: str, parts: Sequence[Expression], *, negated: bool) -> Pieces:
        word = op if not negated else {"and": "or", "or": "and"}[op]
        said = [self._nested(part, word, negated=negated) for part in parts]
        pieces: Pieces = list(said[0])
        mixed = any(isinstance(part, Logic) for part in parts)
        for one in said[1:]:
            pieces += [f", {word} " if mixed else f" {word} ", *one]
        return ["either ", *pieces] if word == "or" and mixed else pieces

    def _nested(self, part: Expression, word: str, *, negated: bool) -> Pieces:
        _ = word
        return self.clause(part, negated=negated)

    def _compare(self, expression: Compare, *, negated: bool) -> Pieces:
        op = _OPPOSITE[expression.op] if negated else expression.op
        left, right = expression.left, expression.right
        if isinstance(left, (Constant, Today)) and not isinstance(right, Constant):
            left, right, op = right, left, _MIRROR.get(op, op)
        if isinstance(right, Constant) and right.value is None:
            return self._present(left, negated=op == "==")
        if left.type.kind == "bool" and isinstance(right, Constant):
            return self.clause(left, negated=(op == "==") != bool(right.value))
        if left.type.kind == "enum" and isinstance(left, Get) and left.field == STATE:
            return self._stands(
                left,
                [value_text(right.value, right.type)] if isinstance(right, Constant) else self.thing(right),
                negated=op == "!=",
            )
        if spread := _spread(left):
            return self._apart(spread, op, right)
        negated, word = (_DAYS if left.type.kind == "date" else _NUMBERS)[op]
        unit = unit_of(left, self.design)
        said = [*self.thing(left), self._verb(left, negated)]
        if isinstance(right, Choice):
            return [*said, *self._chosen(right, lambda one: [word, *self.measured(one, left.type, unit)])]
        return [*said, word, *self.measured(right, left.type, unit)]

    def _apart(self, days: tuple[Expression, Expression], op: str, right: Expression) -> Pieces:
        """Two days and how far they are apart: `is at most 60 days after`."""
        later, earlier = days
        negated, word = _NUMBERS[op]
        return [
            *self.thing(later), self._verb(later, negated), word, *self.measured(right, Type("int"), "day"),
            " after ", *self.thing(earlier),
        ]  # fmt: skip

    def _present(self, expression: Expression, *, negated: bool) -> Pieces:
        """Whether something optional is there."""
        if isinstance(expression, Get):
            owner = self.thing(expression.base)
            label = label_of(expression.base.type.entity, expression.field, self.design)
            if self.must:
                return [*owner, f" must have no {label}" if negated else f" must have {with_article(label)}"]
            return [*owner, f" has no {label}" if negated else f" has {with_article(label)}"]
        said = self.thing(expression)
        return [*said, " is not given" if negated else " is given"]

    def _stands(self, expression: Get, states: Pieces, *, negated: bool) -> Pieces:
        """Where a row stands in its lifecycle."""
        owner = self.thing(expression.base)
        if self.shown and not self.inside:
            owner = [*owner, " (", expression, ")"]
        return [*owner, self._is(negated), *states]

    def _one_of(self, value: Expression, options: Sequence[Constant], *, negated: bool) -> Pieces:
        said = joined([value_text(one.value, one.type) for one in options], "or")
        if isinstance(value, Get) and value.field == STATE:
            return self._stands(value, [said], negated=negated)
        return [*self.thing(value), self._verb(value, negated), said]

    def _flag(self, expression: Get, *, negated: bool) -> Pieces:
        """A truth with a name: `is insured`; a derived one that has none is said by what it means."""
        entity = expression.base.type.entity
        derived = self.design.derived.get((entity, expression.field))
        if derived is not None and (_is_small(derived) or not self.inside):
            voice = self.naming(entity, self._row_of(expression.base))
            return voice.clause(derived, negated=negated)
        label = label_of(entity, expression.field, self.design)
        return [*self.thing(expression.base), self._is(negated), label]

    def _row_of(self, base: Expression) -> Referent:
        if isinstance(base, Variable):
            return self._referent(base)
        return Referent("".join(str(one) for one in self.thing(base)))

    def _quantified(self, expression: Aggregate, *, negated: bool) -> Pieces:
        entity = self.design.by_entity[expression.entity]
        if expression.how == "all" and expression.value is not None:
            state, rest = _adjective(expression.where, expression.variable)
            rows = self.relative(rest, expression, many=False)
            voice = self._within(expression, Referent(f"that {entity.noun.singular}"))
            word = "not for every " if negated else "for every "
            return [word, state, entity.noun.singular, *rows, ", ", *voice.clause(expression.value)]
        where = _and(expression.where, expression.value)
        other, rest = self._others(where, expression)
        state, rest = _adjective(rest, expression.variable)
        there = ("there must be " if self.must else "there is ") + ("no " if negated else "")
        noun = f"{other}{state}{entity.noun.singular}"
        if not negated:
            noun = f"an{noun}" if other else with_article(noun)
        return [there, noun, *self.relative(rest, expression, many=False)]

    # Rows among others --------------------------------------------------------------------------

    def rows(self, loop: Aggregate, *, many: bool) -> Pieces:
        """The rows of a loop as a noun with all that is said of them, without an article."""
        noun = self.design.by_entity[loop.entity].noun
        other, rest = self._others(loop.where, loop)
        state, rest = _adjective(rest, loop.variable)
        said = noun.plural if many else noun.singular
        return [f"{other}{state}{said}", *self.relative(rest, loop, many=many)]

    def _others(self, where: Expression | None, loop: Aggregate) -> tuple[str, Expression | None]:
        """`other ` where the rows are those that are not the one spoken of, and the rest of the condition."""
        rest: list[Expression] = []
        other = ""
        for part in _conjuncts(where):
            if _is_other(part, loop.variable):
                other = "other "
            else:
                rest.append(part)
        return other, _all(rest)

    def _within(self, loop: Aggregate, referent: Referent) -> Voice:
        """The voice inside a description of rows: what was `it` outside gets its name."""
        named = {name: self._by_name(name, one) for name, one in self.referents.items()}
        return replace(self, referents={**named, loop.variable: referent}, must=False, inside=True)

    def _by_name(self, name: str, referent: Referent) -> Referent:
        if referent.row != "it":
            return replace(referent, manner="of") if referent.manner != "bare" else referent
        entity = self.design.by_entity.get(name)
        return Referent(f"that {entity.noun.singular if entity else words(name)}")

    def relative(self, where: Expression | None, loop: Aggregate, *, many: bool) -> Pieces:
        """What stands after the noun for the rows of a loop: ` of that room that are confirmed`."""
        voice = self._within(loop, Referent("which", "bare"))
        overlap, parts = overlap_in(_without_tests(_conjuncts(where)), loop.variable)
        phrases: Pieces = []
        standing: list[Pieces] = []
        whose: list[Pieces] = []
        shared: dict[str, list[str]] = {}
        for part in parts:
            if phrase := voice.belonging(part, loop.variable):
                phrases += [" ", *phrase]
            elif alike := voice.alike(part, loop.variable):
                shared.setdefault(owned(alike[0], Referent("", "bare")) if alike[0] else "", []).append(
                    alike[1]
                )
            else:
                said = voice.relative_clause(part, loop.variable, many=many)
                (standing if str(said[0]).startswith("that ") else whose).append(said)
        if overlap is not None:
            verb = "overlap" if many else "overlaps"
            standing.append(
                [f"that {verb} with ", *voice.thing(overlap.other), *voice.span(overlap, loop.variable)]
            )
        own = shared.pop("", [])
        phrases += [f" with {joined(own)}"] if own else []
        whose += [[f"whose {way} has {joined(names)}"] for way, names in shared.items()]
        clauses = [*standing, *whose]
        return [*phrases, " ", *_listed(clauses)] if clauses else phrases

    def span(self, overlap: Overlap, variable: str) -> Pieces:
        """From when to when rows count."""
        day = "the last day included" if overlap.inclusive else "the last day not included"
        mine = self._from_to(overlap.begins, overlap.ends, variable)
        other = self._from_to(overlap.other_begins, overlap.other_ends, overlap.other.name)
        if mine == other:
            return [f" (each from {mine}, {day})"]
        row = "".join(map(str, self.thing(overlap.other)))
        return [f" (from {mine}, and {row} from {other}, {day})"]

    def _from_to(self, begins: Expression, ends: Expression, variable: str) -> str:
        voice = self.naming(variable, Referent("it", "its"))
        return plain([*voice.thing(begins), " to ", *voice.thing(ends)])

    def alike(self, part: Expression, variable: str) -> tuple[list[str], str] | None:
        """What two rows of one kind share, or not: the way to it, and `the same day`."""
        if not isinstance(part, Compare) or part.op not in ("==", "!="):
            return None
        mine, other = (part.left, part.right) if _begins(part.left, variable) else (part.right, part.left)
        root, steps = root_of(mine)
        root_of_other, _ = root_of(other)
        if root is None or root_of_other is None or root.name != variable or root_of_other.name == variable:
            return None
        if not steps or _way(mine)[1:] != _way(other)[1:] or root.type.entity != root_of_other.type.entity:
            return None
        labels = [label_of(one.base.type.entity, one.field, self.design) for one in steps]
        return labels[:-1], f"{'the same' if part.op == '==' else 'another'} {labels[-1]}"

    def belonging(self, part: Expression, variable: str) -> Pieces:
        """A ref to a row in the domain's own phrase: `of that room`; nothing: it is no such ref."""
        if not isinstance(part, Compare) or part.op != "==" or part.left.type.kind != "ref":
            return []
        for mine, other in ((part.left, part.right), (part.right, part.left)):
            match mine:
                case Get(base=Variable(name=name), field=one) if name == variable and not _mentions(
                    other, variable
                ):
                    stored = self.design.by_entity[mine.base.type.entity].field(one)
                    noun = self.design.by_entity[stored.type.entity].noun.singular
                    phrase = stored.phrase or ("of {}" if stored.label == noun else "")
                    before, hole, after = phrase.partition("{}")
                    return [before, *self._same_row(other, mine), after] if hole else []
                case _:
                    continue
        return []

    def _same_row(self, other: Expression, mine: Get) -> Pieces:
        """The row that a ref leads to: `the same room` where another row has it under the same name."""
        alike = isinstance(other, Get) and other.field == mine.field and isinstance(other.base, Variable)
        if alike and other.base.type.entity == mine.base.type.entity:
            return [f"the same {label_of(mine.base.type.entity, mine.field, self.design)}"]
        return self.thing(other)

    def relative_clause(self, part: Expression, variable: str, *, many: bool) -> Pieces:
        """`that is open`, `whose beds are at least 3`."""
        are = "are" if many else "is"
        part = _turned_to(part, variable)
        match part:
            case Not(part=Logic()):
                pass
            case Not(part=inner):
                return self._turned(inner, variable, are)
            case Logic(op="or", parts=parts):
                return self._alternatives(parts, variable, many=many)
            case _:
                pass
        if said := self._standing(part, variable, are, negated=False):
            return said
        return self._whose(part, variable, negated=False)

    def _turned(self, inner: Expression, variable: str, are: str) -> Pieces:
        return self._standing(inner, variable, are, negated=True) or self._whose(
            inner, variable, negated=True
        )

    def _alternatives(self, parts: Sequence[Expression], variable: str, *, many: bool) -> Pieces:
        if same := _same_value(parts, variable):
            names = [self._bare(one) for one, _ in same]
            return [f"whose {joined(names, 'or')} is ", *self.thing(same[0][1])]
        said = [self.relative_clause(part, variable, many=many) for part in parts]
        pieces = said[0]
        for one in said[1:]:
            pieces = [*pieces, " or ", *one]
        return pieces

    def _bare(self, expression: Expression) -> str:
        _, steps = root_of(expression)
        labels = [label_of(one.base.type.entity, one.field, self.design) for one in steps]
        return owned(labels, Referent("", "bare"))

    def _standing(self, part: Expression, variable: str, are: str, *, negated: bool) -> Pieces:
        """What is said of the row itself: its state, a flag, or which row it is."""
        no = " not" if negated else ""
        match part:
            case Compare(
                op="==" | "!=" as op,
                left=Get(base=Variable(name=name), field="state"),
                right=Constant() as right,
            ) if name == variable:
                no = " not" if negated != (op == "!=") else ""
                return [f"that {are}{no} {value_text(right.value, right.type)}"]
            case OneOf(value=Get(base=Variable(name=name), field="state")) if name == variable:
                no = " not" if negated != part.negated else ""
                said = joined([value_text(one.value, one.type) for one in part.options], "or")
                return [f"that {are}{no} {said}"]
            case Compare(op="==" | "!=" as op, left=Variable(name=name), right=right) if name == variable:
                no = " not" if negated != (op == "!=") else ""
                return [f"that {are}{no} ", *self.thing(right)]
            case Get(base=Variable(name=name), field=one) if name == variable:
                derived = self.design.derived.get((part.base.type.entity, one))
                if derived is not None and _is_small(derived):
                    own = self.naming(part.base.type.entity, self.referents[variable])
                    return own._standing(derived, part.base.type.entity, are, negated=negated)
                return [f"that {are}{no} {label_of(part.base.type.entity, one, self.design)}"]
            case Compare(
                op="==" | "!=" as op, left=Get(base=Variable(name=name)), right=Constant(value=None)
            ) if name == variable:
                has = "have" if are == "are" else "has"
                label = label_of(part.left.base.type.entity, part.left.field, self.design)
                there = (op == "!=") != negated
                return [f"that {has} {with_article(label) if there else f'no {label}'}"]
            case _:
                return []

    def _whose(self, part: Expression, variable: str, *, negated: bool) -> Pieces:
        """A clause about what belongs to the row."""
        said = self.clause(part, negated=negated)
        begins = _begins(_first(part), variable)
        return ["whose ", *said] if begins else ["for which ", *said]

    # Orders -------------------------------------------------------------------------------------

    def order(self, keys: Sequence[Order], variable: str) -> Pieces:
        """`in order of day of arrival, then id`."""
        voice = self.naming(variable, Referent("it", "bare"))
        said: list[str] = []
        for key in keys:
            name = "".join(map(str, replace(voice, inside=True).thing(key.by)))
            said.append(f"{name} (highest first)" if key.descending else name)
        return [", then ".join(said)]


def rule_text(rule: Rule, design: Design) -> str:
    """A rule as a sentence."""
    voice = Voice(design)
    if not rule.subject:
        said = voice.clause(rule.must)
        if rule.when is not None:
            said = ["whenever ", *voice.clause(rule.when), ", ", *said]
        return sentence(plain(said))
    entity = design.by_entity[rule.subject]
    loop = Aggregate("all", rule.subject, rule.subject, rule.when, None, Type("bool"))
    state, when = _adjective(rule.when, rule.subject)
    rows = voice.relative(when, loop, many=False)
    about = voice.naming(rule.subject, Referent("it", "its"))
    return sentence(
        plain([f"for every {state}{entity.noun.singular}", *rows, ", ", *about.clause(rule.must)])
    )


def requirement_text(must: Expression, action: Action, design: Design) -> str:
    """What must hold before an action, as a clause."""
    return plain(action_voice(action, design).clause(must))


def refusal_of_rule(rule: Rule, design: Design) -> Pieces:
    """Why a write is refused that breaks a rule: which row, what must hold, and what would be."""
    if not rule.subject:
        return [rule_text(rule, design)]
    subject = Variable(rule.subject, Type("ref", rule.subject))
    voice = Voice(design, must=True, shown=True).naming(rule.subject, Referent("it", "its"))
    return ["Not possible for ", subject, ": ", *voice.clause(rule.must), "."]


def refusal_of_requirement(must: Expression, action: Action, design: Design) -> Pieces:
    """Why an action is refused: what must hold, with the values that are at hand."""
    voice = replace(action_voice(action, design), must=True, shown=True)
    return ["Not possible: ", *voice.clause(must), "."]


def action_voice(action: Action, design: Design) -> Voice:
    """How an action's parameters are spoken of."""
    voice = Voice(design)
    taken = {one.name for one in design.by_entity[action.subject].fields} if action.subject else set[str]()
    for one in action.parameters:
        new = "new " if one.name in taken and one.name != action.subject else ""
        entity = design.by_entity.get(one.type.entity)
        label = entity.noun.singular if entity and one.name == entity.name else quantity(one.label, one.unit)
        voice = voice.naming(one.name, Referent(f"the {new}{label}"))
    return voice


def noun_phrase(expression: Expression, design: Design) -> str:
    """An expression as a noun phrase; variables have the names of their rows."""
    return plain(Voice(design).thing(expression))


def clause(expression: Expression, design: Design) -> str:
    """A truth as a clause."""
    return plain(Voice(design).clause(expression))


def negated_clause(expression: Expression, design: Design) -> str:
    """The opposite of a truth as a clause."""
    return plain(Voice(design).clause(expression, negated=True))


def plain(pieces: Pieces) -> str:
    """Pieces as a text."""
    return " ".join("".join(str(piece) for piece in pieces).split())


def _listed(parts: list[Pieces], word: str = "and") -> Pieces:
    pieces: Pieces = list(parts[0])
    for number, part in enumerate(parts[1:], 2):
        pieces += [f" {word} " if number == len(parts) else ", ", *part]
    return pieces


def _conjuncts(expression: Expression | None) -> list[Expression]:
    if expression is None:
        return []
    if isinstance(expression, Logic) and expression.op == "and":
        return [one for part in expression.parts for one in _conjuncts(part)]
    return [expression]


def _and(*parts: Expression | None) -> Expression | None:
    return _all([one for part in parts for one in _conjuncts(part)])


def _all(parts: list[Expression]) -> Expression | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return Logic("and", tuple(parts))


def _without_tests(parts: list[Expression]) -> list[Expression]:
    """Without `x is not None` where another part says what x is."""
    equal = [part for part in parts if isinstance(part, Compare) and part.op == "=="]
    told = [_way(side) for part in equal for side in (part.left, part.right)]
    return [part for part in parts if _tested(part) is None or _way(_tested(part)) not in told]


def _way(expression: Expression | None) -> tuple[str, ...]:
    """A variable and the fields that lead on from it."""
    if expression is None:
        return ()
    root, steps = root_of(expression)
    return (root.name, *(step.field for step in steps)) if root and steps else ()


def _tested(part: Expression) -> Expression | None:
    match part:
        case Compare(op="!=", left=left, right=Constant(value=None)):
            return left
        case _:
            return None


_NO_ADJECTIVES = frozenset(
    (
        "over",
        "left",
        "due",
        "off",
        "away",
        "out",
        "in",
        "up",
        "down",
        "done",
        "made",
        "gone",
        "ready",
        "for",
        "on",
    )
)


def _adjective(where: Expression | None, variable: str) -> tuple[str, Expression | None]:
    """A state that can stand before the noun, with a blank after it, and the rest of the condition."""
    parts = _conjuncts(where)
    for place, part in enumerate(parts):
        match part:
            case Compare(
                op="==", left=Get(base=Variable(name=name), field="state"), right=Constant(value=str(state))
            ) if name == variable and "_" not in state and state not in _NO_ADJECTIVES:
                return f"{state} ", _all([*parts[:place], *parts[place + 1 :]])
            case _:
                continue
    return "", where


def _is_other(part: Expression, variable: str) -> bool:
    match part:
        case Compare(op="!=", left=Variable(name=one), right=Variable(name=other)):
            return variable in (one, other)
        case _:
            return False


def _mentions(expression: Expression, variable: str) -> bool:
    return any(isinstance(one, Variable) and one.name == variable for one in nodes_of(expression))


def _begins(expression: Expression, variable: str) -> bool:
    """Whether the first thing named is the variable's own."""
    match expression:
        case Get():
            root, _ = root_of(expression)
            return root is not None and root.name == variable
        case Arithmetic(left=left):
            return _begins(left, variable)
        case _:
            return False


def _first(part: Expression) -> Expression:
    match part:
        case Compare(left=left):
            return left
        case OneOf(value=value) | Within(value=value):
            return value
        case Get(base=base):
            return base
        case _:
            return part


def _same_value(parts: Sequence[Expression], variable: str) -> list[tuple[Expression, Expression]]:
    """`t.inbound == f or t.outbound == f`: fields of the row that are compared with one thing."""
    found: list[tuple[Expression, Expression]] = []
    for part in parts:
        match part:
            case Compare(op="==", left=mine, right=other) if _begins(mine, variable):
                found.append((mine, other))
            case _:
                return []
    return found if len({repr(other) for _, other in found}) == 1 else []


def _spread(expression: Expression) -> tuple[Expression, Expression] | None:
    """The two days of a difference."""
    match expression:
        case Arithmetic(op="-", left=left, right=right) if left.type.kind == right.type.kind == "date":
            return left, right
        case _:
            return None


def _has_name(name: str, derived: Expression) -> bool:
    """Whether a derived value is better called by its name than told in full."""
    chosen = isinstance(derived, Choice) or (
        isinstance(derived, Arithmetic) and isinstance(derived.right, Choice)
    )
    return chosen or named_day(name, derived)


def _is_small(expression: Expression) -> bool:
    """Whether a derived truth is said as shortly as its name would be."""
    return isinstance(expression, (OneOf, Compare)) and isinstance(_first(expression), Get)


def _turned_to(part: Expression, variable: str) -> Expression:
    """A comparison with the row's own side first."""
    if not isinstance(part, Compare) or _begins(part.left, variable) or _is_variable(part.left, variable):
        return part
    if not (_begins(part.right, variable) or _is_variable(part.right, variable)):
        return part
    return replace(part, op=_MIRROR.get(part.op, part.op), left=part.right, right=part.left)


def _is_variable(expression: Expression, name: str) -> bool:
    return isinstance(expression, Variable) and expression.name == name


def _most(how: str, kind: Type) -> str:
    if kind.kind == "date":
        return "earliest" if how == "min" else "latest"
    return "least" if how == "min" else "greatest"


def _number(constant: Constant) -> int:
    assert isinstance(constant.value, int)
    return constant.value


def _after_value(kind: Type) -> list[str]:
    return [" cents"] if kind.kind == "money" else []


__all__ = [
    "Voice", "action_voice", "clause", "negated_clause", "noun_phrase", "plain", "refusal_of_requirement", "refusal_of_rule",
    "requirement_text", "rule_text",
]  # fmt: skip
