"""The first sentence of a tool's description, where an author wrote none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from envscaler_mcp.blueprint.design import Entity, Parameter
from envscaler_mcp.blueprint.wording import plural, with_article, words

from .forms import ActionForm

PARTICLES = frozenset(["in", "out", "off", "on", "up", "down", "over", "back", "away", "again"])
LONGEST = 90
SAME_STEM = 5
"""So many letters at the beginning tell that a verb and a noun are one word."""
_JOINT = re.compile(r"[,;] | and | for | from ")
_BLANK = re.compile(r"(?:\b(\w+) )?\{(\w+)\}(?::00)?")


def about(
    name: str,
    form: ActionForm,
    entities: Mapping[str, Entity],
    parameters: Sequence[Parameter],
    asks: Sequence[str],
) -> str:
    """A sentence made from the name, or from how people ask for it.

    `confirm_booking`: "Confirm a booking."; `check_in` on a booking: "Check in a booking."; `change_party`,
    which takes the party: "Change the party of a booking."; `send_officer_away`, which people put as "Note
    that {officer} is away.": "Note that an officer is away.".
    """
    return _from_name(name, form, entities) or _from_ask(asks, entities, parameters) or f"{_said(name)}."


def _said(name: str) -> str:
    return words(name).capitalize()


def _from_name(name: str, form: ActionForm, entities: Mapping[str, Entity]) -> str:
    """Nothing where the name says too little of the row."""
    said, entity = words(name), form.on or form.creates
    if not entity:
        return ""
    noun = entities[entity].noun.singular
    row = with_article(noun)
    verb = said.removesuffix(f" {words(entity)}").removesuffix(f" {noun}")
    taken = next((words(field) for field in form.takes if said.endswith(f" {words(field)}")), "")
    if form.creates and noun.replace("-", " ").startswith(verb.lower()[:SAME_STEM]):
        return ""  # nobody approves an approval
    if verb != said or set(said.split()[1:]) <= PARTICLES:
        return f"{verb.capitalize()} {row}."
    if taken and form.on:
        return f"{said.removesuffix(taken).capitalize()}the {taken} of {row}."
    return ""


def _from_ask(asks: Sequence[str], entities: Mapping[str, Entity], parameters: Sequence[Parameter]) -> str:
    """What people ask for, of a row and by an amount that are not named."""
    known = {one.name: one for one in parameters}

    def unnamed(found: re.Match[str]) -> str:
        before, parameter = found[1] or "", known.get(found[2])
        if parameter is None:  # what is wrong with it is told elsewhere
            return found[0]
        said = _any_row(parameter, entities) if parameter.type.kind == "ref" else _any_value(parameter)
        repeated = before in ("", "the", parameter.label.split()[-1])
        return said if repeated else f"{before} {said}"

    return _short(_BLANK.sub(unnamed, asks[0])) if asks else ""


def _short(said: str) -> str:
    """A sentence that fits into the first line of a docstring: what is asked last is left out."""
    while len(said) > LONGEST and (cuts := list(_JOINT.finditer(said))):
        said = f"{said[: cuts[-1].start()]}."
    return said


def _any_row(parameter: Parameter, entities: Mapping[str, Entity]) -> str:
    own = parameter.name == parameter.type.entity
    label = entities[parameter.type.entity].noun.singular if own else parameter.label
    return f"an{label}" if label.startswith("other ") else with_article(label)


def _any_value(parameter: Parameter) -> str:
    if parameter.unit:
        return f"a given number of {plural(parameter.unit)}"
    return f"a given {parameter.label}"
