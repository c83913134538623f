"""What foreign source may say at all: a strict policy over its syntax tree.

This is a quality gate, not a boundary: it keeps generated code to the few modules and builtins
that a small stateful world needs, tells the author what to write instead, and takes away the
cheap ways out. Loops, memory and regular expressions are the worker's business.
"""

from __future__ import annotations

import ast
import re

from envscaler_mcp.spec.problem import Problem

from . import policy_tables as tables
from .parsing import parse_module
from .policy_annotations import AnnotationRules
from .policy_scopes import ComprehensionNode, class_scope, comprehension_scope, function_scope, module_scope

_NONE: frozenset[str] = frozenset()
MAX_SOURCE = 1024 * 1024
_DUNDER = re.compile(r"__\w+__\Z")
_PLAIN_FIELDS = re.compile(r"(?:[^{}]|\{\{|\}\}|\{[A-Za-z0-9_]*(?:![rsa])?(?::[^{}]*)?\})*\Z")


def findings(source: str) -> list[Problem]:
    """Everything in an environment's source that the policy refuses, in the order of lines."""
    if len(source) > MAX_SOURCE:
        return [_problem("size", 1, f"the source is longer than {MAX_SOURCE} characters", "shorten it")]
    if tables.BIDI_CONTROLS & set(source):
        return [_problem("text", 1, "the source holds bidirectional control characters", "remove them")]
    try:
        tree = parse_module(source)
        return _Policy(tree).judge()
    except SyntaxError as error:
        return [_problem("syntax", error.lineno or 1, f"not Python: {error.msg}", "correct the syntax")]
    except (ValueError, RecursionError, MemoryError) as error:
        return [_problem("syntax", 1, f"cannot be parsed ({type(error).__name__})", "write simpler code")]


def _problem(code: str, line: int, message: str, remedy: str) -> Problem:
    return Problem(code=f"policy.{code}", where=f"line {line}", message=f"{message}; {remedy}")


