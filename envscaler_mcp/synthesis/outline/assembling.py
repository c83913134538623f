"""Bodies into the skeleton: by syntax tree, so that nothing of the outline can be lost or damaged."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from envscaler_mcp.spec import Problem
from envscaler_mcp.synthesis.author import Problems

from .bodies import statements_of
from .draft import Draft
from .outline import Outline
from .skeleton import class_of, skeleton
from .spelling import spell


@dataclass(frozen=True)
class Assembled:
    """The source of an environment, and the tree that it was spelt from."""

    source: str
    module: ast.Module


def assemble(draft: Draft) -> Assembled | Problems:
    """The module of a draft, or all that keeps its parts from standing in one."""
    bodies = {
        **_parsed(draft.bodies, [tool.name for tool in draft.outline.tools], "tools"),
        **_parsed(draft.invariants, _executable(draft.outline), "rules"),
    }
    found = tuple(problem for body in bodies.values() if isinstance(body, Problems) for problem in body)
    if found:
        return Problems(found)
    return put_in(
        draft.outline, {name: body for name, body in bodies.items() if not isinstance(body, Problems)}
    )


def put_in(outline: Outline, bodies: Mapping[str, list[ast.stmt]]) -> Assembled:
    """The module with these bodies of tools and rules; the others keep their stub."""
    module = skeleton(outline)
    for function in functions_of(module, outline):
        if function.name in bodies:
            function.body = [*function.body[:-1], *bodies[function.name]]
    ast.fix_missing_locations(module)
    return Assembled(spell(module), module)


def functions_of(module: ast.Module, outline: Outline) -> list[ast.FunctionDef]:
    """The tools and rules in a module."""
    return [node for node in class_of(module, outline.class_name).body if isinstance(node, ast.FunctionDef)]


def bare_source(outline: Outline) -> str:
    """The skeleton as text: nothing in it was written by a model but names and literals."""
    return spell(skeleton(outline))


def _executable(outline: Outline) -> list[str]:
    return [rule.id for rule in outline.rules if rule.executable]


def _parsed(texts: Mapping[str, str], names: list[str], folder: str) -> dict[str, list[ast.stmt] | Problems]:
    return {name: _body(texts.get(name), name, f"{folder}/{name}") for name in names}


def _body(text: str | None, name: str, where: str) -> list[ast.stmt] | Problems:
    if text is None:
        return Problems((Problem(code="body_missing", where=where, message="There is no body for it."),))
    return statements_of(text, name, where)
