"""A composed file on its way to a design: its form, its tree with places, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from envscaler_mcp.blueprint.expression.parse import BadExpression, Loop, parse, parse_loop
from envscaler_mcp.blueprint.expression.scope import Schema, Scope
from envscaler_mcp.blueprint.expression.tree import NONE, Constant, Expression, Type
from envscaler_mcp.blueprint.nearest import instead

from .forms import DomainForm
from .located import Node, Place, Steps, place_of
from .problems import Problems

NOTHING = Constant(None, NONE)
"""Stands where an expression did not read; the design is not handed out then."""


class AlreadyTold(BadExpression):
    """What is wrong stands in the problems already."""


@dataclass
class Draft:
    """One composition of a domain while it is read."""

    form: DomainForm
    tree: Node
    has_options: bool = False
    problems: Problems = field(default_factory=Problems)

    def place(self, steps: Steps) -> Place:
        """Where a part of the file stands."""
        return place_of(self.tree, steps)

    def problem(self, steps: Steps, message: str, remedy: str) -> None:
        """Note what is wrong with a part of the file."""
        shown = ".".join(str(step) for step in steps)
        self.problems.add(self.place(steps), f"{shown}: {message}", remedy)

    def expression(
        self, steps: Steps, text: str, schema: Schema, scope: Scope, wanted: Type | None = None
    ) -> Expression:
        """The tree of a formula; what is wrong with it becomes a problem."""
        try:
            return parse(text, schema, scope, wanted)
        except AlreadyTold:
            return NOTHING
        except BadExpression as error:
            self.problem(steps, error.message, error.remedy)
            return NOTHING

    def loop(self, steps: Steps, text: str, schema: Schema, scope: Scope) -> Loop:
        """The parts of `x in bookings if …`."""
        try:
            return parse_loop(text, schema, scope)
        except AlreadyTold:
            return Loop("", "", None, scope)
        except BadExpression as error:
            self.problem(steps, error.message, error.remedy)
            return Loop("", "", None, scope)

    def entity(self, steps: Steps, name: str) -> bool:
        """Whether there is such an entity; if not, that is a problem."""
        if name in self.form.entities:
            return True
        self.problem(steps, f"there is no entity {name!r}", instead(name, tuple(self.form.entities)))
        return False
