"""Is everything but the domain what a render of this version makes of it?

Only `environment.py` can hold code of a stranger that the policy looks at. Whatever else could run (the
runtime, the start script, the tests, the build, the bundle's command) must be, byte for byte, what the card
renders to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envscaler_mcp.render import render
from envscaler_mcp.render.rendering import CARD
from envscaler_mcp.render.sharing_files import NAMESPACE, distribution
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Grading, Problem

from .parcel import Parcel
from .wheels import configuration

DOMAIN = ("environment.py", "policy.md", "tools.json")
"""Judged by what they say, not compared."""
TEXTS = frozenset(("README.md", "server.json", "LICENSE"))
"""Nobody runs these: an author may edit them."""
_NAMESPACE = r"[A-Za-z0-9.-]+"
_METADATA_NAMES = frozenset(("METADATA", "WHEEL", "RECORD", "entry_points.txt"))


def foreign_parts(folder: ServerFolder, parcel: Parcel) -> Iterator[Problem]:
    """Whatever differs from the render, and whatever the card does not list."""
    card = folder.card
    complete = all(folder.grading(identifier) for identifier in folder.ids)
    pairs = [(folder.scenario(one), folder.grading(one) or Grading(id=one, checks=())) for one in folder.ids]
    tree = render(folder.environment(), pairs)
    for name in sorted((parcel.files.keys() & card.digests.keys()) - tree.keys()):
        yield Problem(code="unlisted_file", where=name, message="No server has such a file.")
    for name, text in tree.items():
        inside = name.removeprefix(f"{card.name}/")
        judged = name == CARD or name.startswith("grading/") or inside.startswith("scenarios/")
        told = name == "README.md" and not complete  # it tells of gradings that did not come along
        if name in parcel.files and not judged and not told and (inside == name or inside not in DOMAIN):
            yield from _compared(name, _with_our_namespace(folder, parcel.files[name]), text.encode("utf-8"))
    yield from _metadata(folder, parcel)


def _compared(name: str, found: bytes, expected: bytes) -> Iterator[Problem]:
    if found == expected:
        return
    if name in TEXTS:
        message = "This text was edited after it was rendered; read it."
        yield Problem(code="edited", where=name, message=message, severity="warning")
    elif "/_runtime/" in name:
        message = "This is not the runtime of this version of envscaler-mcp: it was changed, or is another's."
        yield Problem(code="runtime_differs", where=name, message=message)
    else:
        message = "This file can run or start something and is not what the card renders to."
        yield Problem(code="not_as_rendered", where=name, message=message)


def _with_our_namespace(folder: ServerFolder, content: bytes) -> bytes:
    """Authors put a namespace of their own in the place of the reserved one."""
    name = re.escape(f"/{distribution(folder.card)}").encode()
    marks = rb'(mcp-name: |server\.name="|"name": "|in `)'
    pattern = re.compile(marks + _NAMESPACE.encode() + rb"(?=" + name + rb"\b)")
    return pattern.sub(lambda found: found[1] + NAMESPACE.encode(), content)


def _metadata(folder: ServerFolder, parcel: Parcel) -> Iterator[Problem]:
    """A wheel's records may start and require only what the server does."""
    project = configuration(folder.environment())["project"]
    for name, content in parcel.metadata.items():
        text = content.decode("utf-8", "replace")
        last = name.rpartition("/")[2]
        if parcel.kind == "wheel" and last not in _METADATA_NAMES:
            yield Problem(code="unlisted_file", where=name, message="The card does not list this file.")
        elif last == "entry_points.txt" and _started(text) != sorted(
            f"{script} = {target}" for script, target in project["scripts"].items()
        ):
            yield Problem(code="not_as_rendered", where=name, message="It installs other programs.")
        elif last in ("METADATA", "PKG-INFO") and _required(text) != _wanted(project):
            yield Problem(code="not_as_rendered", where=name, message="It requires other distributions.")


def _started(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return sorted(lines[1:]) if lines[:1] == ["[console_scripts]"] else ["another section"]


def _required(text: str) -> set[str]:
    header = text.split("\n\n", 1)[0]
    wanted = {line.partition(":")[2] for line in header.splitlines() if line.startswith("Requires-Dist:")}
    return {_plain(line) for line in wanted}


def _wanted(project: dict[str, list[str]]) -> set[str]:
    extras: dict[str, list[str]] = project["optional-dependencies"]  # type: ignore[assignment]
    named = {f"{line}; extra == '{extra}'" for extra, lines in extras.items() for line in lines}
    return {_plain(line) for line in (*project["dependencies"], *named)}


def _plain(requirement: str) -> str:
    """One spelling of a requirement: the parts of its version in order, no blanks, one kind of quotes."""
    whole, _, marker = requirement.replace(" ", "").replace('"', "'").partition(";")
    found = re.match(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?", whole)
    name = found.group() if found else ""
    return f"{name}{','.join(sorted(whole[len(name) :].split(',')))};{marker}"
