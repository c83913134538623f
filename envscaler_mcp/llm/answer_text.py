"""From what a model wrote to a JSON value: strict JSON, alone or in one code fence."""

from __future__ import annotations

import re

from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads
from envscaler_mcp.spec import Json

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"^[ \t]*```[^\n`]*\n(.*)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)


def value_of(text: str) -> Json:
    """The JSON value in an answer; thoughts before it and one fence around it are taken off.

    Raises:
        StrictJsonError: there is none, or more than one.
    """
    bare = _THOUGHTS.sub("", text).strip()
    if not bare:
        raise StrictJsonError("the answer is empty")
    try:
        return loads(bare)
    except StrictJsonError:
        # A fence may stand inside of a JSON string: it is looked for only where the whole is no JSON.
        fenced = _FENCE.search(bare)
        if fenced is None:
            raise
        return loads(fenced[1])


def clean(text: str) -> str:
    """The same text with nothing in it that UTF-8 cannot spell."""
    return text.encode("utf-8", "replace").decode("utf-8")
