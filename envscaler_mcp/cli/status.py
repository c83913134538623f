"""Exit status: the contract with scripts, and which error leads to which."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from envscaler_mcp.errors import BadInput, BadInputs, EnvscalerError

DONE = 0
SHORT = 1
"""Done, and what was judged falls short."""
BAD_INPUT = 2
INFRASTRUCTURE = 3
STOPPED = 130


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors in a group of errors, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            yield from leaves(part)  # pyright: ignore[reportUnknownArgumentType]
    else:
        yield error


def cause(error: BaseException) -> BaseException:
    """What to tell a person of a group: an interrupt, else bad input, else one of ours, else the first."""
    found = list(leaves(error))
    for kind in (KeyboardInterrupt, BadInput, EnvscalerError):
        for leaf in found:
            if isinstance(leaf, kind):
                return leaf
    return found[0]


def status_of(error: BaseException) -> int:
    """The exit status that goes with an error."""
    if isinstance(error, KeyboardInterrupt):
        return STOPPED
    if isinstance(error, BadInput) or (isinstance(error, OSError) and error.filename):
        return BAD_INPUT
    return INFRASTRUCTURE


def sentence_of(error: BaseException) -> str:
    """One line for a person; a line each, where several things are wrong."""
    if isinstance(error, BadInputs):
        return "\n".join(_one_line(line) for line in str(error).splitlines())
    if isinstance(error, EnvscalerError):
        return _one_line(str(error)) or type(error).__name__
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; name a place that can be used."
    return f"Unexpected {_one_line(traceback.format_exception_only(error)[-1])}; run again with --debug."


def _one_line(text: str) -> str:
    return " ".join(text.split())
