"""Rules as methods: one says whether a row breaks the rule, one whether the state obeys it, one refuses."""

from __future__ import annotations

from envscaler_mcp.blueprint.design import Entity, Rule
from envscaler_mcp.blueprint.expression.english import refusal_of_rule, rule_text
from envscaler_mcp.blueprint.expression.python import Scope, Spelled, condition, truth, untruth
from envscaler_mcp.render.literals import python_literal

from .naming import Naming, variable_name
from .texts import formatted


def rule_method(rule: Rule, naming: Naming) -> list[str]:
    """`@rule(…)`."""
    text = python_literal(rule_text(rule, naming.design))
    head = [f"@rule({text})", f"def {naming.rules[rule.id]}(self) -> bool:"]
    if not rule.subject:
        return [*head, f"    return {_whole_state(rule, naming)}"]
    rows = f"self.{naming.design.by_entity[rule.subject].collection}.values()"
    return [*head, f"    return not any(self.{naming.predicates[rule.id]}(row) for row in {rows})"]


def predicate_method(rule: Rule, naming: Naming) -> list[str]:
    """Whether a row breaks the rule; none for a rule about the whole state."""
    if not rule.subject:
        return []
    entity = naming.design.by_entity[rule.subject]
    name = variable_name(entity)
    parts = [(rule.when, True)] if rule.when is not None else []
    broken = condition([*parts, (rule.must, False)], _subject_scope(entity, naming))[0]
    return [
        f"def {naming.predicates[rule.id]}(self, {name}: {naming.classes[entity.name]}) -> bool:",
        f"    return {broken.text}",
    ]


def guard_method(rule: Rule, naming: Naming) -> list[str]:
    """Refuse a write that leaves the rule broken."""
    code = python_literal(rule.id)
    if not rule.subject:
        return [
            f"def {naming.guards[rule.id]}(self) -> None:",
            f"    if not self.{naming.rules[rule.id]}():",
            f"        raise Refusal({code}, {python_literal(rule_text(rule, naming.design))})",
        ]
    entity = naming.design.by_entity[rule.subject]
    name = variable_name(entity)
    text = formatted(refusal_of_rule(rule, naming.design), _subject_scope(entity, naming))
    return [
        f"def {naming.guards[rule.id]}(self, *rows: {naming.classes[entity.name]}) -> None:",
        f"    for {name} in rows:",
        f"        if self.{naming.predicates[rule.id]}({name}):",
        f"            raise Refusal({code}, {text})",
    ]


def _whole_state(rule: Rule, naming: Naming) -> str:
    if rule.when is None:
        return truth(rule.must, naming.scope)[0].text
    refuted = untruth(rule.when, naming.scope)[0].text
    return f"{refuted} or {truth(rule.must, naming.scope)[0].text}"


def _subject_scope(entity: Entity, naming: Naming) -> Scope:
    name = variable_name(entity)
    return naming.scope.having(entity.name, Spelled(name, f"{name}.id"))
