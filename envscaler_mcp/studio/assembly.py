"""From parts to the source of `environment.py`: every part is parsed on its own, and put in as a syntax tree.

So no part can end what it stands in and begin something else. What a part may say is the policy's matter.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence

from envscaler_mcp.blueprint.compiling.layout import laid_out
from envscaler_mcp.spec import Problem

from .parts import ConstantPart, Draft, EntityPart, FieldPart, MethodPart, ParameterPart

MODULES = ("bisect", "calendar", "collections", "copy", "decimal", "heapq", "itertools", "json", "math", "re",
           "statistics", "string", "textwrap")  # fmt: skip
TYPING = ("Annotated", "Any", "Literal", "TypeVar", "cast")
RUNTIME = ("APPEND_ONLY", "DERIVED", "FREE_TEXT", "VOLATILE", "Entity", "Environment", "Refusal",
           "read", "rule", "write")  # fmt: skip


class Malformed(ValueError):
    """A part is no Python of its kind; the message says which and why."""


def assembled(draft: Draft) -> str | Problem:
    """The source of a draft's environment, or what is wrong with the first part that is no Python."""
    try:
        constants = [_constant(part) for part in draft.constants]
        classes = [*map(_entity, draft.entities), _environment(draft)]
    except Malformed as error:
        return Problem(code="not_python", where=f"draft {draft.name}", message=str(error))
    return _laid_out(_module(draft, constants, classes))


def expression(text: str, where: str) -> ast.expr:
    """One expression. Raises Malformed."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Malformed(f"{where}: {text[:80]!r} is no Python expression ({error})") from error


def statements(text: str, where: str) -> list[ast.stmt]:
    """The statements of a method's body. Raises Malformed."""
    try:
        found = ast.parse(textwrap.dedent(text).strip("\n")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise Malformed(f"{where}{line}: the body is no Python ({error})") from error
    if not found:
        raise Malformed(f"{where}: the body is empty; write `pass` or a return")
    return found


def part_at(draft: Draft, source: str, line: int) -> str:
    """The part of a draft that a line of its source belongs to, for messages."""
    owners = [node for node in _definitions(ast.parse(source)) if _covers(node, line)]
    innermost = max(owners, key=lambda node: node.lineno, default=None)
    return f"{innermost.name}, line {line} of the source" if innermost else f"{draft.name}, line {line}"


def _laid_out(source: str) -> str:
    """Long lines broken, wherever that leaves the same program: the layout is made for our own compiler."""
    broken = laid_out(source)
    try:
        same = ast.dump(ast.parse(broken)) == ast.dump(ast.parse(source))
    except SyntaxError:
        same = False
    return broken if same else source


def _definitions(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef))


def _covers(node: ast.ClassDef | ast.FunctionDef, line: int) -> bool:
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return first <= line <= (node.end_lineno or first)


def _module(draft: Draft, constants: Sequence[ast.stmt], classes: Sequence[ast.stmt]) -> str:
    imports = "\n".join(_imports([*constants, *classes]))
    head = f"{_spelt(_doc(_sentence(draft.title)))}\n\nfrom __future__ import annotations\n\n{imports}"
    values = "\n".join(_spelt(node) for node in constants)
    top = f"{head}\n\n{values}" if values else head
    return "\n\n\n".join([top, *(_spaced(_spelt(node)) for node in classes)]) + "\n"


def _spelt(node: ast.stmt) -> str:
    return ast.unparse(ast.fix_missing_locations(node))


def _spaced(block: str) -> str:
    """A class as a formatter has it: its docstring and its methods a line apart."""
    first, doc, *rest = block.split("\n")
    lines = [first, doc, ""]
    for line in rest:
        starts = line.startswith("    @") or (line.startswith("    def ") and lines[-1][:5] != "    @")
        if starts and lines[-1]:
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


def _sentence(title: str) -> str:
    return f"{title.rstrip('.')}."


