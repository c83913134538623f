"""The tools that look things up: one row by its id with what follows from it, and many rows by filters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from envscaler_mcp.blueprint.design import Entity, Field
from envscaler_mcp.blueprint.wording import joined, with_article, words

from .aliases import Aliases
from .naming import Naming, variable_name

MANY = 5
DOC_LINE = 106
"""Characters of a line of a docstring, before the class indents it."""


def get_tool(entity: Entity, naming: Naming, aliases: Aliases) -> list[str]:
    """`get_booking`."""
    name, key = variable_name(entity), f"{entity.name}_id"
    sheet = naming.sheets.get(entity.name)
    found = f'self.find(self.{entity.collection}, {key}, "{words(entity.name)}")'
    head = [
        "@read",
        f"def get_{entity.name}(self, {key}: {aliases.key(entity.name)}) -> "
        f"{sheet or naming.classes[entity.name]}:",
    ]
    if not sheet:
        return [*head, f'    """Look up one {entity.noun.singular}."""', f"    return {found}"]
    shown = naming.design.derived_labels[entity.name]
    follows = joined(list(shown.values()))
    doc = _sheet_doc(f"Look up {with_article(entity.noun.singular)} and what follows from it", follows)
    values = [f"{one}={_derived(naming, entity, one, name)}" for one in shown]
    return [
        *head,
        *doc,
        f"    {name} = {found}",
        f"    return {sheet}({', '.join([f'{entity.name}={name}', *values])})",
    ]


def _sheet_doc(about: str, follows: str) -> list[str]:
    """One line where it fits into one."""
    whole = f'    """{about}: {follows}."""'
    if len(whole) <= DOC_LINE:
        return [whole]
    more = textwrap.wrap(f"{follows[0].upper()}{follows[1:]}.", DOC_LINE - 4)
    return [f'    """{about}.', "", *(f"    {line}" for line in more), '    """']


def signature(arguments: list[str]) -> str:
    """Many arguments are given by name."""
    return ", ".join(["self", *(["*"] if len(arguments) > MANY else []), *arguments])


def _derived(naming: Naming, entity: Entity, one: str, name: str) -> str:
    derived = naming.derived[entity.name, one]
    return f"{name}.{derived.name}" if derived.own else f"self.{derived.name}({name})"


def search_tool(entity: Entity, naming: Naming, aliases: Aliases) -> list[str]:
    """`search_bookings`."""
    parameters: list[str] = []
    tests: list[str] = []
    for one in entity.fields:
        for parameter, test in _filters(one, aliases):
            parameters.append(parameter)
            tests.append(test)
    given = signature([*parameters, f"page: {aliases.page()} = 1"])
    told = joined([one.label for one in entity.fields if list(_filters(one, aliases))])
    found = f"Find {entity.noun.plural}"
    docs = [f'    """{found}{by}, in order of id."""' for by in ([f" by {told}"] if told else []) + [""]]
    return [
        "@read",
        f"def search_{entity.collection}({given}) -> list[{naming.classes[entity.name]}]:",
        next((one for one in docs if len(one) <= DOC_LINE), docs[-1]),
        *_narrowed(entity, tests),
        "    return _page(sorted(rows, key=lambda row: row.id), page)",
    ]


def _narrowed(entity: Entity, tests: list[str]) -> Iterator[str]:
    source = f"self.{entity.collection}.values()"
    if not tests:
        yield f"    rows = list({source})"
    for test in tests:
        yield f"    rows = [row for row in {source} if {test}]"
        source = "rows"


def _filters(one: Field, aliases: Aliases) -> Iterator[tuple[str, str]]:
    """Parameter and test of every filter by a field."""
    name, held = one.stored, f"row.{one.stored}"
    match one.type.kind:
        case "ref" | "enum" | "bool":
            yield f"{name}: {aliases.only(one)} = None", f"{name} in (None, {held})"
        case "refs":
            single = f"{one.name.removesuffix('s')}_id"
            yield f"{single}: {aliases.only(one)} = None", f"{single} is None or {single} in {held}"
        case "text" if not one.free_text:
            text = f'({held} or "")' if one.type.optional else held
            test = f'({name} or "").casefold() in {text}.casefold()'
            yield f"{name}: {aliases.only(one)} = None", test
        case "date":
            there = f"{held} is not None and " if one.type.optional else ""
            for end, op in (("from", ">="), ("until", "<=")):
                bound = f"{name}_{end}"
                alias = aliases.day(one, earliest=end == "from")
                test = f"{there}{held} {op} {bound}"
                test = f"({test})" if there else test
                yield f"{bound}: {alias} = None", f"{bound} is None or {test}"
        case _:
            return
