"""From an environment to the folder of a standalone server, and the linter of its tools."""

from .hidden import hidden_characters, without_hidden
from .lint import lint, lint_tools
from .lint.names import server_name_fault
from .rendering import Tree, render
from .templating import templates_root
from .tree import require_writable, write_tree
from .wire import wire_tools

__all__ = [
    "Tree",
    "hidden_characters",
    "lint",
    "lint_tools",
    "render",
    "require_writable",
    "server_name_fault",
    "templates_root",
    "wire_tools",
    "without_hidden",
    "write_tree",
]
