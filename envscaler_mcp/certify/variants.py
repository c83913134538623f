"""Rung 9: other right ways to the same end are accepted.

A variant counts only when it is one: what it leaves must equal the oracle's end state up to
generated ids. With another seed nothing but ids may differ, so there that itself is asked.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import cast

from envscaler_mcp.spec import Call, Json, Problem, VariantCount

from .bench import Bench, Ending
from .finding import Finding
from .neighbours import off_by_one, others, siblings
from .play import play, rearranged, references
from .probes import UNKNOWN_ID

SEEDS = (1, 2, 3)
MOST = 6
UNDO_TRIES = 30


@dataclass(frozen=True)
class Variant:
    """Another way, and where it led."""

    about: str
    ending: Ending
    by_seed: bool = False


async def variants_rung(bench: Bench, ending: Ending) -> tuple[Finding, VariantCount]:
    """Play the variants of every kind and count those that are accepted."""
    made = accepted = 0
    problems: list[Problem] = []
    kinds = (_other_seeds, _reordered, _repeated, _refused_first, _split, _undone)
    for kind in kinds:
        async for variant in kind(bench, ending):
            if not variant.by_seed and not bench.same_end(variant.ending, ending):
                continue
            made += 1
            fault = _fault(bench, variant, ending)
            accepted += fault is None
            problems += [fault] if fault else []
    if not made:
        problems.append(bench.problem("no_variants", "No other way to the same end could be played."))
    return bench.found("variants", problems, f"{accepted} of {made} accepted"), VariantCount(
        made=made, accepted=accepted
    )


def _fault(bench: Bench, variant: Variant, ending: Ending) -> Problem | None:
    if variant.by_seed and not bench.same_end(variant.ending, ending):
        return bench.problem("seed_changes_content", f"{variant.about}: more than generated ids differs.")
    scored = bench.judge_ending(variant.ending)
    if scored.success:
        return None
    failed = ", ".join(
        verdict.id for verdict in scored.verdicts if not verdict.ok and verdict.kind != "unclassified"
    )
    return bench.problem("variant_rejected", f"Right and rejected ({variant.about}) by {failed}")


async def _other_seeds(bench: Bench, _: Ending) -> AsyncIterator[Variant]:
    for step in SEEDS:
        seed = bench.scenario.seed + step
        yield Variant(f"seed {seed}", await bench.run(bench.oracle, seed=seed), by_seed=True)


async def _reordered(bench: Bench, ending: Ending) -> AsyncIterator[Variant]:
    """Steps that do not refer to each other, in another order; a new refusal makes it another plan."""
    for order in _orders(bench)[:MOST]:
        after = await bench.run(rearranged(bench.oracle, order))
        if after.refused <= ending.refused:
            yield Variant(f"steps in the order {order}", after)


def _orders(bench: Bench) -> list[list[int]]:
    """Neighbouring writes swapped, and as many steps as possible backwards."""
    count, writes = len(bench.oracle), bench.write_steps()
    needs = [references(call) for call in bench.oracle]
    orders = [_backwards(needs)]
    for one, other in itertools.pairwise(writes):
        order = [index for index in range(count) if index != other]
        order.insert(order.index(one), other)
        orders.append(order)
    whole = list(range(count))
    legal = [order for order in orders if order != whole and _legal(order, needs)]
    return [order for index, order in enumerate(legal) if order not in legal[:index]]


def _backwards(needs: Sequence[frozenset[int]]) -> list[int]:
    """The last step that may come next, again and again."""
    order: list[int] = []
    left = set(range(len(needs)))
    while left:
        ready = [index for index in left if needs[index] <= set(order)]
        order.append(max(ready, default=min(left)))
        left.remove(order[-1])
    return order


def _legal(order: Sequence[int], needs: Sequence[frozenset[int]]) -> bool:
    return all(needs[index] <= set(order[:place]) for place, index in enumerate(order))


async def _repeated(bench: Bench, _: Ending) -> AsyncIterator[Variant]:
    """A write made twice: refused the second time, or without a further effect."""
    for index in bench.write_steps()[:MOST]:
        before, after = range(index + 1), range(index + 1, len(bench.oracle))
        ending = await bench.run(rearranged(bench.oracle, [*before, index, *after]))
        if ending.played[index].succeeded:
            yield Variant(f"step {index} made twice", ending)


async def _refused_first(bench: Bench, _: Ending) -> AsyncIterator[Variant]:
    """An attempt that is refused, before everything else and after it."""
    attempt = await _refusal(bench)
    if attempt is None:
        return
    steps = range(len(bench.oracle))
    for about, order in (("first", [attempt, *steps]), ("last", [*steps, attempt])):
        ending = await bench.run(rearranged(bench.oracle, order))
        yield Variant(f"{attempt.tool} refused {about}", ending)


async def _refusal(bench: Bench) -> Call | None:
    """A write that the start state refuses: an oracle's own with an unknown id, or a seeded one."""
    prober = bench.prober("refused")
    unknown = [_with_unknown_id(bench, bench.oracle[index]) for index in bench.write_steps()]
    seeded = [prober.valid(name) for name in sorted(bench.writes) * 3]
    for call in [*(call for call in unknown if call), *seeded]:
        if (await bench.run((call,))).refused:
            return call
    return None


