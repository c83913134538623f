"""How people put it: phrases with `{parameter}`s."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from envscaler_mcp.blueprint.nearest import instead, one_of

from .draft import Draft
from .located import Steps

_BLANK = re.compile(r"\{([^{}]*)\}")


def complete(
    draft: Draft, steps: Steps, phrases: Sequence[str], known: Collection[str], needed: Collection[str]
) -> tuple[str, ...]:
    """The phrases that mention everything needed. An option that adds a parameter brings its own phrases."""
    kept: list[str] = []
    for index, phrase in enumerate(phrases):
        mentioned = _BLANK.findall(phrase)
        _check(draft, (*steps, index), phrase, mentioned, known)
        lacking = [name for name in needed if name not in mentioned]
        if not lacking:
            kept.append(phrase)
        elif not draft.has_options:
            message = f"the phrase does not mention {one_of(f'{{{name}}}' for name in lacking)}"
            draft.problem((*steps, index), message, "mention every parameter")
    if not kept and (draft.has_options or not phrases):
        wanted = one_of(f"{{{name}}}" for name in needed)
        message = "no phrase mentions every parameter" if phrases else "there is no phrase for it"
        draft.problem(steps, message, f"write one with {wanted}" if needed else "write one")
    return tuple(kept)


def _check(draft: Draft, steps: Steps, phrase: str, mentioned: Sequence[str], known: Collection[str]) -> None:
    for name in mentioned:
        if name not in known:
            draft.problem(steps, f"{{{name}}} is no parameter", instead(name, known))
        if mentioned.count(name) > 1:
            draft.problem(steps, f"{{{name}}} stands twice", "mention it once")
    if phrase.count("{") != len(mentioned) or phrase.count("}") != len(mentioned):
        draft.problem(steps, "a brace has no partner", "write {parameter}")
