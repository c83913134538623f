"""The table of rules, and the two ways to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from envscaler_mcp.render.wire import wire_tools
from envscaler_mcp.spec.environment import EnvironmentCard
from envscaler_mcp.spec.problem import Problem

from . import names, schemas, texts
from .subject import Rule, Subject, tools_from

RULES: tuple[Rule, ...] = (
    Rule("server_name", "it is a Python package and part of every tool's full name", names.server_name),
    Rule("tool_name", "client limits", names.tool_name),
    Rule("tool_name_reserved", "other frameworks use these names", names.tool_name_reserved),
    Rule(
        "tool_name_attribute", "it would override the base class", names.tool_name_attribute, plain="warning"
    ),
    Rule("tool_name_unique", "a call could not say which it means", names.tool_name_unique),
    Rule("qualified_name", "clients cap mcp__<server>__<tool>", names.qualified_name),
    Rule("sorted_list", "the list must be the same on every connection", names.sorted_list),
    Rule("version", "registries want an exact version", names.version),
    Rule("requirement", "an address would install anything", names.requirement),
    Rule("tool_count", "a client's cap, and context cost", texts.tool_count),
    Rule("description_length", "context cost", texts.description_length),
    Rule("description_missing", "models guess otherwise", texts.description_missing, plain="warning"),
    Rule("list_size", "context cost", texts.list_size),
    Rule("title", "it stands in menus", texts.title, plain="warning"),
    Rule("hidden_text", "instructions can hide in it", texts.hidden_text),
    Rule("plain_object_root", "several clients reject the whole session", schemas.plain_object_root),
    Rule("root_combinators", "several clients reject the whole session", schemas.root_combinators),
    Rule("references", "several clients reject the whole session", schemas.references),
    Rule("recursion", "several clients reject the whole session", schemas.recursion),
    Rule("dialect", "some clients know no dialect but their own", schemas.dialect),
    Rule("closed_inputs", "a misspelt argument would be dropped silently", schemas.closed_inputs),
    Rule("free_form_inputs", "strict modes; models guess", schemas.free_form_inputs, plain="warning"),
    Rule("described_inputs", "models guess", schemas.described_inputs, plain="warning"),
    Rule("open_outputs", "strict modes; a result must fit its schema", schemas.open_outputs, plain="warning"),
    Rule("input_keywords", "strict modes of providers", schemas.input_keywords),
    Rule("ranges_in_words", "strict modes drop ranges", schemas.ranges_in_words, plain="warning"),
    Rule("annotations", "unset hints read as destructive", schemas.hints_set),
)


def lint(card: EnvironmentCard, policy: str = "") -> list[Problem]:
    """Everything the rules find in an environment, errors first."""
    texts_by_place = {"/title": card.title, "/introduction": card.introduction, "/policy": policy}
    texts_by_place |= {f"/rules/{rule.id}": rule.text for rule in card.rules}
    subject = Subject(
        server=card.name,
        tools=tools_from(wire_tools(card)),
        native=card.form == "native",
        texts=texts_by_place,
        card={"version": card.version, "requirements": card.requirements},
    )
    return _problems(subject)


def lint_tools(
    tools: Sequence[Mapping[str, Any]], server: str, form: Literal["native", "plain"] = "native"
) -> list[Problem]:
    """Everything the rules find in a list of tools as a server answers it, errors first."""
    return _problems(Subject(server=server, tools=tools_from(tools), native=form == "native"))


def _problems(subject: Subject) -> list[Problem]:
    found = [problem for rule in RULES for problem in rule.problems(subject)]
    return sorted(found, key=lambda problem: problem.severity != "error")
