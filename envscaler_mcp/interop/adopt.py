"""A recorded trajectory that satisfies every goal becomes the scenario's oracle.

Generated ids are rewritten into references (`{"$result": [step, "/pointer"]}`), so that the
oracle solves the scenario under any seed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from envscaler_mcp.certify.publish import regraded
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import dumps
from envscaler_mcp.runtime.standalone.difference import escape
from envscaler_mcp.spec import Call, Grading

from .replay import Replayed

SHORTEST_ID = 4


def adopt_oracles(folder: ServerFolder, played: Sequence[Replayed]) -> list[str]:
    """Write the oracle of every scenario that a trajectory solved; ids of those scenarios."""
    adopted: dict[str, Grading] = {}
    for one in played:
        scenario = one.recorded.scenario
        grading = folder.grading(scenario)
        if grading is None or not one.solved or scenario in adopted:
            continue
        known = dumps([folder.scenario(scenario).start, folder.scenario(scenario).instruction])
        oracle = oracle_of(one.journal, known)
        adopted[scenario] = grading.model_copy(
            update={"oracle": oracle, "oracle_digest": None, "certificate": None}
        )
    if adopted:
        regraded(folder, adopted)
    return list(adopted)


def oracle_of(journal: Sequence[dict[str, Any]], known: str) -> tuple[Call, ...]:
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
