"""What keeps an outline from becoming an environment: told before any code is paid for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from envscaler_mcp.runtime.standalone.environment import RESERVED_TOOL_NAMES, Entity
from envscaler_mcp.runtime.standalone.environment import Environment as World
from envscaler_mcp.spec import Problem

from .names import TAKEN, taken, twice
from .outline import EntityOutline, FieldOutline, Outline, RefusalOutline, ToolOutline
from .skeleton import facts_class

FEWEST_TOOLS_OF_A_KIND = 2


def faults_of(outline: Outline) -> list[Problem]:
    """Everything that is wrong with an outline."""
    return [*faults_of_state(outline), *_faults_of_tools(outline)]


def faults_of_state(outline: Outline) -> list[Problem]:
    """What is wrong with entities and rules alone."""
    found = [
        *twice([one.name for one in outline.entities], "entities", "entity"),
        *twice([one.collection for one in outline.entities], "entities", "collection"),
        *twice([one.prefix for one in outline.entities], "entities", "prefix"),
        *twice([one.id for one in outline.rules], "rules", "rule"),
    ]
    names = [one.collection for one in outline.entities] + [rule.id for rule in outline.rules]
    if not found:
        found += twice(names, "entities", "collection and rule")
    found += taken([one.collection for one in outline.entities], "entities", World)
    found += taken([rule.id for rule in outline.rules], "rules", World)
    classes = [*(one.name for one in outline.entities), outline.class_name]
    found += twice(classes, "entities", "class")
    found += [
        _problem("name_taken", f"entities/{one}", f"{one} is taken.") for one in classes if one in TAKEN
    ]
    for one in outline.entities:
        found += _faults_of_fields(outline, one.fields, f"entities/{one.name}", Entity)
        found += [
            _problem("name_taken", f"entities/{one.name}", "Its field id is there already; leave it out.")
            for field in one.fields
            if field.name == "id"
        ]
    return found


def completed(outline: Outline) -> Outline:
    """With the refusal `unknown_<entity>` for every id that a tool must be given."""
    return outline.model_copy(update={"tools": tuple(_completed(outline, tool) for tool in outline.tools)})


def noun(entity: EntityOutline | None) -> str:
    """What rows of an entity are called in refusals: `TheatreList` → `theatre_list`."""
    letters = entity.name if entity else "row"
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and place else letter.lower()
        for place, letter in enumerate(letters)
    )


def _completed(outline: Outline, tool: ToolOutline) -> ToolOutline:
    known = {refusal.code for refusal in tool.refusals}
    missing: dict[str, RefusalOutline] = {}
    for parameter in tool.parameters:
        if parameter.kind == "reference" and not parameter.optional:
            word = noun(outline.entity(parameter.refers_to or ""))
            told = f"There is no {word.replace('_', ' ')} with the id {parameter.name}."
            if (code := f"unknown_{word}") not in known:
                missing[code] = RefusalOutline(code=code, when=told)
    return tool.model_copy(update={"refusals": (*missing.values(), *tool.refusals)}) if missing else tool


def _faults_of_tools(outline: Outline) -> Iterator[Problem]:
    yield from twice([tool.name for tool in outline.tools], "tools", "tool")
    others = {one.collection for one in outline.entities} | {rule.id for rule in outline.rules}
    classes = {one.name for one in outline.entities} | {outline.class_name}
    for kind in ("read", "write"):
        if sum(tool.kind == kind for tool in outline.tools) < FEWEST_TOOLS_OF_A_KIND:
            yield _problem("too_few_tools", "tools", f"There are fewer than two tools that {kind}.")
    yield from taken([tool.name for tool in outline.tools], "tools", World)
    facts = [facts_class(tool) for tool in outline.tools if tool.returns.shape == "facts"]
    yield from twice(facts, "tools", "result class")
    for tool in outline.tools:
        where = f"tools/{tool.name}"
        if tool.name in others or tool.name in RESERVED_TOOL_NAMES:
            yield _problem("name_taken", where, f"{tool.name} is taken; choose another name.")
        if tool.returns.shape == "facts" and facts_class(tool) in classes:
            yield _problem("name_taken", where, f"{facts_class(tool)} is taken; choose another name.")
        yield from _faults_of_fields(outline, tool.parameters, where, None)
        yield from _faults_of_returns(outline, tool)
        yield from _faults_of_promises(outline, tool)
    yield from _unwritable(outline)


def _faults_of_fields(
    outline: Outline, fields: Sequence[FieldOutline], where: str, owner: type[object] | None
) -> Iterator[Problem]:
    names = [field.name for field in fields]
    yield from twice(names, where, "name")
    yield from taken(names, where, owner)
    for field in fields:
        for wrong, message in _wrong(outline, field):
            if wrong:
                yield _problem("field_unsound", f"{where}/{field.name}", message)


def _wrong(outline: Outline, field: FieldOutline) -> Iterable[tuple[bool, str]]:
    numeric = field.kind in ("integer", "number") and not field.many
    low, high = field.minimum, field.maximum
    return (
        (field.kind == "choice" and len(set(field.choices)) < 2, "A choice needs two different choices."),
        (field.kind != "choice" and bool(field.choices), "Only a choice has choices."),
        (len(set(field.choices)) < len(field.choices), "A choice stands twice."),
        (
            field.kind == "reference" and outline.entity(field.refers_to or "") is None,
            f"It refers to {field.refers_to}, which is no entity.",
        ),
        (field.kind != "reference" and field.refers_to is not None, "Only a reference refers to an entity."),
        (not numeric and (low, high) != (None, None), "Only a single number has a minimum or a maximum."),
        (low is not None and high is not None and low > high, "Its minimum is above its maximum."),
    )


def _faults_of_returns(outline: Outline, tool: ToolOutline) -> Iterator[Problem]:
    returns, where = tool.returns, f"tools/{tool.name}/returns"
    if returns.shape in ("row", "rows") and outline.entity(returns.entity or "") is None:
        yield _problem("returns_unsound", where, f"It gives back {returns.entity}, which is no entity.")
    if returns.shape in ("value", "values") and len(returns.fields) != 1:
        yield _problem("returns_unsound", where, f"For {returns.shape} exactly one field says the kind.")
    if returns.shape == "facts":
        if not returns.fields:
            yield _problem("returns_unsound", where, "Facts need fields.")
        yield from _faults_of_fields(outline, returns.fields, where, Entity)
    elif returns.fields:
        yield from _faults_of_fields(outline, returns.fields, where, None)


def _faults_of_promises(outline: Outline, tool: ToolOutline) -> Iterator[Problem]:
    where = f"tools/{tool.name}"
    collections = {one.collection for one in outline.entities}
    rules = {rule.id for rule in outline.rules}
    for name in sorted({*tool.reads, *tool.writes} - collections):
        yield _problem("unknown_collection", where, f"There is no collection {name}.")
    for name in sorted(set(tool.rules) - rules):
        yield _problem("unknown_rule", where, f"There is no rule {name}.")
    if tool.kind == "read" and (tool.writes or tool.effects):
        yield _problem("read_writes", where, "A read has neither writes nor effects.")
    if tool.kind == "write" and not (tool.writes and tool.effects):
        yield _problem("write_without_effect", where, "A write says what it writes and what it leaves.")
    yield from twice([refusal.code for refusal in tool.refusals], where, "refusal")


def _unwritable(outline: Outline) -> Iterator[Problem]:
    """Rules that only calls can show have to be kept by some tool."""
    kept = {name for tool in outline.tools for name in tool.rules}
    for rule in outline.rules:
        if not rule.executable and rule.id not in kept:
            yield _problem("rule_idle", f"rules/{rule.id}", "No tool says that it keeps this rule.")


def _problem(code: str, where: str, message: str) -> Problem:
    return Problem(code=code, where=where, message=message)
