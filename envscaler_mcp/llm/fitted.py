"""From an answer to a reply: parsed, held against the schema, and asked for again once if it does not fit."""

from __future__ import annotations

from dataclasses import dataclass

from envscaler_mcp.runtime.standalone.canonical import StrictJsonError
from envscaler_mcp.spec import Json, Problem

from .answer_text import value_of
from .llm import Answer, Model, Reply
from .request import Request
from .schemas import misfits

MOST_TOKENS = 32_768
"""No second round asks for more than this, unless the first did."""


@dataclass(frozen=True)
class _Fit:
    """What came of one answer."""

    value: Json = None
    code: str = ""
    faults: tuple[str, ...] = ()


class Fitted:
    """An `Llm` made of a model: one repair round where the answer does not fit."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Which model this is."""
        return self._model.name

    async def complete(self, request: Request) -> Reply:
        """The answer, or that of the second round with its problems."""
        first = await self._model.answer(request)
        fit = _fit(first, request)
        if fit.code in ("", "answer_refused"):
            return _reply(request, fit, first)
        second = await self._model.answer(_again(request, first, fit))
        return _reply(request, _fit(second, request), first, second)


def _fit(answer: Answer, request: Request) -> _Fit:
    if answer.finish == "refused":
        return _Fit(code="answer_refused", faults=("the model would not answer",))
    if answer.finish == "length":
        return _Fit(code="answer_cut_off", faults=("the answer was cut off before its end",))
    if request.answer_schema is None:
        return _Fit() if answer.text.strip() else _Fit(code="answer_empty", faults=("the answer is empty",))
    try:
        value = value_of(answer.text)
    except StrictJsonError as error:
        return _Fit(code="answer_not_json", faults=(str(error),))
    faults = tuple(misfits(value, request.answer_schema))
    return _Fit(code="answer_misfit", faults=faults) if faults else _Fit(value=value)


def _again(request: Request, answer: Answer, fit: _Fit) -> Request:
    """The second round: more room where the first was cut off, else what is wrong."""
    if fit.code == "answer_cut_off":
        room = max(request.max_tokens, min(2 * request.max_tokens, MOST_TOKENS))
        return request.model_copy(update={"max_tokens": room, "round": request.round + 1})
    if not answer.text.strip():
        return request.model_copy(update={"round": request.round + 1})
    wanted = "Answer again, with the whole JSON value and nothing else."
    faults = "\n".join(f"- {fault}" for fault in fit.faults)
    return request.with_answer(answer.text, f"That answer cannot be used:\n{faults}\n\n{wanted}")


def _reply(request: Request, fit: _Fit, *answers: Answer) -> Reply:
    last = answers[-1]
    costs = [answer.cost_usd for answer in answers]
    known_costs = [cost for cost in costs if cost is not None]
    return Reply(
        text=last.text,
        value=fit.value,
        finish=last.finish,
        usage=sum((answer.usage for answer in answers[1:]), start=answers[0].usage),
        cost_usd=sum(known_costs) if len(known_costs) == len(costs) else None,
        model=last.model,
        known=all(answer.known for answer in answers),
        problems=tuple(
            Problem(code=fit.code, where=f"stage {request.stage}", message=fault) for fault in fit.faults
        ),
    )
