"""The module of an environment without its bodies, as a syntax tree made of the outline alone."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from .annotations import annotation, bare_type, generic, name
from .definitions import Declared, described, environment_class, operation, row_class, says
from .outline import EntityOutline, FieldOutline, Outline, ToolOutline

IMPORTS = (
    ast.ImportFrom("__future__", [ast.alias("annotations")], 0),
    ast.Import([ast.alias("datetime", "dt")]),
    ast.ImportFrom("typing", [ast.alias("Annotated"), ast.alias("Literal")], 0),
    ast.ImportFrom("pydantic", [ast.alias("Field")], 0),
    ast.ImportFrom(
        "_runtime",
        [ast.alias(each) for each in ("Entity", "Environment", "Refusal", "read", "rule", "write")],
        1,
    ),
)
ID = "Its id."


def skeleton(outline: Outline) -> ast.Module:
    """The module; every tool and every executable rule has the body `...`."""
    rows = [_entity(outline, one) for one in outline.entities]
    facts = [_facts(outline, tool) for tool in outline.tools if tool.returns.shape == "facts"]
    head = [says(outline.introduction or outline.title), *copy.deepcopy(IMPORTS)]
    return ast.fix_missing_locations(ast.Module([*head, *rows, *facts, _environment(outline)], []))


def class_of(module: ast.Module, class_name: str) -> ast.ClassDef:
    """The environment's class in an assembled module."""
    return next(node for node in module.body if isinstance(node, ast.ClassDef) and node.name == class_name)


def facts_class(tool: ToolOutline) -> str:
    """Name of the class of what a tool with the shape `facts` gives back."""
    return "".join(part.capitalize() for part in tool.name.split("_")) + "Result"


def returned(tool: ToolOutline) -> ast.expr:
    """The annotation of what a tool gives back."""
    match tool.returns.shape:
        case "row":
            return name(tool.returns.entity or "")
        case "rows":
            return generic("list", name(tool.returns.entity or ""))
        case "facts":
            return name(facts_class(tool))
        case "value":
            return bare_type(tool.returns.fields[0])
        case "values":
            return generic("list", bare_type(tool.returns.fields[0]))


def _stub() -> ast.stmt:
    return ast.Expr(ast.Constant(...))


def _entity(outline: Outline, one: EntityOutline) -> ast.stmt:
    key = Declared("id", described(name("str"), ID))
    return row_class(one.name, one.description, [key, *_fields(outline, one.fields)])


def _facts(outline: Outline, tool: ToolOutline) -> ast.stmt:
    said = f"What {tool.name} gives back."
    return row_class(facts_class(tool), said, _fields(outline, tool.returns.fields))


def _environment(outline: Outline) -> ast.stmt:
    rows = {one.collection: one.name for one in outline.entities}
    tools = [_tool(outline, tool) for tool in outline.tools]
    rules = [
        operation("rule", rule.id, rule.text, returns=name("bool"), body=[_stub()])
        for rule in outline.rules
        if rule.executable
    ]
    return environment_class(outline.class_name, outline.title, rows, [*tools, *rules])


def _tool(outline: Outline, tool: ToolOutline) -> ast.FunctionDef:
    return operation(
        tool.kind,
        tool.name,
        tool.description,
        parameters=_declared(outline, tool.parameters),
        returns=returned(tool),
        body=[_stub()],
    )


def _fields(outline: Outline, fields: Sequence[FieldOutline]) -> list[Declared]:
    """Optional ones last, as people expect it."""
    return _declared(outline, sorted(fields, key=lambda one: one.optional))


def _declared(outline: Outline, fields: Sequence[FieldOutline]) -> list[Declared]:
    entities = {one.name: one for one in outline.entities}
    return [
        Declared(one.name, annotation(one, entities), ast.Constant(None) if one.optional else None)
        for one in fields
    ]
