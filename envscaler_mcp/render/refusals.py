"""Which refusals each tool of a native class can give, read from its source.

`raise Refusal("code", "text")` counts wherever a tool can reach it: in itself, in methods that it
calls, in functions of the module. A code that a function takes as a parameter is looked up where the
function is called; `self.find(rows, key, "patient")` refuses with `unknown_patient`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec.environment import RefusalCard

Function = ast.FunctionDef | ast.AsyncFunctionDef
HOLE = "…"
"""Stands in a text for what is only known when the tool runs."""


@dataclass(frozen=True)
class _Refusal:
    """A code and a text, as expressions of the function that gives them."""

    code: ast.expr
    text: ast.expr | None


def refusals_of(source: str, class_name: str) -> dict[str, tuple[RefusalCard, ...]]:
    """Method → the refusals that it can give, by code."""
    tree = parse_module(source)
    functions: dict[str, Function] = {node.name: node for node in tree.body if isinstance(node, Function)}
    methods = {
        f"self.{node.name}": node
        for definition in tree.body
        if isinstance(definition, ast.ClassDef) and definition.name == class_name
        for node in definition.body
        if isinstance(node, Function)
    }
    scan = _Scan({**functions, **methods}, _constants(tree))
    return {name.removeprefix("self."): scan.cards(name) for name in methods}


class _Scan:
    """The functions of one module, each looked at once."""

    def __init__(self, functions: Mapping[str, Function], constants: Mapping[str, str]) -> None:
        self._functions = functions
        self._constants = constants
        self._found: dict[str, list[_Refusal]] = {}

    def cards(self, name: str) -> tuple[RefusalCard, ...]:
        """The refusals of one function whose codes are known."""
        told: dict[str, str] = {}
        for refusal in self._refusals(name):
            for code in self._texts(refusal.code):
                texts = list(self._texts(refusal.text)) if refusal.text else []
                told.setdefault(code, texts[0] if texts else "")
        known = sorted(code for code in told if HOLE not in code)
        return tuple(RefusalCard(code=code.replace(" ", "_"), text=told[code]) for code in known)

    def _refusals(self, name: str) -> list[_Refusal]:
        if name not in self._found:
            self._found[name] = []  # a function that calls itself adds nothing
            body = self._functions[name]
            self._found[name] = [refusal for call in _calls(body) for refusal in self._of_call(call)]
        return self._found[name]

    def _of_call(self, call: ast.Call) -> Iterator[_Refusal]:
        name = ast.unparse(call.func)
        if name.split(".")[-1] == "Refusal" and call.args:
            yield _Refusal(call.args[0], call.args[1] if len(call.args) > 1 else _keyword(call, "message"))
        elif name == "self.find":
            yield from self._of_find(call)
        elif name in self._functions:
            given = _given(self._functions[name], call, bound=name.startswith("self."))
            for refusal in self._refusals(name):
                yield _Refusal(
                    _filled(refusal.code, given), _filled(refusal.text, given) if refusal.text else None
                )

    def _of_find(self, call: ast.Call) -> Iterator[_Refusal]:
        noun = call.args[2] if len(call.args) > 2 else _keyword(call, "noun")
        if noun is not None:
            text = _joined(ast.Constant("There is no "), noun, ast.Constant(f" {HOLE}."))
            yield _Refusal(_joined(ast.Constant("unknown_"), noun), text)

    def _texts(self, node: ast.expr) -> Iterator[str]:
        """What an expression can say; what is not known is a hole."""
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.Name(id=name) if name in self._constants:
                yield self._constants[name]
            case ast.IfExp(body=body, orelse=orelse):
                yield from (*self._texts(body), *self._texts(orelse))
            case ast.JoinedStr(values=parts):
                yield "".join(next(self._texts(part)) for part in parts)
            case ast.FormattedValue(value=value):
                yield from self._texts(value)
            case _:
                yield HOLE


def _calls(function: Function) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _given(function: Function, call: ast.Call, *, bound: bool) -> dict[str, ast.expr]:
    """Parameter → the expression that a call gives for it."""
    named = [parameter.arg for parameter in [*function.args.posonlyargs, *function.args.args]]
    given = dict(zip(named[1:] if bound else named, call.args, strict=False))
    return given | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _filled(node: ast.expr, given: Mapping[str, ast.expr]) -> ast.expr:
    """An expression with the parameters in it replaced by what a call gives for them."""
    match node:
        case ast.Name(id=name):
            return given.get(name, node)
        case ast.JoinedStr(values=parts):
            return ast.JoinedStr([_filled(part, given) for part in parts])
        case ast.FormattedValue(value=value):
            return ast.FormattedValue(_filled(value, given), -1)
        case _:
            return node


def _joined(*parts: ast.expr) -> ast.JoinedStr:
    return ast.JoinedStr(
        [part if isinstance(part, ast.Constant) else ast.FormattedValue(part, -1) for part in parts]
    )


def _constants(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                found[name] = text
            case _:
                continue
    return found
