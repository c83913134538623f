"""Names that cannot stand in the source of an environment: told before anything is made of them."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Sequence

from envscaler_mcp.spec import Problem

TAKEN = frozenset({
    *("Annotated", "Literal", "Field", "Entity", "Environment", "Refusal", "read", "write", "rule"),
    *("dt", "self", "annotations", "str", "int", "float", "bool", "list", "dict"),
})  # fmt: skip


def twice(names: Sequence[str], where: str, what: str) -> list[Problem]:
    """Names that stand more than once, of things that are to be told apart by them."""
    return [
        Problem(code="name_twice", where=where, message=f"The {what} {name} stands {count} times.")
        for name, count in Counter(names).items()
        if count > 1
    ]


def taken(names: Sequence[str], where: str, owner: type[object] | None) -> list[Problem]:
    """Names that Python, the module or the base class has already."""
    is_taken: Callable[[str], bool] = lambda name: (  # noqa: E731
        name in TAKEN
        or keyword.iskeyword(name)
        or (owner is not None and (hasattr(owner, name) or name.startswith("model_")))
    )
    return [
        Problem(code="name_taken", where=f"{where}/{name}", message=f"{name} is taken; choose another name.")
        for name in names
        if is_taken(name)
    ]
