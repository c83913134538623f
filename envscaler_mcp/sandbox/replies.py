"""What a worker's answers look like, method by method: whoever patches a worker can forge them.

The parent believes nothing else. A well-formed lie about its own environment is within a worker's
rights (it could as well have played it); an answer that breaks the parent is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from .framing import BadFrame

Shape = Callable[[Any], bool]
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")


def require_shape(method: str, value: Any) -> None:
    """Refuse a result that is not what the method gives.

    Raises:
        BadFrame: it has another shape.
    """
    if not SHAPES[method](value):
        raise BadFrame(f"the result of {method} has another shape")


def is_outcome(value: Any) -> bool:
    """Whether a value is the result of a call."""
    match value:
        case {"result": dict(), "is_error": bool(), "code": str() | None, "state_digest": mark, **rest}:
            return not rest and _is_digest(mark)
        case _:
            return False


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and _DIGEST.match(value) is not None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_nothing(value: Any) -> bool:
    return value is None


def _is_pong(value: Any) -> bool:
    return value == "pong"


def _list_of(part: Shape) -> Shape:
    return lambda value: isinstance(value, list) and all(map(part, cast("list[Any]", value)))


def _by_name(part: Shape) -> Shape:
    return lambda value: isinstance(value, dict) and all(map(part, cast("dict[str, Any]", value).values()))


def _record(**fields: Shape) -> Shape:
    """An object with exactly these fields."""

    def is_record(value: Any) -> bool:
        if not isinstance(value, dict) or set(named := cast("dict[str, Any]", value)) != set(fields):
            return False
        return all(shape(named[name]) for name, shape in fields.items())

    return is_record


def _either(*shapes: Shape) -> Shape:
    return lambda value: any(shape(value) for shape in shapes)


_objects = _list_of(_is_object)
_texts = _list_of(_is_text)
_texts_by_name = _by_name(_is_text)
_loaded = _record(tools=_texts_by_name, roles=_texts_by_name)
_begun = _record(state_digest=_is_digest)
_rows_by_field = _by_name(_record(gone=_texts, put=_is_object))
_news = _either(
    _record(mark=_is_digest, whole=_is_object, broken=_texts),
    _record(mark=_is_digest, fields=_is_object, rows=_rows_by_field, broken=_texts),
)
_verdict = _either(
    _record(ok=lambda ok: isinstance(ok, bool)),
    _record(ok=_is_nothing, kind=_is_text),
)

SHAPES: dict[str, Shape] = {
    "begin": _texts,
    "ping": _is_pong,
    "load": _loaded,
    "loaded": _loaded,
    "describe": _either(_is_nothing, _record(tools=_objects, rules=_objects, entities=_objects)),
    "open": _begun,
    "rebuild": _begun,
    "restore": _begun,
    "fork": _begun,
    "freeze": _record(snapshot=_is_text, state_digest=_is_digest, broken=_texts),
    "thaw": _record(began_with=_is_digest, state_digest=_is_digest),
    "call": is_outcome,
    "state": _is_object,
    "initial": _is_object,
    "news": _news,
    "digest": _is_digest,
    "journal": _objects,
    "snapshot": _is_text,
    "rules": _texts,
    "drop": _is_nothing,
    "drop_all": _is_nothing,
    "check": _verdict,
}
"""Method → what its result is. A method that is not here cannot be asked."""