def _with_unknown_id(bench: Bench, call: Call) -> Call | None:
    names = [name for name, value in call.arguments.items() if siblings(bench.initial, value)]
    literal = all(not isinstance(value, dict) for value in call.arguments.values())
    return (
        Call(tool=call.tool, arguments={**call.arguments, names[0]: UNKNOWN_ID})
        if names and literal
        else None
    )


async def _split(bench: Bench, _: Ending) -> AsyncIterator[Variant]:
    """A number given in two parts, where the tool adds up."""
    for index in bench.write_steps()[:MOST]:
        call = bench.oracle[index]
        for name, value in call.arguments.items():
            if type(value) is int and value > 1:
                parts = [
                    Call(tool=call.tool, arguments={**call.arguments, name: part}) for part in (value - 1, 1)
                ]
                if not references(call):
                    order = [*range(index), *parts, *range(index + 1, len(bench.oracle))]
                    if all(index not in references(later) for later in bench.oracle):
                        yield Variant(
                            f"step {index} in two parts", await bench.run(rearranged(bench.oracle, order))
                        )


async def _undone(bench: Bench, ending: Ending) -> AsyncIterator[Variant]:
    """Write, undo, write: by another value and back, or by a tool that takes the write back."""
    given = 0
    for index in bench.write_steps():
        step = Call(tool=ending.played[index].tool, arguments=ending.played[index].arguments)
        for undo in await _playable(bench, index, step):
            later = range(index + 1, len(bench.oracle))
            after = await bench.run(rearranged(bench.oracle, [*range(index + 1), undo, index, *later]))
            if bench.same_end(after, ending):
                given += 1
                yield Variant(f"step {index} undone by {undo.tool} and made again", after)
                break
        if given >= MOST:
            return


async def _playable(bench: Bench, index: int, step: Call) -> list[Call]:
    """The calls after which a step can be made a second time."""
    episode = await bench.pristine.fork()
    await play(episode.call, bench.oracle[: index + 1])
    kept: list[Call] = []
    for undo in [*_other_values(bench, step), *_inverses(bench, step)][:UNDO_TRIES]:
        fork = await episode.fork()
        tried = await play(fork.call, (undo, step))
        kept += [undo] if all(one.succeeded for one in tried) else []
        await fork.close()
    await episode.close()
    return kept


def _other_values(bench: Bench, call: Call) -> list[Call]:
    """The same call with one argument that is no id at another value."""
    tool = next(tool for tool in bench.folder.bundle.tools if tool["name"] == call.tool)
    properties = cast("dict[str, dict[str, Json]]", tool["inputSchema"].get("properties", {}))
    made: list[Call] = []
    for name, value in call.arguments.items():
        enum = cast("list[Json] | None", properties.get(name, {}).get("enum"))
        values = others(enum, value)[:2] or ([] if isinstance(value, bool) else off_by_one(value))
        made += [Call(tool=call.tool, arguments={**call.arguments, name: one}) for one in values]
    return made


def _inverses(bench: Bench, call: Call) -> list[Call]:
    """Calls of other tools that take the same ids."""
    prober = bench.prober(f"undo {call.tool}")
    made: list[Call] = []
    for name in sorted(bench.writes - {call.tool}):
        properties = prober.tools[name]["inputSchema"].get("properties", {})
        shared = {key: value for key, value in call.arguments.items() if key in properties}
        made += [prober.valid(name, shared) for _ in range(3 if shared else 0)]
    return made