class _Policy(AnnotationRules):
    """One walk over one tree."""

    def __init__(self, tree: ast.Module) -> None:
        super().__init__(module_scope(tree))
        self._tree = tree

    def judge(self) -> list[Problem]:
        for statement in self._tree.body:
            self.visit(statement)
        self._check_shadowing()
        found = {(line, code, message): remedy for line, code, message, remedy in self.refused}
        return [_problem(code, line, text, remedy) for (line, code, text), remedy in sorted(found.items())]

    def _check_shadowing(self) -> None:
        """A module-level name that may be unbound again falls back to the builtin."""
        for name in self.scopes[0].names:
            if name in tables.ALL_BUILTINS:
                self.refuse_line(1, "shadow", f"the module redefines {name}", "choose another name")

    # Imports ------------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name not in tables.MODULES:
                self.refuse(node, "import", f"imports {alias.name}", _import_remedy(alias.name))
            elif "." in alias.name:
                self.refuse(node, "import", f"imports {alias.name}", f"write from {alias.name} import …")
        self._no_import_in_class(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        allowed = tables.RUNTIME_NAMES if module == "._runtime" else tables.MODULES.get(module)
        self._no_import_in_class(node)
        if allowed is None:
            self.refuse(node, "import", f"imports from {module}", _import_remedy(module))
            return
        for alias in node.names:
            if alias.name not in allowed:
                self.refuse(
                    node, "import", f"imports {module}.{alias.name}", _attribute_remedy(module, alias.name)
                )

    def _no_import_in_class(self, node: ast.stmt) -> None:
        if self.scope.kind == "class":
            self.refuse(node, "import", "imports inside a class body", "import at the top of the module")

    # Names --------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        if _DUNDER.match(node.id):
            self.refuse(node, "dunder", f"uses {node.id}", "leave it out")
        elif isinstance(node.ctx, ast.Load):
            self._visit_load(node)

    def _visit_load(self, node: ast.Name) -> None:
        binding = self.lookup(node.id)
        if binding is None:
            self._visit_builtin(node)
        elif binding.may_be_module_at(node.lineno) and id(node) not in self.qualified:
            self.refuse(node, "module", f"uses module {node.id} as a value", f"write {node.id}.…")
        elif self.is_typing(binding) and id(node) not in self.qualified:
            self.refuse(node, "typing", f"uses {node.id} as a value", "use types in annotations only")

    def _visit_builtin(self, node: ast.Name) -> None:
        if node.id in tables.BUILTINS or id(node) in self.qualified:
            return
        if node.id in tables.CALLED_ONLY:
            self.refuse(node, "builtin", f"uses {node.id} as a value", "call it directly")
        else:
            self.refuse(node, "builtin", f"uses {node.id}", _builtin_remedy(node.id))

    # Attributes ---------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> None:
        modules = self.modules_of(node.value, node.lineno)
        if modules:
            self._visit_module_attribute(node, modules)
        else:
            self.check_attribute(node, node.attr, node.value)
            self._check_changed(node, node.value)
        if node.attr in tables.READABLE_DUNDERS:
            self._look_at(node.value)
        if node.attr == "format" and id(node) not in self.qualified:
            self.refuse(node, "format", "uses .format on what is no literal", "use an f-string")
        self.visit(node.value)

    def _visit_module_attribute(self, node: ast.Attribute, modules: set[str]) -> None:
        self.qualified.add(id(node.value))
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        binding = self.lookup(name)
        namesake = tables.MEMBERS_OF_NAMESAKES.get(name, _NONE) if binding and binding.imported else _NONE
        for module in sorted(modules):
            if node.attr not in tables.MODULES.get(module, _NONE) | namesake:
                self.refuse(
                    node, "module", f"uses {module}.{node.attr}", _attribute_remedy(module, node.attr)
                )
        if not isinstance(node.ctx, ast.Load):
            self.refuse(node, "module", f"changes the module {name}", "leave modules as they are")
        if "typing" in modules and id(node) not in self.qualified:
            self.refuse(
                node, "typing", f"uses {name}.{node.attr} as a value", "use types in annotations only"
            )

    def check_attribute(self, node: ast.AST, name: str, owner: ast.expr | None) -> None:
        """Refuse an attribute by its name, wherever it stands."""
        if _DUNDER.match(name):
            if name not in tables.READABLE_DUNDERS and not (
                _is_super(owner) and name in tables.DEFINABLE_DUNDERS
            ):
                self.refuse(node, "dunder", f"uses the attribute {name}", "leave it out")
        elif name.startswith("_"):
            if name in tables.RESERVED_ON_SELF or not (self._is_receiver(owner) or _is_super(owner)):
                self.refuse(
                    node, "private", f"uses the private attribute {name}", "use public attributes of others"
                )
        elif name in tables.REFUSED_ATTRIBUTES:
            self.refuse(node, "attribute", f"uses the attribute {name}", "leave it out")

    def _check_changed(self, node: ast.Attribute, owner: ast.expr) -> None:
        if not isinstance(node.ctx, ast.Load) and self.is_shared(owner):
            name = ast.unparse(owner)
            self.refuse(node, "shared", f"changes {name}, which is not its own", "write a class of your own")

    def _is_receiver(self, owner: ast.expr | None) -> bool:
        if not isinstance(owner, ast.Name):
            return False
        receivers = [scope.receiver for scope in self.scopes if scope.receiver]
        return bool(receivers) and owner.id == receivers[-1] and owner.id in ("self", "cls")

    # Calls --------------------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        self._look_at(node.left, *node.comparators)
        self.generic_visit(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        self._look_at(node.value)
        self.generic_visit(node)

    def _look_at(self, *nodes: ast.expr) -> None:
        """These are only looked at where they stand: nothing keeps them, and nothing calls them."""
        self.looked_at |= {id(node) for node in nodes}

    def visit_Call(self, node: ast.Call) -> None:
        if (
            isinstance(node.func, ast.Name)
            and node.func.id in tables.LOOKING
            and self.lookup(node.func.id) is None
        ):
            self._look_at(*node.args)
        match node.func:
            case ast.Name(id="type" | "super" as name) if self.lookup(name) is None:
                self._check_arity(node, name)
            case ast.Name(id="getattr" | "hasattr" | "setattr" | "delattr" as name) if (
                self.lookup(name) is None
            ):
                self._check_named_attribute(node, name)
            case ast.Attribute(attr="format", value=ast.Constant(value=str(text))):
                self._check_format(node, text)
            case _:
                pass
        if self.is_typing_expression(node.func):
            self.qualified.add(id(node.func))
            self.visit_type_call(node)
        self.generic_visit(node)

    def _check_arity(self, node: ast.Call, name: str) -> None:
        self.qualified.add(id(node.func))
        wanted = 1 if name == "type" else 0
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if len(node.args) != wanted or node.keywords or starred:
            form = "type(x)" if name == "type" else "super()"
            self.refuse(node, "builtin", f"calls {name} with other arguments", f"only {form} is allowed")
        elif name == "type" and id(node) not in self.looked_at:
            remedy = "compare it, take its __name__, or use isinstance"
            self.refuse(node, "builtin", "keeps or calls what type(x) gives", remedy)

    def _check_named_attribute(self, node: ast.Call, name: str) -> None:
        self.qualified.add(id(node.func))
        match node.args:
            case [owner, ast.Constant(value=str(attribute)), *_] if not node.keywords:
                self.check_attribute(node, attribute, owner)
                shared = name in ("setattr", "delattr") and self.is_shared(owner)
                if shared or attribute == "format" or self.modules_of(owner, node.lineno):
                    self.refuse(
                        node, "builtin", f"calls {name} for {attribute!r}", "write the attribute itself"
                    )
            case _:
                self.refuse(
                    node, "builtin", f"calls {name} with a computed name", "write the name as a literal"
                )

    def _check_format(self, node: ast.Call, text: str) -> None:
        self.qualified.add(id(node.func))
        if not _PLAIN_FIELDS.match(text):
            self.refuse(
                node, "format", "uses .format with attributes, items or nested fields", "use an f-string"
            )

    # Definitions --------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._check_defined(node, node.name)
        method = self.scope.kind == "class"
        for part in [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(part)
        for argument in _arguments(node.args):
            self._check_bound(argument, argument.arg)
            if argument.annotation:
                self.annotation(argument.annotation)
        if node.returns:
            self.annotation(node.returns)
        self.within(function_scope(node, method=method), node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for part in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(part)
        for argument in _arguments(node.args):
            self._check_bound(argument, argument.arg)
        self.within(function_scope(node, method=False), [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._check_defined(node, node.name)
        for keyword in node.keywords:
            if keyword.arg not in tables.CLASS_KEYWORDS:
                self.refuse(
                    node, "class", f"makes a class with {keyword.arg or '**'}=", "leave the keyword out"
                )
        for base in node.bases:
            self.base(base)
        for part in [*node.decorator_list, *node.keywords]:
            self.visit(part)
        self.within(class_scope(node), node.body)

    def _check_defined(self, node: ast.FunctionDef | ast.ClassDef, name: str) -> None:
        if _DUNDER.match(name) and not (self.scope.kind == "class" and name in tables.DEFINABLE_DUNDERS):
            self.refuse(node, "dunder", f"defines {name}", "leave it out")

    def _check_bound(self, node: ast.AST, name: str) -> None:
        if _DUNDER.match(name):
            self.refuse(node, "dunder", f"binds {name}", "choose another name")

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.annotation(node.annotation)
        self.visit(node.target)
        if node.value:
            self.visit(node.value)

    def _visit_comprehension(self, node: ComprehensionNode) -> None:
        self.within(comprehension_scope(node), list(ast.iter_child_nodes(node)))

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._check_bound(node, node.name or "")
        self.generic_visit(node)

    # Syntax that a small stateful world does not need -----------------------------------------

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            self.check_attribute(node, name, None)
        self.generic_visit(node)

    def _refuse_statement(self, node: ast.AST) -> None:
        self.refuse(
            node, "syntax", f"uses {_SYNTAX.get(type(node).__name__, 'this syntax')}", "write plain methods"
        )

    visit_AsyncFunctionDef = visit_Await = visit_AsyncFor = visit_AsyncWith = _refuse_statement
    visit_TypeAlias = _refuse_statement

    def _refuse_global(self, node: ast.AST) -> None:
        self.refuse(node, "global", "uses global or nonlocal names", "keep state in attributes of the class")

    visit_Global = visit_Nonlocal = _refuse_global


_SYNTAX = {"AsyncFunctionDef": "async def", "Await": "await", "TypeAlias": "a type statement"}


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *rest]


def _is_super(owner: ast.expr | None) -> bool:
    return isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name) and owner.func.id == "super"


def _import_remedy(module: str) -> str:
    return f"only {', '.join(sorted(tables.MODULES))} may be imported" if module else "name the module"


def _builtin_remedy(name: str) -> str:
    if name == "__import__":
        return "write an import at the top of the module"
    return "work on the attributes of the class only"


def _attribute_remedy(module: str, name: str) -> str:
    if (module, name) == ("uuid", "uuid1"):
        return "use uuid.uuid4"
    if (module, name) == ("time", "sleep"):
        return "keep time in the state"
    if module not in tables.MODULES:
        return "use what the policy allows"
    return f"of {module} only {', '.join(sorted(tables.MODULES.get(module, ())))} may be used"
