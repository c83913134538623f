"""What `environment.py` needs of the runtime; a rendered server has the runtime itself in this place."""

from envscaler_mcp.runtime.standalone.environment import (
    FREE_TEXT,
    Entity,
    Environment,
    Refusal,
    read,
    rule,
    write,
)

__all__ = ["FREE_TEXT", "Entity", "Environment", "Refusal", "read", "rule", "write"]
