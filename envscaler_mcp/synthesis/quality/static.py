"""What can be said of an assembled environment without running it: the sandbox's policy, and its refusals."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from envscaler_mcp.render.refusals import refusals_of
from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.sandbox.policy import findings
from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.outline.assembling import functions_of
from envscaler_mcp.synthesis.outline.outline import Outline


def faults_of_source(outline: Outline, source: str) -> list[Problem]:
    """All that speaks against a source before it runs, told of the tool or rule that it stands in."""
    policy = list(_policy(outline, source))
    return policy or [*_refusals(outline, source), *_mutations(outline, source)]


def _policy(outline: Outline, source: str) -> Iterator[Problem]:
    functions = functions_of(parse_module(source), outline)
    rules = {rule.id for rule in outline.rules}
    for finding in findings(source):
        line = int(finding.where.removeprefix("line "))
        owner = next((one for one in functions if one.lineno <= line <= (one.end_lineno or 0)), None)
        where = "source" if owner is None else f"{'rules' if owner.name in rules else 'tools'}/{owner.name}"
        yield finding.model_copy(update={"where": where})


def _refusals(outline: Outline, source: str) -> Iterator[Problem]:
    """Codes in the body and in the outline are the same: agents are told of them."""
    found = refusals_of(source, outline.class_name)
    for tool in outline.tools:
        known = {refusal.code: refusal.when for refusal in tool.refusals}
        raised = {refusal.code for refusal in found.get(tool.name, ())}
        where = f"tools/{tool.name}"
        for code in sorted(raised - set(known)):
            message = f"The body refuses with {code}, which its outline does not have."
            yield Problem(code="refusal_undeclared", where=where, message=message)
        for code in sorted(set(known) - raised):
            message = f"The body never refuses with {code}: {known[code]}"
            yield Problem(code="refusal_missing", where=where, message=message)


def _mutations(outline: Outline, source: str) -> Iterator[Problem]:
    """A rule looks; it does not touch."""
    rules = {rule.id for rule in outline.rules}
    for function in functions_of(parse_module(source), outline):
        stores = (node for node in ast.walk(function) if isinstance(node, ast.Attribute | ast.Subscript))
        if function.name in rules and any(isinstance(node.ctx, ast.Store | ast.Del) for node in stores):
            message = "The invariant stores something; it may only look."
            yield Problem(code="rule_writes", where=f"rules/{function.name}", message=message)
