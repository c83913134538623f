"""Every exception this package raises on purpose, as a tree.

    EnvscalerError
    ├── BadInput              a person gave us something we cannot use        (exit 2)
    │   ├── BadInputs         several things are wrong with it, told a line each
    │   └── PolicyViolation   foreign code does what foreign code must not do
    ├── Infrastructure        the world around us failed                      (exit 3)
    │   ├── WorkerDied        a worker process ended or answered nonsense
    │   │   └── WorkerGone    it had ended before it was asked: asking another one is safe
    │   ├── WorkerTimeout     a call outlasted its wall-clock limit and was killed
    │   ├── IsolationMissing  foreign code would have to run without a sandbox
    │   └── ProviderFailed    a provider of models is out of reach, or refused us
    │       └── RequestRefused    it refused this one request; others may pass
    ├── BudgetReached         the next call of a model could cost more than is left
    ├── UserFailed            a simulated user broke off, or made no sense      (outcome user_error)
    └── RebuildDiverged       a journal played again gave another state       (a bug or nondeterminism)

A defect in something *generated* is no exception but a `Problem` (see `spec.problem`).
"""

from __future__ import annotations

from typing import Any


class EnvscalerError(Exception):
    """Base of everything this package raises on purpose."""


class BadInput(EnvscalerError):
    """Unusable input, told in one sentence: where it is, what is wrong, what to do."""

    def __init__(self, where: str, message: str, remedy: str) -> None:
        super().__init__(f"{where}: {message.rstrip('.')}; {remedy.rstrip('.')}.")
        self.where = where
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[BadInput], tuple[Any, ...]]:
        return type(self), (self.where, self.message, self.remedy)


class BadInputs(BadInput):
    """Several things wrong with one input: one sentence a line, at most twenty; it is its first one."""

    MOST = 20

    def __init__(self, problems: tuple[BadInput, ...]) -> None:
        first = problems[0]
        super().__init__(first.where, first.message, first.remedy)
        self.problems = problems[: self.MOST]
        self.left_off = len(problems) - len(self.problems)

    def __reduce__(self) -> tuple[type[BadInput], tuple[Any, ...]]:
        return type(self), (self.problems,)

    def __str__(self) -> str:
        more = [f"… and {self.left_off} more."] if self.left_off else []
        return "\n".join([*map(str, self.problems), *more])


class PolicyViolation(BadInput):
    """Foreign source that the AST policy does not let through."""


class Infrastructure(EnvscalerError):
    """The network, a provider, a worker or the disk failed; the input may be fine."""


class WorkerDied(Infrastructure):
    """A worker process ended, or sent a reply that is no reply."""


class WorkerGone(WorkerDied):
    """A worker had ended before the request reached it; nothing was played."""


class WorkerTimeout(Infrastructure):
    """A call outlasted its wall-clock limit; its worker was killed."""


class IsolationMissing(Infrastructure):
    """This machine offers no isolation that is good enough for foreign code."""


class RebuildDiverged(EnvscalerError):
    """A journal was played again and a state digest differed."""


class ProviderFailed(Infrastructure):
    """A provider of models is out of reach or refused us, and another attempt would not help."""


class RequestRefused(ProviderFailed):
    """A provider refused this one request as it stands: too long, not allowed, not understood."""


class UserFailed(EnvscalerError):
    """A simulated user did not do its part: what follows says nothing about the agent."""


class BudgetReached(EnvscalerError):
    """The next call of a model could cost more than is left of the budget; it was not made."""
