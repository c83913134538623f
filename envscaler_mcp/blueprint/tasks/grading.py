"""From a proposal to the two files of a scenario: the task, and its grading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.spec.scenario import Check, Conversation, Frame, Grading, Scenario, Split

from .changes import Changes, changes_between
from .checks import Made, row_changes, row_made, row_removed, row_untouched, rows_change_alike
from .difficulty import difficulty_of
from .naming import Naming
from .neighbours import neighbours
from .proposals import Proposal, free_fields, logs_of

MANY_ALIKE = 5
"""From so many rows on that change in the same way, one check asks for all of them."""
MOST_GUARDS = 4


def scenario_of(
    design: Design,
    proposal: Proposal,
    instruction: str,
    *,
    id: str,
    seed: int,
    split: Split,
    conversation: Conversation | None = None,
) -> tuple[Scenario, Grading]:
    """The task that ships with the server, and the grading that never comes near an agent.

    Args:
        design: of the environment.
        proposal: what is asked and what it comes to.
        instruction: the requests in words.
        id: of the scenario.
        seed: of its episode.
        split: of its family.
        conversation: what a simulated user knows and says.
    """
    scenario = Scenario(
        id=id,
        instruction=instruction,
        start=dict(proposal.start),
        now=proposal.now,
        seed=seed,
        tags=proposal.tags,
        difficulty=difficulty_of(design, proposal),
        split=split,
        family=family_of(design, proposal),
        conversation=conversation,
    )
    return scenario, grading_of(design, proposal, id=id)


def family_of(design: Design, proposal: Proposal) -> str:
    """What the environment is composed of, and the phrase family: `hotel_bookings+waitlist/situation`."""
    return f"{'+'.join([design.domain, *sorted(design.options)])}/{proposal.kind}"


def grading_of(design: Design, proposal: Proposal, *, id: str) -> Grading:
    """Checks, frame and oracle."""
    logs = logs_of(design)
    changes = changes_between(proposal.start, proposal.final, logs)
    made = Made(proposal.start, proposal.final, free_fields(design))
    checks = [*_goals(design, proposal, changes, made), *_guards(design, proposal, changes)]
    frame = _frame(changes, made, logs)
    return Grading(id=id, checks=tuple(_distinct(checks)), frame=frame, oracle=proposal.oracle)


def _goals(design: Design, proposal: Proposal, changes: Changes, made: Made) -> Iterator[Check]:
    naming = Naming(design, proposal.start, proposal.final)
    for (collection, names, _), keys in _edits(changes, made).items():
        text = naming.becomes(collection, keys, names)
        if len(keys) >= MANY_ALIKE and not any(
            (collection, name) in made.free for name in made.final[collection][keys[0]]
        ):
            yield rows_change_alike(made, collection, keys, names, text)
            continue
        for key in keys:
            text = naming.becomes(collection, [key], names)
            yield row_changes(made, collection, key, names, text)
    yield from _goals_of_new_rows(changes, made, naming)
    for collection, key in changes.removed:
        yield row_removed(collection, key, naming.removed(collection, key))


def _edits(changes: Changes, made: Made) -> dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]]:
    """Rows that change in the same way: (collection, fields, values in Python) → keys."""
    found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (collection, key), fields in changes.edited.items():
        judged = tuple(name for name in fields if (collection, name) not in made.free)
        if judged:
            values = tuple(repr(made.final[collection][key][name]) for name in judged)
            found.setdefault((collection, judged, values), []).append(key)
    return found


def _goals_of_new_rows(changes: Changes, made: Made, naming: Naming) -> Iterator[Check]:
    numbers: dict[str, int] = {}
    groups: dict[tuple[str, str], list[str]] = {}
    for collection, key in changes.made:
        groups.setdefault((collection, repr(made.expected(collection, key))), []).append(key)
    for (collection, _), keys in groups.items():
        numbers[collection] = numbers.get(collection, 0) + 1
        text = naming.made(collection, keys[0], len(keys))
        yield row_made(made, collection, keys[0], number=numbers[collection], count=len(keys), text=text)


def _guards(design: Design, proposal: Proposal, changes: Changes) -> Iterator[Check]:
    """Rows that one is tempted to change: what was declined, and look-alikes of what was asked for."""
    naming = Naming(design, proposal.start, proposal.final)
    tempting = neighbours(design, proposal)
    kept = [row for row in tempting if row not in changes.touched]
    for collection, key in kept[:MOST_GUARDS]:
        yield row_untouched(collection, key, naming.untouched(collection, key))


def _frame(changes: Changes, made: Made, logs: Sequence[str]) -> Frame:
    counted: dict[str, int] = {}
    for collection, _ in changes.made:
        counted[collection] = counted.get(collection, 0) + 1
    return Frame(
        changed=tuple(
            f"/{collection}/{key}/{name}"
            for (collection, key), names in changes.edited.items()
            for name in names
        ),
        created=counted,
        deleted=tuple(f"/{collection}/{key}" for collection, key in changes.removed),
        free=tuple(_free_paths(changes, made)),
        history=tuple(logs),
    )


def _free_paths(changes: Changes, made: Made) -> list[str]:
    """Free text of the rows that are made, and of those that are changed."""
    of_new = {(collection, name) for collection, _ in changes.made for name in _free_of(made, collection)}
    paths = [f"/{collection}/*/{name}" for collection, name in sorted(of_new)]
    paths += [
        f"/{collection}/{key}/{name}"
        for collection, key in changes.edited
        for name in _free_of(made, collection)
        if (collection, name) not in of_new
    ]
    return paths


def _free_of(made: Made, collection: str) -> list[str]:
    return sorted(name for home, name in made.free if home == collection)


def _distinct(checks: Sequence[Check]) -> list[Check]:
    """Each check under an id of its own."""
    seen: dict[str, int] = {}
    named: list[Check] = []
    for check in checks:
        seen[check.id] = seen.get(check.id, 0) + 1
        suffix = f"-{seen[check.id]}" if seen[check.id] > 1 else ""
        named.append(check.model_copy(update={"id": check.id + suffix}))
    return named
