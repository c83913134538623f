"""From calls that were made to a plan: what an episode recorded, with generated ids as references."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from envscaler_mcp.runtime.standalone.difference import escape
from envscaler_mcp.spec import Call

from .play import Plan, dependents, rearranged

SHORTEST_ID = 4


def oracle_of(journal: Sequence[Mapping[str, Any]], known: str) -> tuple[Call, ...]:
    """The calls that were answered, with generated values as references.

    Args:
        journal: entries as an episode keeps them.
        known: text in which no generated value stands: start state and instruction.
    """
    answered = [entry for entry in journal if not entry["is_error"]]
    seen: dict[str, list[int | str]] = {}
    calls: list[Call] = []
    for step, entry in enumerate(answered):
        calls.append(Call(tool=entry["tool"], arguments=_referred(entry["arguments"], seen)))
        for pointer, text in _texts("", entry["result"]):
            if len(text) >= SHORTEST_ID and text not in known:
                seen.setdefault(text, [step, pointer])
    return tuple(calls)


def _referred(value: Any, seen: dict[str, list[int | str]]) -> Any:
    if isinstance(value, str):
        return {"$result": seen[value]} if value in seen else value
    if isinstance(value, dict):
        return {key: _referred(part, seen) for key, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_referred(part, seen) for part in cast("list[Any]", value)]
    return value


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every string of a JSON value with its pointer (RFC 6901)."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in cast("dict[str, Any]", value).items():
            yield from _texts(f"{path}/{escape(key)}", part)
    elif isinstance(value, list):
        for index, part in enumerate(cast("list[Any]", value)):
            yield from _texts(f"{path}/{index}", part)


def writes_of(plan: Sequence[Call], writes: Collection[str]) -> Plan:
    """A plan without the reads that nothing later refers to.

    Args:
        plan: calls, as `oracle_of` gives them.
        writes: names of the tools that write.
    """
    writing = {step for step, call in enumerate(plan) if call.tool in writes}
    kept = [step for step in range(len(plan)) if step in writing or dependents(plan, step) & writing]
    return rearranged(plan, kept)
