"""YAML that people write, read as strictly as JSON: unique keys, no anchors, and lines in errors."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, cast

import yaml

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import MAX_DEPTH

MAX_YAML_CHARACTERS = 1024 * 1024
Steps = tuple[int | str, ...]

_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


class _Loader(yaml.SafeLoader):
    """SafeLoader, without what YAML 1.1 guesses about dates and what JSON has no word for."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (so declared in the base class)
        sign: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            spelt = str(key.value)
            if spelt in seen:
                problem = f"the key {spelt!r} stands twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(spelt)
        return super().construct_mapping(node, deep=deep)


def load_yaml(text: str | bytes, where: str) -> Any:
    """The value of one YAML document.

    Raises:
        BadInput: it is no YAML, or more than plain values; the line is named.
    """
    try:
        decoded = _decoded(text, where)
        _check_tokens(decoded, where)
        return yaml.load(decoded, Loader=_Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        raise BadInput(where, f"not YAML{_line(error)}: {error.problem}", "correct that line") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:200] or "nested too deeply"
        raise BadInput(where, f"not YAML: {reason}", "correct the file") from error


def line_of(text: str | bytes, steps: Steps) -> int | None:
    """The line (from 1) of the deepest part of `steps` that the document has."""
    node = _compose(text)
    line = None
    for step in steps:
        found = _child(node, step)
        if found is None:
            break
        mark, node = found
        line = mark.line + 1
    return line


def _compose(text: str | bytes) -> yaml.Node | None:
    return cast("yaml.Node | None", yaml.compose(text, Loader=_Loader))  # pyright: ignore[reportUnknownMemberType]


def _check_tokens(text: str, where: str) -> None:
    """Refuse, before anything is built, what makes a small file a large or deep value."""
    depth = 0
    tokens = cast("Iterator[yaml.Token]", yaml.scan(text, Loader=_Loader))  # pyright: ignore[reportUnknownMemberType]
    for token in tokens:
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            raise BadInput(where, f"nested deeper than {MAX_DEPTH} levels", "flatten the file")
        if isinstance(token, yaml.AnchorToken):
            problem = "anchors and aliases are not used here"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=token.start_mark)


def _child(node: yaml.Node | None, step: int | str) -> tuple[yaml.Mark, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        part = node.value[step]
        return part.start_mark, part
    return None


def _decoded(text: str | bytes, where: str) -> str:
    if len(text) > MAX_YAML_CHARACTERS:
        raise BadInput(where, f"larger than {MAX_YAML_CHARACTERS} characters", "split the file")
    try:
        return text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise BadInput(where, f"not UTF-8 at byte {error.start}", "save it as UTF-8") from error


def _line(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
