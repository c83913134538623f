"""Which name means what, where: just enough scoping to know a module from a variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
ComprehensionNode = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass
class Binding:
    """All that one scope binds to one name."""

    modules: dict[str, int] = field(default_factory=dict[str, int])
    """Module → line of the import."""
    imported: dict[str, int] = field(default_factory=dict[str, int])
    """`module.name` → line of the from-import."""
    values: list[ast.expr | None] = field(default_factory=list["ast.expr | None"])
    """What is assigned; None for anything but a plain assignment."""
    stores: int = 0
    """How often the name is a target at all."""
    is_class: bool = False

    def assigned(self) -> list[ast.expr] | None:
        """Every value this name can have, or None where it gets one in any other way."""
        values = [value for value in self.values if value is not None]
        plain = len(values) == len(self.values) == self.stores and not self.modules
        return values if plain else None

    def may_be_module_at(self, line: int) -> bool:
        """Whether a use in this line can see a module under this name."""
        if not self.modules:
            return False
        rebound = max(self.imported.values(), default=0)
        return not (rebound > max(self.modules.values()) and line > rebound)


@dataclass(frozen=True)
class Scope:
    """One scope with the names that it binds."""

    kind: str
    """`module`, `class` or `function`."""
    names: dict[str, Binding]
    receiver: str | None = None
    """The first parameter of a method."""


def module_scope(tree: ast.Module) -> Scope:
    """The scope of a whole source."""
    return Scope("module", _bind(tree.body))


def class_scope(node: ast.ClassDef) -> Scope:
    """The scope of a class body."""
    return Scope("class", _bind(node.body))


def function_scope(node: FunctionNode, *, method: bool) -> Scope:
    """The scope of a function; `method` when it stands directly in a class."""
    names = _bind([node.body] if isinstance(node, ast.Lambda) else node.body)
    parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    rest = [argument for argument in (node.args.vararg, node.args.kwarg) if argument]
    for argument in [*parameters, *rest]:
        names.setdefault(argument.arg, Binding()).values.append(None)
    return Scope("function", names, parameters[0].arg if method and parameters else None)


def comprehension_scope(node: ComprehensionNode) -> Scope:
    """The scope of a comprehension: its loop variables."""
    names: dict[str, Binding] = {}
    for generator in node.generators:
        for part in ast.walk(generator.target):
            if isinstance(part, ast.Name):
                names.setdefault(part.id, Binding()).values.append(None)
    return Scope("function", names)


def _bind(body: list[ast.stmt] | list[ast.expr]) -> dict[str, Binding]:
    names: dict[str, Binding] = {}
    for node in _same_scope(body):
        _bind_node(node, names)
    return names


def _same_scope(body: list[ast.stmt] | list[ast.expr]) -> Iterator[ast.AST]:
    """Every node of a body that binds in that body's own scope."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _SCOPES):
            continue
        if isinstance(node, ComprehensionNode):
            waiting.extend(part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _bind_node(node: ast.AST, names: dict[str, Binding]) -> None:
    def at(name: str) -> Binding:
        return names.setdefault(name, Binding())

    match node:
        case ast.Import() | ast.ImportFrom():
            _bind_import(node, names)
        case ast.ClassDef():
            at(node.name).is_class = True
        case ast.Assign(targets=[ast.Name(id=name)]):
            at(name).values.append(node.value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            at(name).values.append(value)
        case ast.Name(id=name, ctx=ast.Store()):
            at(name).stores += 1
        case ast.FunctionDef(name=str(name)) | ast.AsyncFunctionDef(name=str(name)):
            at(name).values.append(None)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            at(name).values.append(None)
        case _:
            pass


def _bind_import(node: ast.Import | ast.ImportFrom, names: dict[str, Binding]) -> None:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            binding = names.setdefault(alias.asname or alias.name, Binding())
            binding.imported[f"{node.module}.{alias.name}"] = node.lineno
        else:
            binding = names.setdefault(alias.asname or alias.name.split(".")[0], Binding())
            binding.modules[alias.name] = node.lineno
