"""Other words for an instruction, by a model; taken only if every fact in it survives and none is new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from envscaler_mcp.blueprint.design import Design
from envscaler_mcp.blueprint.expression.tree import Type
from envscaler_mcp.blueprint.tasks.requests import (
    Best,
    Described,
    Do,
    DoEach,
    DoIf,
    Event,
    Request,
    Selection,
    Tell,
)
from envscaler_mcp.blueprint.wording import day, value_text
from envscaler_mcp.llm import Llm, ask
from envscaler_mcp.render.templating import fill_of
from envscaler_mcp.spec import Part, Problem

from .conditions import COMPARISONS
from .saying import NotUnderstood, Understood, understand
from .statements import canonical

STAGE = "paraphrase"
MOST_TOKENS = 2048
"""Of an answer, with what a model may think before it: a budget holds as much for every call."""
LONGEST = 2.5
"""So many times as long as the original a paraphrase may be; what is longer adds something."""
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_CAPITAL = re.compile(r"(?<![\w’'-])[A-ZÀ-Þ][\w’'-]*")
_MEANING = tuple(
    {
        text.replace("{}", "").strip()
        for table in COMPARISONS.values()
        for texts in table.values()
        for text in texts
    }
    - {""}
    | {
        "lowest",
        "highest",
        "fewest",
        "most",
        "earliest",
        "latest",
        "shortest",
        "longest",
        "smallest",
        "largest",
    }
    | {"if", "no", "policy", "without", "unless", "except"}
)
"""Words on which the meaning hangs: each stands as often in the paraphrase as in the original."""


class Paraphrased(Part):
    """A text to go on with, and what was wrong with the paraphrase where it is the original."""

    text: str
    problems: tuple[Problem, ...] = ()
    model: str | None = None
    """Who worded it; None: the grammar."""


async def paraphrase(text: str, design: Design, requests: Sequence[Request], llm: Llm) -> Paraphrased:
    """The instruction in a model's words, or as it was where these cannot be trusted.

    Args:
        text: an instruction of the grammar.
        design: whose words it uses.
        requests: what it means.
        llm: words it anew.

    Raises:
        ProviderFailed: there is no answer to be had.
        BudgetReached: it might cost more than is left.
    """
    try:
        facts = facts_of(design, understand(design, text), requests)
    except NotUnderstood:
        return _kept(text, "not_of_the_grammar", "The text does not say these requests.")
    prompt = fill_of("prompts", "paraphrase.md", text=text, facts=_standing(text, facts))
    reply = await llm.complete(ask(STAGE, prompt, max_tokens=MOST_TOKENS))
    other = reply.text.strip()
    problems = reply.problems or tuple(objections(text, other, facts))
    return (
        Paraphrased(text=text, problems=problems) if problems else Paraphrased(text=other, model=reply.model)
    )


def facts_of(design: Design, understood: Understood, requests: Sequence[Request]) -> frozenset[str]:
    """The words of every value in the requests: names, days, amounts, numbers, choices.

    Raises:
        NotUnderstood: what was understood are not these requests.
    """
    if understood.requests != canonical(design, requests):
        raise NotUnderstood("these are other requests")
    said = [word for request in understood.requests for word in _words_in(design, request)]
    return frozenset([*said, *([day(understood.day)] if understood.day else [])])


def _words_in(design: Design, part: Any) -> Iterator[str]:
    """The values in a part of a request, in words."""
    match part:
        case Described():
            for mark in part.marks:
                yield from _value_in(design, part.entity, mark.field, mark.value)
        case Selection():
            for one in part.conditions:
                yield from _value_in(design, part.entity, one.field, one.value)
        case Best():
            yield from _words_in(design, part.among)
        case DoIf():
            yield from _words_in(design, part.row)
            yield from _value_in(design, part.row.entity, part.condition.field, part.condition.value)
            for inner in (part.then, part.otherwise):
                yield from _words_in(design, inner)
        case Tell():
            yield from _words_in(design, part.about)
        case Do() | DoEach() | Event():
            yield from _arguments_in(design, part)
        case _:
            return


def _arguments_in(design: Design, part: Do | DoEach | Event) -> Iterator[str]:
    name = part.action if not isinstance(part, Event) else _event_of(design, part)
    for parameter, value in part.arguments.items():
        if isinstance(value, Described | Best):
            yield from _words_in(design, value)
        else:
            yield from _scalar(value, design.by_action[name].parameter(parameter).type)
    if isinstance(part, DoEach):
        yield from _words_in(design, part.selection)


def _event_of(design: Design, event: Event) -> str:
    return next(one.after for one in design.duties if one.name == event.duty)


def _value_in(design: Design, entity: str, name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Described):
        yield from _words_in(design, value)
    else:
        derived = design.derived.get((entity, name))
        yield from _scalar(value, derived.type if derived else design.by_entity[entity].field(name).type)


def _scalar(value: Any, kind: Type) -> Iterator[str]:
    if value is not None and not isinstance(value, bool):
        yield str(value) if kind.kind == "int" else value_text(value, kind)


def objections(text: str, other: str, facts: frozenset[str]) -> Iterator[Problem]:
    """Why a paraphrase cannot be trusted; nothing where every fact survives in order and none is new."""
    before, after = _standing(text, facts), _standing(other, facts)
    if before != after:
        lost = list((Counter(before) - Counter(after)).elements())
        yield _problem(
            "facts_changed", f"missing: {', '.join(lost)}" if lost else "other facts, or another order"
        )
    known = _NUMBER.findall(_pattern(facts).sub(" ", text))  # those of a numbered list
    new = [one for one in _NUMBER.findall(_pattern(facts).sub(" ", other)) if one not in known]
    new += [one for one in _names_in(other) if one not in _CAPITAL.findall(text)]
    if new:
        yield _problem("facts_added", f"new: {', '.join(new)}")
    for word in _MEANING:
        if _often(word, text) != _often(word, other):
            yield _problem(
                "meaning_changed", f"{word!r} stands {_often(word, other)} times, not {_often(word, text)}"
            )
    if len(other) > LONGEST * len(text):
        yield _problem("too_long", "it is much longer than the original")


def _standing(text: str, facts: frozenset[str]) -> list[str]:
    """The facts that stand in a text, in order; of two that overlap, the longer one."""
    return _pattern(facts).findall(text)


def _pattern(facts: frozenset[str]) -> re.Pattern[str]:
    longest = "|".join(map(re.escape, sorted(facts, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{longest})(?![\w-])" if facts else r"(?!)")


def _names_in(text: str) -> Iterator[str]:
    """Words with a capital that do not merely open a sentence."""
    for match in _CAPITAL.finditer(text):
        before = text[: match.start()].rstrip(" ")
        if match.group() != "I" and before and before[-1] not in ".?!:\n]":
            yield match.group()


def _often(word: str, text: str) -> int:
    return len(re.findall(rf"\b{re.escape(word)}\b", text.lower()))


def _kept(text: str, code: str, message: str) -> Paraphrased:
    return Paraphrased(text=text, problems=(_problem(code, message),))


def _problem(code: str, message: Any) -> Problem:
    return Problem(code=code, where=STAGE, message=message)
