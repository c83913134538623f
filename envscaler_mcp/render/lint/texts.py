"""Rules about size and text: context is paid for, and nothing may hide in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from envscaler_mcp.render.hidden import hidden_characters
from envscaler_mcp.runtime.standalone.canonical import dumps

from .subject import Finding, Subject

MAX_TOOLS = 40
GOOD_TOOLS = 25
MAX_DESCRIPTION = 500
MAX_LIST_BYTES = 32 * 1024
MAX_TITLE = 80


def tool_count(subject: Subject) -> Iterator[Finding]:
    """At most 40 tools; beyond 25 models choose worse."""
    count = len(subject.tools)
    if count == 0:
        yield Finding("/tools", "there is no tool")
    elif count > MAX_TOOLS:
        yield Finding("/tools", f"{count} tools; some clients take no more than {MAX_TOOLS}")
    elif count > GOOD_TOOLS:
        yield Finding("/tools", f"{count} tools; aim at {GOOD_TOOLS} or fewer", "warning")


def description_length(subject: Subject) -> Iterator[Finding]:
    """A tool's description has at most 500 characters."""
    for tool in subject.tools:
        if len(tool.description) > MAX_DESCRIPTION:
            yield Finding(
                f"/tools/{tool.name}/description",
                f"{len(tool.description)} characters, at most {MAX_DESCRIPTION}; keep what the agent needs",
            )


def description_missing(subject: Subject) -> Iterator[Finding]:
    """Every tool says what it does."""
    for tool in subject.tools:
        if not tool.description.strip():
            yield Finding(f"/tools/{tool.name}/description", "the tool has no description")


def list_size(subject: Subject) -> Iterator[Finding]:
    """The whole list fits into 32 KiB."""
    size = len(dumps([tool.raw for tool in subject.tools]).encode("utf-8", "surrogatepass"))
    if size > MAX_LIST_BYTES:
        yield Finding("/tools", f"the list of tools has {size} bytes, at most {MAX_LIST_BYTES}")


def title(subject: Subject) -> Iterator[Finding]:
    """The title fits on a line."""
    text = subject.texts.get("/title")
    if text is not None and (len(text) > MAX_TITLE or "\n" in text or not text.strip()):
        yield Finding("/title", f"a title is one line of at most {MAX_TITLE} characters")


def hidden_text(subject: Subject) -> Iterator[Finding]:
    """No character that people do not see: zero-width, bidirectional, tags, controls."""
    for where, text in _all_texts(subject):
        if found := hidden_characters(text):
            yield Finding(where, f"hidden characters: {', '.join(found[:5])}; remove them")


def _all_texts(subject: Subject) -> Iterator[tuple[str, str]]:
    yield from subject.texts.items()
    for tool in subject.tools:
        yield from _strings(tool.raw, f"/tools/{ascii(tool.name)[1:-1]}")


def _strings(value: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, part in cast("Mapping[str, Any]", value).items():
            yield f"{where} (a key)", str(key)
            yield from _strings(part, f"{where}/{ascii(str(key))[1:-1]}")
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(cast("list[Any]", value)):
            yield from _strings(part, f"{where}/{index}")
