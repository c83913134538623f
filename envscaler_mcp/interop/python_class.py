"""Any stateful Python class whose public methods are tools → an `Environment`. Nothing is imported."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.metadata import packages_distributions, version
from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.spec.environment import Environment, EnvironmentCard, Provenance
from envscaler_mcp.spec.problem import Problem

from .entities import entities_of
from .modules import Module, find_class, find_module, imports_of, search_path
from .names import server_names, title
from .plain_tools import tool_cards
from .policies import policy_text
from .repairs import repaired_source
from .signatures import Types

ENGINE = "import class"


def read_class(
    reference: str, load_method: str | None = None, *, places: Sequence[Path] | None = None
) -> tuple[Environment, tuple[Problem, ...]]:
    """A server from a class, named `MODULE:CLASS` or `path/to/file.py:CLASS`.

    Args:
        reference: the class.
        load_method: the method that takes a start state, where it is not the constructor.
        places: folders to look for modules in; by default here and on `sys.path`.

    Raises:
        BadInput: there is no such module, class or method, or the class offers no tool.
    """
    module_name, _, class_name = reference.rpartition(":")
    if not module_name or not class_name:
        raise BadInput(reference, "this names no class", "write MODULE:CLASS")
    looked = search_path() if places is None else list(places)
    named = find_module(module_name, looked)
    module, definition = find_class(named, class_name, looked)
    owned, problems = _bases(module, definition, looked, reference)
    bases = [node for _, node in owned]
    names = _merged(module, [owner for owner, _ in owned])
    _require_load(definition, bases, load_method, reference)
    return _built(
        reference, module, definition, names=names, bases=bases, load_method=load_method, problems=problems
    )


def _built(
    reference: str,
    module: Module,
    definition: ast.ClassDef,
    *,
    names: ast.Module,
    bases: Sequence[ast.ClassDef],
    load_method: str | None,
    problems: list[Problem],
) -> tuple[Environment, tuple[Problem, ...]]:
    without = {load_method} if load_method else set[str]()
    tools, told = tool_cards(definition, names, reference, without=without, inherited=bases)
    if not tools:
        raise BadInput(reference, "the class has no public method", "name a class whose methods are tools")
    source, requirements, more = _source(module, definition.name, reference)
    found = (*problems, *told, *_constructor(definition, load_method, reference), *more)
    name = server_names([("", definition.name, max(len(tool.name) for tool in tools))])[0]
    heading = title(definition.name)
    introduction = _introduction(definition) or f"{heading}."
    policy = policy_text(heading, introduction, [])
    card = EnvironmentCard(
        name=name,
        title=heading,
        introduction=introduction,
        form="plain",
        class_name=definition.name,
        load_method=load_method,
        requirements=requirements,
        entities=entities_of(definition, Types.of(names)),
        tools=tuple(tools),
        policy=digest_bytes(policy.encode("utf-8")),
        provenance=Provenance(engine=ENGINE, sources=(f"{module.name}:{definition.name}",)),
        problems=found,
    )
    return Environment(card, source, policy), found


def _merged(module: Module, others: Sequence[Module]) -> ast.Module:
    """What the names of a module and of its base classes' modules stand for, in one tree."""
    trees = {other.path: other.tree for other in reversed(others)} | {module.path: module.tree}
    return ast.Module([node for tree in trees.values() for node in tree.body], [])


def _introduction(definition: ast.ClassDef) -> str:
    """The first paragraph of the class's docstring."""
    text = inspect.cleandoc(ast.get_docstring(definition) or "")
    return " ".join(text.split("\n\n")[0].split())


