"""What `__all__` promises is there, and says what it is."""

from __future__ import annotations

import ast
import importlib
import inspect
from typing import Any

import pytest

from tests.source_tree import PACKAGE, modules


def has_all(tree: ast.Module) -> bool:
    targets = (target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


WITH_ALL = [name for name, tree in modules().items() if has_all(tree)]


def exported(name: str) -> dict[str, Any]:
    module = importlib.import_module(name)
    return {word: getattr(module, word, None) for word in module.__all__ if hasattr(module, word)}


def test_there_are_public_names():
    assert f"{PACKAGE}.spec" in WITH_ALL
    assert f"{PACKAGE}.runtime.standalone" in WITH_ALL


@pytest.mark.parametrize("name", WITH_ALL)
def test_every_public_name_exists_once(name: str):
    promised = importlib.import_module(name).__all__
    assert sorted(set(promised)) == sorted(promised)
    assert set(promised) == set(exported(name))
    assert not [word for word in promised if word.startswith("_")]


@pytest.mark.parametrize("name", WITH_ALL)
def test_public_names_have_docstrings(name: str):
    silent = [
        word
        for word, value in exported(name).items()
        if (inspect.isclass(value) or inspect.isfunction(value)) and not value.__doc__
    ]
    assert silent == []


@pytest.mark.parametrize("name", modules())
def test_every_module_says_what_it_is(name: str):
    said = ast.get_docstring(modules()[name])
    assert said, f"{name} has no docstring"
    assert len(said.splitlines()[0]) <= 110


@pytest.mark.parametrize("name", modules())
def test_every_module_can_be_imported_alone(name: str):
    if not name.endswith(("__main__", "worker_main")):
        importlib.import_module(name)
