"""Who is spoken of, and how: what every sentence about an expression starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.wording import words

from .nouns import Referent, is_plural, label_of, root_of, unit_of
from .tree import Aggregate, Expression, Get, Type, Variable

Piece: TypeAlias = str | Expression
Pieces: TypeAlias = list[Piece]
"""Texts, and the expressions whose values stand between them."""

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

    def naming(self, variable: str, referent: Referent) -> Self:
        """The same with one more variable."""
        return replace(self, referents={**self.referents, variable: referent})

    def thing(self, expression: Expression) -> Pieces:
        """A noun phrase."""
        raise NotImplementedError

    def clause(self, expression: Expression, *, negated: bool = False) -> Pieces:
        """A truth (or its opposite) as a clause: `its room is open`."""
        raise NotImplementedError

    def rows(self, loop: Aggregate, *, many: bool) -> Pieces:
        """The rows of a loop as a noun with all that is said of them, without an article."""
        raise NotImplementedError

    def of_each(self, loop: Aggregate, expression: Expression) -> Pieces:
        """A thing of each row of a loop, without an owner: `day of arrival`."""
        raise NotImplementedError

    def shows(self, expression: Expression) -> bool:
        """Whether the value is given, too: it must be one that is surely there."""
        if not self.shown or self.inside or expression.type.kind in _UNSHOWN or expression.type.optional:
            return False
        _, steps = root_of(expression)
        fields = [(step.base.type.entity, step.field) for step in steps]
        stored = [one for one in fields if one not in self.design.derived]
        return not any(self.design.by_entity[one].field(name).type.optional for one, name in stored)

    def referent(self, variable: Variable) -> Referent:
        """How a variable is spoken of."""
        found = self.referents.get(variable.name)
        if found is not None:
            return found
        entity = self.design.by_entity.get(variable.type.entity)
        return Referent(f"the {entity.noun.singular if entity else words(variable.name)}")

    def be(self, negated: bool, label: str = "") -> str:
        """`is`, `are not`, `must be`."""
        if self.must:
            return " must not be " if negated else " must be "
        verb = "are" if is_plural(label) else "is"
        return f" {verb} not " if negated else f" {verb} "

    def verb(self, expression: Expression, negated: bool = False) -> str:
        """The same, in the number of what stands before it."""
        label = ""
        if isinstance(expression, Get):
            label = label_of(expression.base.type.entity, expression.field, self.design)
        if isinstance(expression, Variable):
            label = self.referent(expression).row
        return self.be(negated, label)

    def unit(self, expression: Expression) -> str:
        """What a number counts, singular."""
        if isinstance(expression, Variable):
            return self.referent(expression).unit
        return unit_of(expression, self.design)

    def row_of(self, base: Expression) -> Referent:
        """How the row at the end of a way is spoken of."""
        if isinstance(base, Variable):
            return self.referent(base)
        return Referent("".join(str(one) for one in self.thing(base)))


def plain(pieces: Pieces) -> str:
    """Pieces as a text."""
    return " ".join("".join(str(piece) for piece in pieces).split())


def listed(parts: list[Pieces], word: str = "and") -> Pieces:
    """`a, b and c` of pieces."""
    pieces: Pieces = list(parts[0])
    for number, part in enumerate(parts[1:], 2):
        pieces += [f" {word} " if number == len(parts) else ", ", *part]
    return pieces


def after_value(kind: Type) -> list[str]:
    """What a shown value needs after it."""
    return [" cents"] if kind.kind == "money" else []
