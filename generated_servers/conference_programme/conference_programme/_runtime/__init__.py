"""The runtime that every generated server carries: stdlib, pydantic and mcp only."""

from .environment import (
    APPEND_ONLY,
    DERIVED,
    FREE_TEXT,
    VOLATILE,
    Clock,
    Entity,
    Environment,
    Refusal,
    read,
    rule,
    write,
)

__all__ = [
    "APPEND_ONLY",
    "DERIVED",
    "FREE_TEXT",
    "VOLATILE",
    "Clock",
    "Entity",
    "Environment",
    "Refusal",
    "read",
    "rule",
    "write",
]
