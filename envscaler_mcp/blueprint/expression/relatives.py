"""Rows among others: `other bookings in the same room that are confirmed`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from envscaler_mcp.blueprint.design import Order
from envscaler_mcp.blueprint.wording import joined, value_text, with_article, words

from .conjuncts import (
    adjective,
    all_of,
    begins,
    conjuncts,
    first_of,
    is_other,
    is_small,
    is_variable,
    joined_by_and,
    mentions,
    same_value,
    turned_to,
    way_of,
    without_tests,
)
from .expanding import substituted
from .intervals import Overlap, overlap_in
from .nouns import Referent, is_plural, label_of, owned, root_of
from .things import Things
from .tree import Aggregate, Compare, Constant, Expression, Get, Logic, Not, OneOf, Variable, Within
from .voice import Pieces, listed, plain
from .walk import nodes_of

_PLACING = ("on", "at", "in")
_THAT = re.compile(r"^that(?= (?:is|are|has|have)\b)")


class Relatives(Things):
    """Says which rows of a collection are meant."""

    def rows(self, loop: Aggregate, *, many: bool) -> Pieces:
        """The rows of a loop as a noun with all that is said of them, without an article."""
        noun = self.design.by_entity[loop.entity].noun
        other, rest = self.others(loop.where, loop)
        state, rest = adjective(rest, loop.variable)
        said = noun.plural if many else noun.singular
        return [f"{other}{state}{said}", *self.relative(rest, loop, many=many)]

    def others(self, where: Expression | None, loop: Aggregate) -> tuple[str, Expression | None]:
        """`other ` where the rows are those that are not the one spoken of, and the rest of the condition."""
        rest: list[Expression] = []
        other = ""
        for part in conjuncts(where):
            if is_other(part, loop.variable):
                other = "other "
            else:
                rest.append(part)
        return other, all_of(rest)

    def within_rows(self, loop: Aggregate, referent: Referent) -> Self:
        """The voice inside a description of rows: what was `it` outside gets its name."""
        named = {name: self._by_name(name, one) for name, one in self.referents.items()}
        return replace(self, referents={**named, loop.variable: referent}, must=False, inside=True)

    def _by_name(self, name: str, referent: Referent) -> Referent:
        if referent.named:
            return Referent(referent.named)
        if referent.row != "it":
            return replace(referent, manner="of") if referent.manner != "bare" else referent
        entity = self.design.by_entity.get(name)
        return Referent(f"that {entity.noun.singular if entity else words(name)}")

    def relative(self, where: Expression | None, loop: Aggregate, *, many: bool) -> Pieces:
        """What stands after the noun for the rows of a loop: ` of that room that are confirmed`."""
        entity = self.design.by_entity[loop.entity]
        voice = self.within_rows(loop, Referent("which", "bare", named=f"that {entity.noun.singular}"))
        overlap, parts = overlap_in(without_tests(conjuncts(where)), loop.variable)
        phrases: Pieces = []
        standing: list[Pieces] = []
        whose: list[Pieces] = []
        shared: dict[str, list[str]] = {}
        for part in parts:
            if phrase := voice.belonging(part, loop.variable) or voice.placed(part, loop.variable):
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
        for way, names in shared.items():
            whose.append([f"whose {way} has {joined(names)}"])
        if entity.is_person:
            standing = [_of_people(clause) for clause in standing]
        clauses = [*standing, *whose]
        return [*phrases, " ", *listed(clauses)] if clauses else phrases

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
        mine, other = (part.left, part.right) if begins(part.left, variable) else (part.right, part.left)
        root, steps = root_of(mine)
        root_of_other, _ = root_of(other)
        if root is None or root_of_other is None or root.name != variable or root_of_other.name == variable:
            return None
        if (
            not steps
            or way_of(mine)[1:] != way_of(other)[1:]
            or root.type.entity != root_of_other.type.entity
        ):
            return None
        labels = [label_of(one.base.type.entity, one.field, self.design) for one in steps]
        return labels[:-1], f"{'the same' if part.op == '==' else 'another'} {labels[-1]}"

    def placed(self, part: Expression, variable: str) -> Pieces:
        """When or where two rows are alike, in the domain's own phrase: `on the same day`."""
        alike = self.alike(part, variable)
        if alike is None or alike[0] or not isinstance(part, Compare):
            return []
        way = part.left if begins(part.left, variable) else part.right
        if not isinstance(way, Get) or (way.base.type.entity, way.field) in self.design.derived:
            return []
        before = self.design.by_entity[way.base.type.entity].field(way.field).phrase.partition(" ")[0]
        return [f"{before} {alike[1]}"] if before in _PLACING else []

    def belonging(self, part: Expression, variable: str) -> Pieces:
        """A ref to a row in the domain's own phrase: `of that room`; nothing: it is no such ref."""
        if not isinstance(part, Compare) or part.op != "==" or part.left.type.kind != "ref":
            return []
        if isinstance(part.right, Constant):
            return []
        for mine, other in ((part.left, part.right), (part.right, part.left)):
            match mine:
                case Get(base=Variable(name=name)) as way if name == variable and not mentions(other, name):
                    before, hole, after = self.phrase(way).partition("{}")
                    return [before, *self._same_row(other, way), after] if hole else []
                case _:
                    continue
        return []

    def phrase(self, way: Get) -> str:
        """How a row is told apart by a ref of it."""
        stored = self.design.by_entity[way.base.type.entity].field(way.field)
        noun = self.design.by_entity[stored.type.entity].noun.singular
        return stored.phrase or ("of {}" if stored.label == noun else "")

    def _same_row(self, other: Expression, mine: Get) -> Pieces:
        """The row that a ref leads to: `the same room` where another row has it under the same name."""
        match other:
            case Get(base=Variable(type=kind), field=mine.field) if kind.entity == mine.base.type.entity:
                return [f"the same {label_of(mine.base.type.entity, mine.field, self.design)}"]
            case _:
                return self.thing(other)

    def relative_clause(self, part: Expression, variable: str, *, many: bool) -> Pieces:
        """`that is open`, `whose beds are at least 3`."""
        are = "are" if many else "is"
        part = turned_to(part, variable)
        match part:
            case Not(part=Logic()):
                pass
            case Not(part=inner):
                return self._turned(inner, variable, are, negated=True)
            case Logic(op="or", parts=parts):
                return self._alternatives(parts, variable, many=many)
            case _:
                pass
        return self._turned(part, variable, are, negated=False)

    def _turned(self, part: Expression, variable: str, are: str, *, negated: bool) -> Pieces:
        part = self._meant(part, variable)
        return (
            self._standing(part, variable, are, negated=negated)
            or self._having(part, variable, are, negated=negated)
            or self._whose(part, variable, are, negated=negated)
        )

    def _meant(self, part: Expression, variable: str) -> Expression:
        """What a truth with a name means, where that is said as shortly as the name."""
        match part:
            case Get(base=Variable(name=name) as row, field=field) if name == variable:
                key = (row.type.entity, field)
                derived = self.design.derived.get(key)
                if derived is not None and key not in self.design.labels and is_small(derived):
                    return substituted(derived, {row.type.entity: row})
            case _:
                pass
        return part

    def _having(self, part: Expression, variable: str, are: str, *, negated: bool) -> Pieces:
        """`that has no standing hold`: whether there is a row that belongs to it."""
        if not isinstance(part, Aggregate) or part.how != "any":
            return []
        parts = conjuncts(joined_by_and(part.where, part.value))
        own = [one for one in parts if self._is_its(one, part.variable, variable)]
        if not own:
            return []
        rest = all_of([one for one in parts if one is not own[0]])
        row = plain(self.rows(replace(part, where=rest, value=None), many=False))
        return [f"that {'have' if are == 'are' else 'has'} ", f"no {row}" if negated else with_article(row)]

    def _is_its(self, part: Expression, loop: str, variable: str) -> bool:
        """Whether a condition says that a row belongs to another, and in no special role."""
        if not isinstance(part, Compare) or part.op != "==":
            return False
        for way, owner in ((part.left, part.right), (part.right, part.left)):
            match way:
                case Get(base=Variable(name=name)) if name == loop and is_variable(owner, variable):
                    stored = self.design.by_entity[way.base.type.entity].field(way.field)
                    return stored.label == self.design.by_entity[stored.type.entity].noun.singular
                case _:
                    continue
        return False

    def _alternatives(self, parts: Sequence[Expression], variable: str, *, many: bool) -> Pieces:
        if same := same_value(parts, variable):
            return self._one_of_its(same)
        alike = [self.alike(part, variable) for part in parts]
        ways = {tuple(one[0]) if one else () for one in alike}
        if len(ways) == 1 and (way := ways.pop()):
            names = [one[1] for one in alike if one]
            return [f"whose {owned(list(way), Referent('', 'bare'))} has {joined(names, 'or')}"]
        said = [self.relative_clause(part, variable, many=many) for part in parts]
        pieces = said[0]
        for one in said[1:]:
            pieces = [*pieces, " or ", *one]
        return pieces

    def _one_of_its(self, same: list[tuple[Expression, Expression]]) -> Pieces:
        """`whose trip has that flight as its flight in or flight out`."""
        ways = [self._labels(one) for one, _ in same]
        names = joined([way[-1] for way in ways], "or")
        before = {tuple(way[:-1]) for way in ways}
        if len(before) == 1 and (way := before.pop()):
            row = owned(list(way), Referent("", "bare"))
            return [f"whose {row} has ", *self.thing(same[0][1]), f" as its {names}"]
        names = joined([owned(way, Referent("", "bare")) for way in ways], "or")
        return [f"whose {names} is ", *self.thing(same[0][1])]

    def _labels(self, expression: Expression) -> list[str]:
        _, steps = root_of(expression)
        return [label_of(one.base.type.entity, one.field, self.design) for one in steps]

    def _standing(self, part: Expression, variable: str, are: str, *, negated: bool) -> Pieces:
        """What is said of the row itself: its state, a flag, what it has, or which row it is."""
        if isinstance(part, Compare) and part.op in ("==", "!="):
            return self._equal(part, variable, are, negated=negated != (part.op == "!="))
        no = " not" if negated else ""
        match part:
            case Within(value=Variable(name=name)) if name == variable:
                no = " not" if negated != part.negated else ""
                return [f"that {are}{no} among ", *self.thing(part.rows)]
            case Within(rows=rows) if begins(rows, variable) and not mentions(part.value, variable):
                way = self._labels(rows)
                verb = _includes(is_plural(way[-1]), negated != part.negated)
                return [f"whose {owned(way, Referent('', 'bare'))} {verb} ", *self.thing(part.value)]
            case OneOf(value=Get(base=Variable(name=name), field="state")) if name == variable:
                no = " not" if negated != part.negated else ""
                said = joined([value_text(one.value, one.type) for one in part.options], "or")
                return [f"that {are}{no} {said}"]
            case Get(base=Variable(name=name), field=one) if name == variable:
                entity = part.base.type.entity
                return [f"that {are}{no} {label_of(entity, one, self.design)}"]
            case _:
                return []

    def _equal(self, part: Compare, variable: str, are: str, *, negated: bool) -> Pieces:
        no = " not" if negated else ""
        match part.left, part.right:
            case Get(base=Variable(name=name)) as held, Constant(value=None) if name == variable:
                label = label_of(held.base.type.entity, held.field, self.design)
                has = "have" if are == "are" else "has"
                return [f"that {has} {with_article(label) if negated else f'no {label}'}"]
            case Get(base=Variable(name=name), field="state"), Constant() as state if name == variable:
                return [f"that {are}{no} {value_text(state.value, state.type)}"]
            case Variable(name=name), other if name == variable:
                return [f"that {are}{no} ", *self.thing(other)]
            case _:
                return []

    def _whose(self, part: Expression, variable: str, are: str, *, negated: bool) -> Pieces:
        """A clause about what belongs to the row; what comes second in it is `its`, or `their`."""
        voice = self
        if isinstance(part, Compare) and begins(part.left, variable) and mentions(part.right, variable):
            again = f"{variable}/again"
            row = next(one for one in nodes_of(part.right) if is_variable(one, variable))
            person = self.design.by_entity[row.type.entity].is_person
            referent = self.referents[variable]
            owner = Referent("which", "their" if are == "are" or person else "its", named=referent.named)
            part = replace(part, right=substituted(part.right, {variable: replace(row, name=again)}))  # pyright: ignore[reportArgumentType]
            voice = self.naming(again, owner)
        said = voice.clause(part, negated=negated)
        return ["whose " if begins(first_of(part), variable) else "for which ", *said]

    def of_each(self, loop: Aggregate, expression: Expression) -> Pieces:
        """A thing of each row of a loop, without an owner: `day of arrival`."""
        alone = isinstance(expression, Get) and isinstance(expression.base, Variable)
        voice = self.within_rows(loop, Referent("it", "bare" if alone else "tail"))
        return replace(voice, shown=False).thing(expression)

    def order(self, keys: Sequence[Order], variable: str) -> Pieces:
        """`in order of day of arrival, then id`."""
        voice = self.naming(variable, Referent("it", "bare", whose=self._whose_are(keys, variable)))
        said: list[str] = []
        for key in keys:
            name = "".join(map(str, replace(voice, inside=True).thing(key.by)))
            last = "latest first" if key.by.type.kind == "date" else "highest first"
            said.append(f"{name} ({last})" if key.descending else name)
        return [", then ".join(said)]

    def _whose_are(self, keys: Sequence[Order], variable: str) -> str:
        """`their` where the rows to be put in order are people."""
        nodes = (one for key in keys for one in nodes_of(key.by))
        rows = (one.type.entity for one in nodes if isinstance(one, Variable) and one.name == variable)
        entity = next(rows, "")
        return "their" if entity and self.design.by_entity[entity].is_person else "its"


def _of_people(clause: Pieces) -> Pieces:
    """`who is at work or who has no quota`, not `that is`."""
    return [_THAT.sub("who", one) if isinstance(one, str) else one for one in clause]


def _includes(several: bool, negated: bool) -> str:
    if negated:
        return "do not include" if several else "does not include"
    return "include" if several else "includes"
