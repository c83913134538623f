"""Rules about names: what clients accept, what other frameworks take for themselves."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator
from itertools import pairwise

from envscaler_mcp.runtime.standalone.environment import RESERVED_TOOL_NAMES, TOOL_NAME, Environment

from .subject import Finding, Subject

SERVER_NAME = re.compile(r"^[a-z][a-z0-9_]{0,47}\Z")
RESERVED_SERVER_NAMES = frozenset(
    ("tests", "grading", "build", "dist", "runs", "mcp", "mcp_types", "pydantic", "pytest", "envscaler_mcp")
)
"""Folders beside the package, what version control ignores, and what the package imports."""
QUALIFIED_LIMIT = 64
_VERSION = re.compile(r"^\d+\.\d+\.\d+\Z")
_REQUIREMENT = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9.+!]+\Z")


def server_name_fault(name: str) -> str | None:
    """Why a server cannot have this name, or None."""
    if not SERVER_NAME.match(name):
        return "a server's name is lower case, at most 48 characters, a letter first"
    if name in RESERVED_SERVER_NAMES or keyword.iskeyword(name) or name in sys.stdlib_module_names:
        return "this name is a Python module, a keyword or a folder of every server"
    return None


def server_name(subject: Subject) -> Iterator[Finding]:
    """The server's name is a plain module name that nothing else has."""
    if fault := server_name_fault(subject.server):
        yield Finding("/name", f"{subject.server!r}: {fault}")


def tool_name(subject: Subject) -> Iterator[Finding]:
    """Tool names are short, lower-case identifiers."""
    for tool in subject.tools:
        if not TOOL_NAME.match(tool.name) or keyword.iskeyword(tool.name):
            yield Finding(
                f"/tools/{tool.name}", "a tool's name is lower case, at most 40 characters, a letter first"
            )


def tool_name_reserved(subject: Subject) -> Iterator[Finding]:
    """Tool names leave alone what frameworks use."""
    for tool in subject.tools:
        if tool.name in RESERVED_TOOL_NAMES:
            yield Finding(f"/tools/{tool.name}", "other frameworks use this name; choose another")


def tool_name_attribute(subject: Subject) -> Iterator[Finding]:
    """Tool names leave alone the attributes of the base class."""
    for tool in subject.tools:
        if tool.name not in RESERVED_TOOL_NAMES and hasattr(Environment, tool.name):
            yield Finding(
                f"/tools/{tool.name}", "the base class has an attribute of this name; choose another"
            )


def tool_name_unique(subject: Subject) -> Iterator[Finding]:
    """No two tools share a name."""
    names = [tool.name for tool in subject.tools]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(f"/tools/{name}", f"{names.count(name)} tools have this name")


def qualified_name(subject: Subject) -> Iterator[Finding]:
    """`mcp__<server>__<tool>` fits into 64 characters."""
    for tool in subject.tools:
        length = len(f"mcp__{subject.server}__{tool.name}")
        if length > QUALIFIED_LIMIT:
            message = f"{length} characters with the server's name before it, clients take {QUALIFIED_LIMIT}"
            yield Finding(f"/tools/{tool.name}", f"{message}; shorten one of the two names")


def sorted_list(subject: Subject) -> Iterator[Finding]:
    """Tools are listed by name, so that the list is the same everywhere."""
    names = [tool.name for tool in subject.tools]
    for earlier, later in pairwise(names):
        if earlier > later:
            yield Finding(f"/tools/{later}", f"stands after {earlier}; sort the list by name")
            return


def version(subject: Subject) -> Iterator[Finding]:
    """The version is an exact one."""
    text = subject.card.get("version")
    if text is not None and not _VERSION.match(text):
        yield Finding("/version", f"{text!r} is no exact version; write three numbers such as 1.0.0")


def requirement(subject: Subject) -> Iterator[Finding]:
    """Requirements are pinned names, never addresses."""
    for text in subject.card.get("requirements", ()):
        if not _REQUIREMENT.match(text):
            yield Finding("/requirements", f"{text!r} is not of the form name==version")
