"""What the rules look at, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from envscaler_mcp.spec.problem import Problem

Schema = Mapping[str, Any]
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Tool:
    """One tool of a `tools/list`, as lenient as a linter must be towards a bad one."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name, or the empty string."""
        return str(self.raw.get("name", ""))

    @property
    def description(self) -> str:
        """Its description, or the empty string."""
        return str(self.raw.get("description") or "")

    @property
    def input(self) -> Schema:
        """Its input schema, or an empty one."""
        return _mapping(self.raw.get("inputSchema"))

    @property
    def output(self) -> Schema:
        """Its output schema, or an empty one."""
        return _mapping(self.raw.get("outputSchema"))

    @property
    def roots(self) -> tuple[tuple[str, Schema], ...]:
        """Both schemas with the path each one has in a tool."""
        return (("/inputSchema", self.input), ("/outputSchema", self.output))


@dataclass(frozen=True)
class Subject:
    """A server as the linter sees it."""

    server: str
    tools: tuple[Tool, ...]
    native: bool
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Texts beside the tools by place: title, introduction, policy, rules."""
    card: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`version` and `requirements`, where a card is known."""


@dataclass(frozen=True)
class Finding:
    """Where a rule is broken and how; the rule's own severity unless it says otherwise."""

    where: str
    message: str
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule:
    """One row of the linter's table."""

    code: str
    because: str
    find: Callable[[Subject], Iterator[Finding]]
    native: Severity = "error"
    plain: Severity = "error"

    def problems(self, subject: Subject) -> Iterator[Problem]:
        """What breaks this rule, as problems."""
        severity = self.native if subject.native else self.plain
        for found in self.find(subject):
            yield Problem(
                code=self.code, where=found.where, message=found.message, severity=found.severity or severity
            )


def tools_from(listed: Sequence[Mapping[str, Any]]) -> tuple[Tool, ...]:
    """The tools of a wire list."""
    return tuple(Tool(raw) for raw in listed)


def _mapping(value: object) -> Schema:
    return cast("Schema", value) if isinstance(value, Mapping) else {}
