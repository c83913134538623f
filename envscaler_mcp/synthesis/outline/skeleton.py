"""The module of an environment without its bodies, as a syntax tree made of the outline alone."""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence

from .annotations import annotation, bare_type, call, generic, name
from .outline import EntityOutline, FieldOutline, Outline, RuleOutline, ToolOutline

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
    head = [_says(outline.introduction or outline.title), *copy.deepcopy(IMPORTS)]
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


def in_order(parameters: Sequence[FieldOutline]) -> list[FieldOutline]:
    """Parameters as Python wants them: optional ones last."""
    return sorted(parameters, key=lambda one: one.optional)


def _stub() -> ast.stmt:
    return ast.Expr(ast.Constant(...))


def _says(text: str) -> ast.stmt:
    return ast.Expr(ast.Constant(text))


def _entity(outline: Outline, one: EntityOutline) -> ast.stmt:
    key = ast.AnnAssign(
        ast.Name("id", ast.Store()),
        generic("Annotated", name("str"), call("Field", description=ast.Constant(ID))),
        simple=1,
    )
    fields = [_field(outline, field) for field in in_order(one.fields)]
    return _class(one.name, "Entity", [_says(one.description), key, *fields])


def _facts(outline: Outline, tool: ToolOutline) -> ast.stmt:
    fields = [_field(outline, field) for field in in_order(tool.returns.fields)]
    return _class(facts_class(tool), "Entity", [_says(f"What {tool.name} gives back."), *fields])


def _environment(outline: Outline) -> ast.stmt:
    rows = [
        ast.AnnAssign(
            ast.Name(one.collection, ast.Store()), generic("dict", name("str"), name(one.name)), simple=1
        )
        for one in outline.entities
    ]
    tools = [_tool(outline, tool) for tool in outline.tools]
    rules = [_rule(rule) for rule in outline.rules if rule.executable]
    return _class(outline.class_name, "Environment", [_says(f"{outline.title}."), *rows, *tools, *rules])


def _field(outline: Outline, field: FieldOutline) -> ast.AnnAssign:
    entities = {one.name: one for one in outline.entities}
    default = ast.Constant(None) if field.optional else None
    return ast.AnnAssign(ast.Name(field.name, ast.Store()), annotation(field, entities), default, simple=1)


def _tool(outline: Outline, tool: ToolOutline) -> ast.FunctionDef:
    entities = {one.name: one for one in outline.entities}
    parameters = in_order(tool.parameters)
    arguments = [ast.arg("self"), *(ast.arg(one.name, annotation(one, entities)) for one in parameters)]
    defaults: list[ast.expr] = [ast.Constant(None) for one in parameters if one.optional]
    signature = ast.arguments([], arguments, kwonlyargs=[], kw_defaults=[], defaults=defaults)
    body = [_says(tool.description), _stub()]
    return ast.FunctionDef(tool.name, signature, body, [name(tool.kind)], returned(tool), lineno=1)


def _rule(rule: RuleOutline) -> ast.FunctionDef:
    alone = ast.arguments([], [ast.arg("self")], kwonlyargs=[], kw_defaults=[], defaults=[])
    decorator = call("rule", ast.Constant(rule.text))
    return ast.FunctionDef(rule.id, alone, [_stub()], [decorator], name("bool"), lineno=1)


def _class(identifier: str, base: str, body: Sequence[ast.stmt]) -> ast.ClassDef:
    return ast.ClassDef(identifier, [name(base)], [], list(body), [])
