"""A row of a release's environments → its class, and from that an `Environment`."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, digest_bytes
from envscaler_mcp.sandbox.parsing import parse_module
from envscaler_mcp.spec.environment import Environment, EnvironmentCard, Provenance, RuleCard, ToolCard
from envscaler_mcp.spec.problem import Problem
from envscaler_mcp.spec.record import Json, State

from .entities import described, entities_of
from .names import snake, title
from .plain_tools import Kind, Released, tool_cards
from .policies import policy_text
from .repairs import repaired_source
from .rows import Row, names_row, nested
from .signatures import Types

MARKS = ("env_class_code", "env_class_name", "env_class_def", "operation_list")
ENGINE = "import envscaler"


@dataclass(frozen=True)
class ReleasedClass:
    """A usable row: the class, repaired, and everything the release says of it."""

    env_id: str
    class_name: str
    where: str
    source: str
    definition: ast.ClassDef
    module: ast.Module
    row: Row
    tools: tuple[ToolCard, ...]
    problems: tuple[Problem, ...]


def read_class_row(row: Row) -> ReleasedClass | Problem:
    """The class of a row, or the Problem that makes the row useless."""
    env_id = str(
        row.value.get("env_id") or row.key or snake(str(row.value.get("env_class_name", "environment")))
    )
    where = names_row(row, env_id)
    text = row.value.get("env_class_code")
    if not isinstance(text, str) or not text.strip():
        return Problem(code="class_missing", where=where, message="the row has no env_class_code")
    try:
        module = parse_module(source := _clean(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        return Problem(code="class_syntax", where=where, message=f"the class does not parse: {reason}{place}")
    name = _class_name(row, module)
    if name is None:
        return Problem(
            code="class_missing", where=where, message="env_class_code defines no class of that name"
        )
    return _with_tools(row, env_id, where, name, source)


def environment_of(found: ReleasedClass, name: str, starts: Sequence[State]) -> Environment:
    """The environment of a usable row under a server name.

    Args:
        found: the row.
        name: the server's name.
        starts: start states of its scenarios; they show which field is a row's key.
    """
    heading = title(found.class_name)
    rules = _rules(found.row)
    introduction = _introduction(found.row) or f"{heading}."
    policy = policy_text(heading, introduction, [rule.text for rule in rules])
    entities = entities_of(found.definition, Types.of(found.module), starts)
    space = _nested_or_none(found.row.value.get("state_space_definition"))
    card = EnvironmentCard(
        name=name,
        title=heading,
        introduction=introduction,
        form="plain",
        class_name=found.class_name,
        entities=described(entities, space),
        rules=rules,
        tools=found.tools,
        policy=digest_bytes(policy.encode("utf-8")),
        provenance=Provenance(engine=ENGINE, sources=(found.where,)),
        problems=found.problems,
    )
    return Environment(card, found.source, policy)


def longest_tool(found: ReleasedClass) -> int:
    """The length of the longest tool name."""
    return max((len(tool.name) for tool in found.tools), default=0)


def _with_tools(row: Row, env_id: str, where: str, name: str, source: str) -> ReleasedClass | Problem:
    source, repairs = repaired_source(source)
    module = parse_module(source)
    definition = [node for node in module.body if isinstance(node, ast.ClassDef) and node.name == name][-1]
    bases = _bases(definition, module)
    tools, problems = tool_cards(definition, module, where, released=_released(row), inherited=bases)
    if not tools:
        return Problem(code="no_tools", where=where, message=f"the class {name} has no public method")
    mended = [
        Problem(
            code="repaired",
            where=f"{where}: {repair.where}" if repair.where else where,
            message=repair.message,
            severity="warning",
        )
        for repair in repairs
    ]
    return ReleasedClass(
        env_id, name, where, source, definition, module, row, tuple(tools), (*mended, *problems)
    )


def _bases(definition: ast.ClassDef, module: ast.Module) -> list[ast.ClassDef]:
    """Base classes that stand in the same module, nearest first."""
    known = {
        node.name: node for node in module.body if isinstance(node, ast.ClassDef) and node is not definition
    }
    found: list[ast.ClassDef] = []
    waiting = [base.id for base in definition.bases if isinstance(base, ast.Name)]
    while waiting:
        node = known.pop(waiting.pop(0), None)
        if node is not None:
            found.append(node)
            waiting += [base.id for base in node.bases if isinstance(base, ast.Name)]
    return found


def _class_name(row: Row, module: ast.Module) -> str | None:
    """The named class; without a name, the last class that has public methods."""
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    named = row.value.get("env_class_name")
    if named:
        return str(named) if any(node.name == named for node in classes) else None
    stateful = [node for node in classes if any(isinstance(part, ast.FunctionDef) for part in node.body)]
    return stateful[-1].name if stateful else None


def _clean(text: str) -> str:
    """The source without a Markdown fence, a byte-order mark or foreign line ends."""
    fenced = re.fullmatch(r"\s*```(?:python|py)?[ \t]*\n(.*?)\n?\s*```\s*", text, re.DOTALL)
    body = (fenced[1] if fenced else text).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return body if body.endswith("\n") else f"{body}\n"


def _released(row: Row) -> Released:
    kinds: dict[str, Kind] = {}
    texts: dict[str, str] = {}
    for operation in _list(row.value.get("operation_list")):
        name = str(operation.get("operation_name", ""))
        kind = _kind(operation.get("operation_type"))
        if kind:
            kinds[name] = kind
        texts[name] = str(operation.get("operation_description") or "")
    return Released(_order(row.value.get("tools")), kinds, texts)


def _kind(value: Json) -> Kind | None:
    text = str(value or "").strip().lower()
    if not text:
        return None
    return "read" if re.search(r"(?:^|[^a-z])(?:query|read|get|retriev|inspect|info)", text) else "write"


def _order(value: Json) -> list[str] | None:
    """Names of the released tools, in OpenAI's or MCP's shape; None where there are none."""
    tools = [cast("dict[str, Json]", tool.get("function") or tool) for tool in _list(value)]
    return [str(tool["name"]) for tool in tools if tool.get("name")] or None


def _rules(row: Row) -> tuple[RuleCard, ...]:
    value = _nested_or_none(row.value.get("constraints_rules"))
    texts = [_line(part) for part in (cast("list[Json]", value) if isinstance(value, list) else [])]
    kept = [text for text in dict.fromkeys(texts) if text]
    return tuple(
        RuleCard(id=f"rule_{at:02}", text=text, executable=False) for at, text in enumerate(kept, start=1)
    )


def _line(value: Json) -> str:
    if isinstance(value, dict):
        parts = cast("dict[str, Json]", value)
        value = next(
            (parts[key] for key in ("rule", "text", "description", "constraint") if key in parts), ""
        )
    return re.sub(r"^[-*•]\s+", "", " ".join(str(value or "").split()))


def _introduction(row: Row) -> str:
    texts = (row.value.get("environment_introduction"), row.value.get("environment_summary"))
    return next((" ".join(text.split()) for text in texts if isinstance(text, str) and text.strip()), "")


def _list(value: Json) -> list[dict[str, Json]]:
    inner = _nested_or_none(value)
    rows = cast("list[Json]", inner) if isinstance(inner, list) else []
    return [cast("dict[str, Json]", part) for part in rows if isinstance(part, dict)]


def _nested_or_none(value: Json) -> Json:
    try:
        return nested(value)
    except StrictJsonError:
        return None
