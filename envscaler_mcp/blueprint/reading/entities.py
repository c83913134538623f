"""Entities: their words for people, their fields, their types."""

from __future__ import annotations

import re

from envscaler_mcp.blueprint.design import Noun
from envscaler_mcp.blueprint.wording import words

from .forms import EntityForm
from .words import plural_of


def noun_of(name: str, form: EntityForm) -> Noun:
    """What people call one row, and several."""
    singular = form.noun or words(name)
    return Noun(singular, form.plural or plural_of(singular))


def collection_name(name: str, form: EntityForm) -> str:
    """The state field that holds its rows: its own plural, or the one given for its own name."""
    if form.plural and form.noun in (None, words(name)):
        return re.sub(r"[^a-z0-9]+", "_", form.plural.lower()).strip("_")
    return plural_of(name)
