"""What the code of a class says beyond its card, read and never run.

A native card names the codes with which a tool refuses, and the values that a field or parameter may have. A
plain class has the same in its code: `return {"success": False, …}`, `if status not in ("open", "closed")`,
`row["status"] = "closed"`. Which collections a method touches, itself or through other methods, stands in the
code of both. What is spelt in other ways is not seen.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

VERDICTS = ("success", "ok")
"""Keys under which a result says whether anything was done."""
FAILED = ("error", "errors")
LISTED = (ast.List, ast.Tuple, ast.Set)


@dataclass(frozen=True)
class Coded:
    """Of one class.

    Attributes:
        declines: method → ways in which it says no.
        choices: method → parameter → how many values it is held against.
        values: field → how many words it is compared with or set to; two or more.
        touched: method → attributes of the instance that it, or a method that it calls, reads or writes.
    """

    declines: Mapping[str, int] = field(default_factory=dict[str, int])
    choices: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, dict[str, int]])
    values: Mapping[str, int] = field(default_factory=dict[str, int])
    touched: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])


def coded_in(source: str, class_name: str) -> Coded:
    """What the code of a class says; nothing where there is no such class."""
    tree = ast.parse(source)
    classes = (one for one in tree.body if isinstance(one, ast.ClassDef) and one.name == class_name)
    methods = {part.name: part for one in classes for part in one.body if isinstance(part, ast.FunctionDef)}
    known = dict(_lists(tree))
    own = {name: frozenset(_attributes(method)) for name, method in methods.items()}
    return Coded(
        {name: sum(map(_declines, ast.walk(method))) for name, method in methods.items()},
        {name: dict(_choices(method, known | dict(_lists(method)))) for name, method in methods.items()},
        _field_values(tree),
        {name: _reached(name, own) for name in methods},
    )


def _declines(node: ast.AST) -> bool:
    """Whether this is a result that says no, or an exception that is raised here."""
    if isinstance(node, ast.Raise):
        return node.exc is not None
    if not isinstance(node, ast.Return) or not isinstance(node.value, ast.Dict):
        return False
    pairs = zip(node.value.keys, node.value.values, strict=True)
    said = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    verdicts = [said[name] for name in VERDICTS if name in said]
    if verdicts:
        return any(isinstance(one, ast.Constant) and one.value is False for one in verdicts)
    return any(name in said for name in FAILED)


def _choices(method: ast.FunctionDef, known: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Parameters that are held against a list of values: `status not in VALID_STATUSES`."""
    parameters = {one.arg for one in (*method.args.args, *method.args.kwonlyargs)}
    for node in ast.walk(method):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            length = _length(node.comparators[0], known)
            if length and isinstance(node.left, ast.Name) and node.left.id in parameters:
                yield node.left.id, length


def _lists(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names and attributes that are given a list of constants, with its length."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if length := _length(node.value, {}):
                yield from ((ast.unparse(target), length) for target in targets)


def _length(node: ast.expr, known: Mapping[str, int]) -> int:
    """How many constants a list has, or the list of that name; 0 for anything else."""
    if isinstance(node, LISTED) and all(isinstance(one, ast.Constant) for one in node.elts):
        return len(node.elts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return _length(node.args[0], known)  # set([...]), frozenset((...))
    return known.get(ast.unparse(node), 0)


def _field_values(tree: ast.AST) -> dict[str, int]:
    """Fields of rows that are dictionaries, with how many words they are compared with or set to."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found[_field(node.left)].update(*map(_words, node.comparators))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found[_field(target)].update(_words(node.value))
    return {name: len(words) for name, words in found.items() if name and len(words) > 1}


def _field(node: ast.expr) -> str:
    """`row["status"]` and `row.get("status")` name a field; anything else names none."""
    if isinstance(node, ast.Subscript):
        key = node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        key = node.args[0] if node.args else None
    else:
        key = None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _words(node: ast.expr) -> list[str]:
    parts = node.elts if isinstance(node, LISTED) else [node]
    return [one.value for one in parts if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _attributes(method: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(method):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node.attr


def _reached(method: str, own: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What a method touches itself and through the methods that it calls."""
    seen: set[str] = set()
    left = [method]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += own.get(one, frozenset())
    return frozenset(seen - {method})
