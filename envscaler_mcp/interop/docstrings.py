"""What a docstring tells an agent: the summary, the constraints, and a text for each argument.

Google (`Args:`), NumPy (`Parameters` under a rule) and Sphinx (`:param name:`) layouts are read.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection
from dataclasses import dataclass, field

MAX_TOOL_TEXT = 500
MAX_ARGUMENT_TEXT = 300

_ARGUMENT_SECTIONS = frozenset(
    [
        "args",
        "arguments",
        "parameters",
        "params",
        "inputs",
        "input",
        "parameter",
        "keyword_args",
        "keyword_arguments",
        "other_parameters",
    ]
)
_KEPT_SECTIONS = re.compile(
    r"^(constraints?|rules?|preconditions?|requirements?|notes?|important|warnings?)\b"
)
_DROPPED_SECTIONS = frozenset(
    [
        "returns",
        "return",
        "yields",
        "yield",
        "raises",
        "raise",
        "outputs",
        "output",
        "examples",
        "example",
        "usage",
        "attributes",
        "see_also",
        "references",
        "side_effects",
        "todo",
    ]
)
_HEADING = re.compile(r"^(?P<title>[A-Za-z][A-Za-z /_-]{0,40}):\s*(?P<rest>.*)$")
_ENTRY = re.compile(r"^(?:[-*•+]\s+)?[`*\"']{0,2}\*{0,2}(?P<name>[A-Za-z_]\w*)[`*\"']{0,2}\s*(?P<rest>.*)$")
_SPHINX = re.compile(r"^[:@]param\s+(?:(?P<type>[^:]*?)\s+)?(?P<name>\w+)\s*:\s*(?P<text>.*)$")
_SPHINX_OTHER = re.compile(r"^[:@](?:returns?|rtype|raises?|type|yields?)\b")


@dataclass(frozen=True)
class Argument:
    """What a docstring says of one argument."""

    text: str
    type: str | None = None


@dataclass(frozen=True)
class Docstring:
    """A docstring taken apart; `notes` are (heading, text) pairs worth telling an agent."""

    summary: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    arguments: dict[str, Argument] = field(default_factory=dict[str, Argument])


def read_docstring(text: str | None, parameters: Collection[str]) -> Docstring:
    """Take a docstring apart; only `parameters` count as arguments."""
    sections = _sections(inspect.cleandoc(text or "").splitlines())
    arguments: dict[str, Argument] = {}
    notes: list[tuple[str, str]] = []
    for title, lines in sections[1:]:
        key = title.strip().lower().replace(" ", "_")
        if key in _ARGUMENT_SECTIONS:
            arguments = {**_arguments(lines, parameters), **arguments}
        elif _KEPT_SECTIONS.match(title.lower()) and (body := _body(lines)):
            notes.append((title, body))
    summary, fields = _split_fields(sections[0][1], parameters)
    return Docstring(_body(summary), tuple(notes), {**fields, **arguments})


def tool_text(docstring: Docstring, fallback: str = "") -> str:
    """What an agent needs of a docstring, in at most 500 characters."""
    text = docstring.summary or fallback
    for title, body in docstring.notes:
        joined = f"{text}\n\n{title}:\n{body}" if text else f"{title}:\n{body}"
        if len(joined) > MAX_TOOL_TEXT:
            return _with_what_fits(text, title, body)
        text = joined
    return shorten(text, MAX_TOOL_TEXT)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, never cut inside a word."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        head = head[: max(head.rfind(" "), head.rfind("\n"))] if re.search(r"\s", head) else ""
    return head.rstrip(" \n,;:-") + "…" if head.strip() else ""


def _with_what_fits(text: str, title: str, body: str) -> str:
    """Whole lines of the notes as far as they fit."""
    if len(text) > MAX_TOOL_TEXT:
        return shorten(text, MAX_TOOL_TEXT)
    grown = f"{text}\n\n{title}:" if text else f"{title}:"
    kept = grown
    for line in body.splitlines():
        if len(kept) + 1 + len(line) > MAX_TOOL_TEXT:
            break
        kept = f"{kept}\n{line}"
    if kept != grown:
        return kept
    return text or shorten(f"{grown}\n{body}", MAX_TOOL_TEXT)


def _sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    """(heading, lines) pairs; the first has no heading."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    at = 0
    while at < len(lines):
        line = lines[at]
        heading = _heading(line)
        ruled = at + 1 < len(lines) and bool(re.fullmatch(r"\s*[-=]{3,}\s*", lines[at + 1]))
        if ruled and line.strip() and not line.startswith(" "):
            sections.append((line.strip().rstrip(":"), []))
            at += 2
            continue
        if heading:
            sections.append((heading[0], [heading[1]] if heading[1] else []))
        else:
            sections[-1][1].append(line)
        at += 1
    return sections


