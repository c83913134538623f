"""What a server can touch, in plain words, before anybody starts it."""

from __future__ import annotations

import ast

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sandbox.isolation import IsolationReport
from envscaler_mcp.sandbox.parsing import parse_module

SANDBOXED = {
    "hardened": "Run by `envscaler-mcp serve` or `eval`, its code sits in a worker process that has no "
    "files, no network, no environment variables and no other programs (a seccomp filter and limits).",
    "worker": "Run by `envscaler-mcp serve` or `eval`, its code sits in a worker process with limits; files "
    "and network are kept from it by the code policy only, because this machine offers no more.",
    "none": "This machine offers no sandbox: `envscaler-mcp` refuses to run it here; use a Linux container.",
}
OWN_SCRIPT = (
    "Started by its own script (uvx, pip, an MCP client), it runs in its own process with your rights. "
    "What it is built to use of them: memory, standard input and output; a port of this machine with --http; "
    "the files that you name with --state, --save or --journal."
)


def imports_of(source: str) -> list[str]:
    """The modules that the domain's source imports, sorted."""
    try:
        tree = parse_module(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {
        "." * node.level + (node.module or "") for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    return sorted(names)


def in_plain_words(folder: ServerFolder, isolation: IsolationReport, *, sound: bool) -> list[str]:
    """Sentences for a person who is about to decide."""
    imports = ", ".join(imports_of(folder.bundle.text("environment.py"))) or "nothing"
    needs = ", ".join(("mcp", "pydantic", *folder.card.requirements))
    lines = [
        f"Its code is one file, {folder.card.name}/environment.py. It imports: {imports}.",
        f"Installing it installs {needs} and what these need.",
        SANDBOXED[isolation.tier],
        OWN_SCRIPT,
    ]
    if not sound:
        lines.append("Do not start it: what was found above voids these sentences.")
    return lines