def _imports(body: Sequence[ast.stmt]) -> list[str]:
    """Imports of exactly the names that the parts use."""
    used = {node.id for part in body for node in ast.walk(part) if isinstance(node, ast.Name)}
    lines = [f"import {name}" for name in MODULES if name in used]
    lines += ["import datetime as dt"] * ("dt" in used)
    lines = [*sorted(lines), _from("typing", TYPING, used), ""]
    lines += ["from pydantic import Field", ""] * ("Field" in used)
    return [*lines, _from("._runtime", RUNTIME, used)]


def _from(module: str, names: Sequence[str], used: set[str]) -> str:
    found = [name for name in names if name in used]
    return f"from {module} import {', '.join(found)}" if found else ""


def _constant(part: ConstantPart) -> ast.stmt:
    target = ast.Name(part.name, ast.Store())
    return ast.Assign([target], expression(part.value, f"constant {part.name}"), lineno=1)


def _entity(part: EntityPart) -> ast.stmt:
    fields: list[ast.stmt] = [_field(one, part.name) for one in part.fields]
    return _class(part.name, "Entity", part.description, fields)


def _field(part: FieldPart, owner: str) -> ast.stmt:
    where = f"entity {owner}, field {part.name}"
    if part.role and part.default is not None:
        raise Malformed(f"{where}: a field with a role has no default; leave one of them out")
    default = _name(part.role.upper()) if part.role else part.default and expression(part.default, where)
    return ast.AnnAssign(
        _name(part.name, ast.Store()), _described(part.type, part.description, where), default or None, 1
    )


def _environment(draft: Draft) -> ast.stmt:
    rows = [(one.collection, one.name) for one in draft.entities if one.collection]
    state: list[ast.stmt] = [
        ast.AnnAssign(_name(collection, ast.Store()), expression(f"dict[str, {row}]", row), None, 1)
        for collection, row in rows
    ]
    methods = [_method(one) for one in draft.methods]
    return _class(draft.class_name, "Environment", _sentence(draft.title), [*state, *methods])


def _method(part: MethodPart) -> ast.stmt:
    where = f"{part.kind} {part.name}"
    return ast.FunctionDef(
        name=part.name,
        args=_parameters(part.parameters, where),
        body=[_doc(part.description), *statements(part.body, where)],
        decorator_list=_marks(part),
        returns=expression(part.returns, where),
        lineno=1,
    )


def _marks(part: MethodPart) -> list[ast.expr]:
    if part.kind == "method":
        return []
    if part.kind == "rule":
        return [ast.Call(_name("rule"), [ast.Constant(part.description)], [])]
    return [_name(part.kind)]


def _parameters(parts: Sequence[ParameterPart], where: str) -> ast.arguments:
    needed = [part for part in parts if part.default is None]
    optional = [part for part in parts if part.default is not None]
    given = [
        ast.arg(part.name, _described(part.type, part.description, f"{where}, parameter {part.name}"))
        for part in (*needed, *optional)
    ]
    defaults = [expression(str(part.default), f"{where}, parameter {part.name}") for part in optional]
    return ast.arguments([], [ast.arg("self"), *given], None, [], [], None, defaults)


def _described(annotation: str, description: str, where: str) -> ast.expr:
    kind = expression(annotation, where)
    if not description:
        return kind
    told = ast.Call(_name("Field"), [], [ast.keyword("description", ast.Constant(description))])
    return ast.Subscript(_name("Annotated"), ast.Tuple([kind, told], ast.Load()), ast.Load())


def _class(name: str, base: str, doc: str, body: Sequence[ast.stmt]) -> ast.ClassDef:
    return ast.ClassDef(name, [_name(base)], [], [_doc(doc), *body], [])


def _doc(text: str) -> ast.stmt:
    return ast.Expr(ast.Constant(" ".join(text.split())))


def _name(name: str, context: ast.expr_context | None = None) -> ast.Name:
    return ast.Name(name, context or ast.Load())