def _heading(line: str) -> tuple[str, str] | None:
    match = _HEADING.match(line)
    if not match:
        return None
    key = match["title"].strip().lower().replace(" ", "_")
    if key in _ARGUMENT_SECTIONS or key in _DROPPED_SECTIONS or _KEPT_SECTIONS.match(key.replace("_", " ")):
        return match["title"].strip(), match["rest"].strip()
    return None


def _body(lines: list[str]) -> str:
    """The lines without blank edges, common indent, and hard wraps inside a paragraph kept."""
    text = inspect.cleandoc("\n".join(["", *lines])).strip()
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text))


def _arguments(lines: list[str], parameters: Collection[str]) -> dict[str, Argument]:
    found: dict[str, list[str]] = {}
    types: dict[str, str | None] = {}
    current, depth = "", 0
    for line in inspect.cleandoc("\n".join(["", *lines])).splitlines():
        indent = len(line) - len(line.lstrip())
        entry = _entry(line.strip(), parameters) if not current or indent <= depth else None
        if entry:
            current, types[entry[0]], depth = entry[0], entry[1], indent
            found[current] = [entry[2]]
        elif current and line.strip() and indent > depth:
            found[current].append(line.strip())
        elif line.strip() and indent <= depth:
            current = ""
    return {name: Argument(_joined(texts), types[name]) for name, texts in found.items()}


def _entry(line: str, parameters: Collection[str]) -> tuple[str, str | None, str] | None:
    """`name (type): text` in its variants → (name, type, text)."""
    match = _ENTRY.match(line)
    if not match or match["name"] not in parameters:
        return None
    rest = match["rest"]
    hint, rest = _bracketed(rest)
    if hint is None:
        return _loose_entry(match["name"], rest)
    return match["name"], hint, re.sub(r"^\s*(?::|--?|–|—)?\s*", "", rest)


def _loose_entry(name: str, rest: str) -> tuple[str, str | None, str] | None:
    """`name: text`, `name - text`, or NumPy's `name : type` with the text on the next line."""
    if not rest:
        return name, None, ""
    separated = re.match(r"^\s*(:|--?|–|—)\s*(.*)$", rest)
    if not separated:
        return None
    tail = separated[2]
    numpy = re.fullmatch(r"(?:[A-Za-z_][\w.]*(?:\[.*\])?)(?:\s*\|\s*\w+|\s+or\s+\w+)*(?:,\s*optional)?", tail)
    return (name, tail, "") if numpy and _is_type_word(tail) else (name, None, tail)


def _is_type_word(text: str) -> bool:
    first = re.split(r"[\[\s|,]", text)[0].lower()
    return first in [
        "str",
        "string",
        "int",
        "integer",
        "float",
        "number",
        "bool",
        "boolean",
        "list",
        "dict",
        "tuple",
        "set",
        "any",
        "optional",
        "union",
    ]


def _bracketed(rest: str) -> tuple[str | None, str]:
    """Split `(type, optional): text` at the matching bracket."""
    if not rest.startswith("("):
        return None, rest
    depth = 0
    for at, letter in enumerate(rest):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0:
            return rest[1:at].strip(), rest[at + 1 :]
    return None, rest


def _split_fields(lines: list[str], parameters: Collection[str]) -> tuple[list[str], dict[str, Argument]]:
    """Take Sphinx fields out of the running text."""
    text: list[str] = []
    found: dict[str, list[str]] = {}
    types: dict[str, str | None] = {}
    current: str | None = None
    for line in lines:
        match = _SPHINX.match(line.strip())
        if match and match["name"] in parameters:
            current = str(match["name"])
            found[current], types[current] = [match["text"]], match["type"]
        elif match or _SPHINX_OTHER.match(line.strip()):
            current = ""
        elif current is None or not line.strip() or not line.startswith(" "):
            current = None
            text.append(line)
        elif current:
            found[current].append(line.strip())
    return text, {name: Argument(_joined(texts), types[name]) for name, texts in found.items()}


def _joined(texts: list[str]) -> str:
    """The lines of one argument's text as one, sub-points behind one another."""
    joined = ""
    for text in (part for part in texts if part):
        point = re.match(r"^[-*•]\s+(.*)$", text)
        joined = f"{joined} {point[1].rstrip(' .;,') + ';' if point else text}".strip()
    return shorten(joined.rstrip(";").strip(), MAX_ARGUMENT_TEXT)
