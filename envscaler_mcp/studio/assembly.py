"""From parts to the source of `environment.py`: every part is parsed on its own, and put in as a syntax tree.

So no part can end what it stands in and begin something else. Bodies go through the one filter for what a
model writes, and the tree is spelt as every environment of a model; what code may do is the policy's matter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from envscaler_mcp.blueprint.compiling.layout import laid_out
from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.synthesis.author import Problems
from envscaler_mcp.synthesis.outline.annotations import name
from envscaler_mcp.synthesis.outline.bodies import statements_of
from envscaler_mcp.synthesis.outline.definitions import (
    Declared,
    described,
    environment_class,
    operation,
    row_class,
    says,
)
from envscaler_mcp.synthesis.outline.spelling import spell

from .names import name_faults
from .parts import ConstantPart, Draft, EntityPart, FieldPart, MethodPart, ParameterPart

MODULES = ("bisect", "calendar", "collections", "copy", "decimal", "heapq", "itertools", "json", "math", "re",
           "statistics", "string", "textwrap")  # fmt: skip
TYPING = ("Annotated", "Any", "Literal", "TypeVar", "cast")
RUNTIME = ("APPEND_ONLY", "DERIVED", "FREE_TEXT", "VOLATILE", "Entity", "Environment", "Refusal",
           "read", "rule", "write")  # fmt: skip


class Malformed(ValueError):
    """A part is no Python of its kind; `problems` say which and why."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(f"{one.where}: {one.message}" for one in problems))
        self.problems = problems


def assembled(draft: Draft) -> str | Problems:
    """The source of a draft's environment; or what is wrong with names, or with a part that is no Python."""
    if unfit := name_faults(draft):
        return Problems(tuple(unfit))
    try:
        constants = [_constant(part) for part in draft.constants]
        classes = [*map(_entity, draft.entities), _environment(draft)]
    except Malformed as error:
        return error.problems
    parts = [*constants, *classes]
    body = [says(f"{_one_line(draft.title).rstrip('.')}."), *_imports(parts), *parts]
    return _laid_out(spell(ast.fix_missing_locations(ast.Module(body, []))))


def expression(text: str, where: str) -> ast.expr:
    """One expression. Raises Malformed."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = f"{text[:80]!r} is no Python expression ({error})."
        raise Malformed(Problems.of("not_python", where, message)) from error


def part_at(draft: Draft, source: str, line: int) -> str:
    """The part of a draft that a line of its source belongs to, for messages."""
    owners = [node for node in _definitions(ast.parse(source)) if _covers(node, line)]
    innermost = max(owners, key=lambda node: node.lineno, default=None)
    return f"{innermost.name}, line {line} of the source" if innermost else f"{draft.name}, line {line}"


def _laid_out(source: str) -> str:
    """Long lines broken, wherever that leaves the same program: the layout is made for our own compiler."""
    broken = laid_out(source)
    try:
        same = ast.dump(parse_module(broken)) == ast.dump(parse_module(source))
    except SyntaxError:
        same = False
    return broken if same else source


def _definitions(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef))


def _covers(node: ast.ClassDef | ast.FunctionDef, line: int) -> bool:
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return first <= line <= (node.end_lineno or first)


def _imports(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Imports of exactly the names that the parts use."""
    used = {node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)}
    modules = [ast.alias(module) for module in MODULES if module in used]
    modules += [ast.alias("datetime", "dt")] * ("dt" in used)
    whole = [ast.Import([module]) for module in sorted(modules, key=lambda one: one.name)]
    origins = (("typing", TYPING, 0), ("pydantic", ("Field",), 0), ("_runtime", RUNTIME, 1))
    parts = [
        ast.ImportFrom(origin, [ast.alias(one) for one in names if one in used], level)
        for origin, names, level in origins
        if used.intersection(names)
    ]
    return [ast.ImportFrom("__future__", [ast.alias("annotations")], 0), *whole, *parts]


def _constant(part: ConstantPart) -> ast.stmt:
    target = ast.Name(part.name, ast.Store())
    return ast.Assign([target], expression(part.value, f"constant {part.name}"), lineno=1)


def _entity(part: EntityPart) -> ast.stmt:
    fields = [_field(one, part.name) for one in part.fields]
    return row_class(part.name, _one_line(part.description), fields)


def _field(part: FieldPart, owner: str) -> Declared:
    where = f"entity {owner}, field {part.name}"
    if part.role and part.default is not None:
        message = "A field with a role has no default; leave one of them out."
        raise Malformed(Problems.of("not_python", where, message))
    declared = _declared(part, where)
    return replace(declared, default=name(part.role.upper())) if part.role else declared


def _environment(draft: Draft) -> ast.stmt:
    rows = {one.collection: one.name for one in draft.entities if one.collection}
    methods = [_method(one) for one in draft.methods]
    return environment_class(draft.class_name, _one_line(draft.title), rows, methods)


def _method(part: MethodPart) -> ast.FunctionDef:
    where = f"{part.kind} {part.name}"
    body = statements_of(part.body, part.name, where)
    if isinstance(body, Problems):
        raise Malformed(body)
    return operation(
        part.kind,
        part.name,
        _one_line(part.description),
        parameters=[_declared(one, f"{where}, parameter {one.name}") for one in part.parameters],
        returns=expression(part.returns, where),
        body=body,
    )


def _declared(part: FieldPart | ParameterPart, where: str) -> Declared:
    kind = expression(part.type, where)
    annotation = described(kind, part.description) if part.description else kind
    default = None if part.default is None else expression(part.default, where)
    return Declared(part.name, annotation, default)


def _one_line(text: str) -> str:
    return " ".join(text.split())
