"""Long lines of Python broken as a formatter would: at brackets, then at commas, then at operators.

The input is a statement on one line, as the compiler writes it; strings hold no line breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 110
_OPEN, _CLOSE = "([{", ")]}"
_TERNARY = (" if ", " else ")
_COMPARED = (" not in ", " in ", " is ", " == ", " != ", " <= ", " >= ", " < ", " > ")
_BREAKS = ((" for ", " if "), _TERNARY, (" or ",), (" and ",), _COMPARED, (" + ", " - "))
_STARTS = ("return ", "yield ", "if ", "elif ", "while ")


def laid_out(text: str) -> str:
    """Every line of a source, broken where it is too long. Comments and docstrings are left alone."""
    lines: list[str] = []
    quoted = False
    for line in text.split("\n"):
        quotes = line.count('"""')
        inside = quoted or quotes
        quoted = quoted != (quotes % 2 == 1)
        lines += [line] if inside or line.lstrip().startswith("#") else fitted(line)
    return "\n".join(lines)


def fitted(line: str) -> list[str]:
    """One statement as lines that fit, if there is a way."""
    text = line.lstrip(" ")
    return _statement(text, len(line) - len(text)) if len(line) > WIDTH else [line]


def _statement(text: str, indent: int) -> list[str]:
    head, value, tail = _parted(text)
    if value and _breaks_at(value) is not None:
        body = _body(value, indent + 4)
        return [f"{' ' * indent}{head}(", *body, f"{' ' * indent}){tail}"]
    return _at_bracket(text, indent)


def _parted(text: str) -> tuple[str, str, str]:
    """What stands before a value, the value, and what follows it: `return `, `a and b`, ``."""
    tail = ":" if text.endswith(":") else ""
    whole = text.removesuffix(":") if tail else text
    for start in _STARTS:
        if whole.startswith(start):
            return start, whole.removeprefix(start), tail
    if whole.startswith(("for ", "async for ")) and " in " in whole:
        head, _, value = whole.partition(" in ")
        return f"{head} in ", value, tail
    place = next((place for place in _top(whole) if whole.startswith(" = ", place.at)), None)
    if place and not tail:
        return whole[: place.at + 3], whole[place.at + 3 :], tail
    return text, "", ""


def _at_bracket(text: str, indent: int) -> list[str]:
    start = _widest_bracket(text)
    if start is None:
        return [" " * indent + text]
    end = _matching(text, start)
    inner = text[start + 1 : end]
    if not inner:
        return [" " * indent + text]
    body = _body(inner, indent + 4, comprising=True)
    return [f"{' ' * indent}{text[: start + 1]}", *body, f"{' ' * indent}{text[end:]}"]


def _body(inner: str, indent: int, *, comprising: bool = False) -> list[str]:
    """What stands between brackets: on one line if it fits there, else one part a line."""
    if indent + len(inner) <= WIDTH:
        return [" " * indent + inner]
    if _is_text(inner):
        return _text_lines(inner, indent, end="")
    parts = [part.strip().removesuffix(",").rstrip() for part in _split(inner, (",",))]
    if len(parts) > 1 and comprising and _breaks_at(inner) != _BREAKS[0]:
        return [line for part in parts for line in _part(f"{part},", indent)]
    return _at_operators(inner, indent)


def _part(text: str, indent: int) -> list[str]:
    if indent + len(text) <= WIDTH:
        return [" " * indent + text]
    if _is_text(text.removesuffix(",")):
        return _text_lines(text.removesuffix(","), indent, end=",")
    return _at_bracket(text, indent)


def _is_text(text: str) -> bool:
    """Whether it is one string and nothing else."""
    return text.startswith(('"', 'f"')) and [at for at, _ in _code(text)][-1] <= 1


def _text_lines(text: str, indent: int, *, end: str) -> list[str]:
    """A long string as several that stand after one another, cut at blanks outside braces."""
    prefix, words = ("f", text[2:-1]) if text.startswith("f") else ("", text[1:-1])
    lines: list[str] = []
    line = ""
    for word in _words(words):
        if line and indent + len(line) + len(word) + 4 > WIDTH:
            lines.append(line)
            line = ""
        line += word
    quoted = [_quoted(one, prefix) for one in (*lines, line)]
    return [f"{' ' * indent}{one}{end if one is quoted[-1] else ''}" for one in quoted]


def _quoted(text: str, prefix: str) -> str:
    return f'{prefix if "{" in text or "}" in text else ""}"{text}"'


def _words(text: str) -> Iterator[str]:
    """Words with the blank after each; what stands in braces is one word."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == " " and not depth:
            yield text[start : at + 1]
            start = at + 1
    if text[start:]:
        yield text[start:]


def _at_operators(text: str, indent: int) -> list[str]:
    marks = _breaks_at(text)
    if marks is None:
        return _at_bracket(text, indent)
    lines: list[str] = []
    for part in _split(text, marks):
        whole = part.strip()
        lines += [" " * indent + whole] if indent + len(whole) <= WIDTH else _at_operators(whole, indent)
    return lines


def _breaks_at(text: str) -> tuple[str, ...] | None:
    """The loosest operators outside brackets."""
    places = list(_top(text))
    for marks in _BREAKS:
        wanted = marks[:1] if marks[0] == " for " else marks
        if any(text.startswith(mark, place.at) for place in places for mark in wanted):
            return marks
    return None


@dataclass(frozen=True)
class _Place:
    """A place outside brackets and strings."""

    at: int


def _top(text: str) -> Iterator[_Place]:
    """Every place outside brackets and strings."""
    depth = 0
    for at, character in _code(text):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif not depth:
            yield _Place(at)


def _code(text: str) -> Iterator[tuple[int, str]]:
    """Every character that is not in a string; of a string, its first quote."""
    at = 0
    while at < len(text):
        yield at, text[at]
        if text[at] == '"':
            at += 1
            while text[at] != '"':
                at += 2 if text[at] == "\\" else 1
        at += 1


def _split(text: str, marks: tuple[str, ...]) -> list[str]:
    """Parts outside brackets; an operator opens its part, a comma closes it."""
    cuts = [0]
    for place in _top(text):
        if any(text.startswith(mark, place.at) for mark in marks) and place.at >= cuts[-1]:
            cuts.append(place.at + 1)
    ends = [*cuts[1:], len(text)]
    parts = [text[start:end] for start, end in zip(cuts, ends, strict=True)]
    return [part for part in parts if part.strip()]


def _widest_bracket(text: str) -> int | None:
    """Where the bracket opens that holds most and is in no other; the earlier one of equals."""
    widest, found = 1, None
    depth = start = 0
    for at, character in _code(text):
        if character in _OPEN:
            start = start if depth else at
            depth += 1
        elif character in _CLOSE:
            depth -= 1
            if not depth and at - start > widest:
                widest, found = at - start, start
    return found


def _matching(text: str, start: int) -> int:
    depth = 0
    for at, character in _code(text):
        if at < start:
            continue
        depth += (character in _OPEN) - (character in _CLOSE)
        if not depth:
            return at
    raise ValueError(f"a bracket is not closed: {text}")