def _bases(
    module: Module, definition: ast.ClassDef, places: Sequence[Path], reference: str
) -> tuple[list[tuple[Module, ast.ClassDef]], list[Problem]]:
    """Base classes that can be found, with their modules, nearest first; a Problem for each that cannot."""
    found: list[tuple[Module, ast.ClassDef]] = []
    problems: list[Problem] = []
    waiting = [(module, base) for base in definition.bases]
    while waiting and len(found) < 32:
        home, base = waiting.pop(0)
        name = ast.unparse(base).split("[")[0]
        if name in ("object", "Generic", "ABC", "abc.ABC", "Protocol", "typing.Generic"):
            continue
        try:
            owner, node = find_class(home, name, places)
        except BadInput:
            message = f"the base class {name} was not found; tools that it defines are missing"
            problems.append(
                Problem(code="base_missing", where=reference, message=message, severity="warning")
            )
            continue
        found.append((owner, node))
        waiting += [(owner, part) for part in node.bases]
    return found, problems


def _require_load(
    definition: ast.ClassDef, bases: Sequence[ast.ClassDef], load_method: str | None, reference: str
) -> None:
    if load_method is None:
        return
    methods = [
        node.name
        for owner in (definition, *bases)
        for node in owner.body
        if isinstance(node, ast.FunctionDef)
    ]
    if load_method in methods:
        return
    likely = [name for name in methods if "load" in name or "reset" in name or "init_" in name]
    close = list(dict.fromkeys([*get_close_matches(load_method, methods, cutoff=0.5), *likely]))
    remedy = (
        f"did you mean {' or '.join(close)}?"
        if close
        else "leave --load out: the constructor takes the state"
    )
    raise BadInput(reference, f"the class has no method {load_method!r} to load a start state", remedy)


def _constructor(definition: ast.ClassDef, load_method: str | None, reference: str) -> list[Problem]:
    """A constructor that wants more than a start state cannot be called."""
    made = [node for node in definition.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    if not made:
        return []
    arguments = made[-1].args
    required = len(arguments.args) + len(arguments.posonlyargs) - 1 - len(arguments.defaults)
    required += sum(default is None for default in arguments.kw_defaults)
    if required <= (0 if load_method else 1):
        return []
    message = f"the constructor wants {required} arguments; an episode can give it at most the start state"
    return [Problem(code="constructor", where=reference, message=message)]


def _source(module: Module, class_name: str, reference: str) -> tuple[str, tuple[str, ...], list[Problem]]:
    """`environment.py` and its requirements: the module's own text, or an import of an installed class."""
    foreign = imports_of(module) - sys.stdlib_module_names
    if not foreign:
        return _own_text(module, reference)
    own = module.name.split(".")[0]
    requirement = _requirement(own)
    if requirement is None and own not in foreign:
        return _with_requirements(module, foreign, reference)
    text = f'"""{title(class_name)}, as its own package defines it."""\n\n'
    text += f"from {module.name} import {class_name}\n\n__all__ = [{class_name!r}]\n"
    if requirement is not None:
        return text, (requirement,), []
    message = f"the package {own!r} is no installed distribution; the server runs only where it imports"
    return text, (), [Problem(code="not_installed", where=reference, message=message, severity="warning")]


def _own_text(module: Module, reference: str) -> tuple[str, tuple[str, ...], list[Problem]]:
    source, repairs = repaired_source(module.source.replace("\r\n", "\n"))
    problems = [
        Problem(
            code="repaired",
            where=f"{reference}.{repair.where}" if repair.where else reference,
            message=repair.message,
            severity="warning",
        )
        for repair in repairs
    ]
    return source, (), problems


def _with_requirements(
    module: Module, foreign: set[str], reference: str
) -> tuple[str, tuple[str, ...], list[Problem]]:
    """A local file that needs other people's distributions: its text, and those."""
    found = {name: _requirement(name) for name in sorted(foreign)}
    missing = [name for name, requirement in found.items() if requirement is None]
    source, _, problems = _own_text(module, reference)
    problems += [
        Problem(code="not_installed", where=reference, message=f"the import {name!r} is not installed here")
        for name in missing
    ]
    return source, tuple(sorted({each for each in found.values() if each})), problems


def _requirement(package: str) -> str | None:
    """`name==version` of the installed distribution that a top-level package comes from."""
    names = packages_distributions().get(package)
    return f"{names[0]}=={version(names[0])}" if names else None
