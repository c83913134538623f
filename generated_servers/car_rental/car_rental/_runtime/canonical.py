"""Strict JSON in, canonical JSON out, and digests over it.

`json.loads` takes NaN, duplicate keys and lone surrogates; none of them survives a round trip
through every client, so `loads` refuses them. `canonical` gives equal bytes for equal values:
keys sorted, no blanks, an integral float spelt as the integer it is.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, NoReturn, cast

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_EXACT_FLOAT = 2**53

_MAYBE_INTEGRAL_FLOAT = re.compile(r"(?:^|[:\[,])-?\d+\.0(?:$|[,\]}])")
"""In compact JSON; texts may match too, and are then walked for nothing. Beyond 2^53 Python writes 1e+16."""


class StrictJsonError(ValueError):
    """Text that is no strict JSON; the message says why and, where known, where."""


def loads(text: str | bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Parse strict JSON (RFC 8259, and unique keys, finite numbers, no lone surrogates).

    Raises:
        StrictJsonError: for anything else, or beyond the caps on size (bytes) and nesting.
    """
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(raw) > max_bytes:
        raise StrictJsonError(f"{len(raw)} bytes are more than the {max_bytes} allowed")
    try:
        decoded = raw.decode("utf-8")
        if decoded.startswith("\ufeff"):
            raise StrictJsonError("it begins with a byte order mark (BOM)")
        value = _DECODER.decode(decoded)
    except StrictJsonError:
        raise
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise StrictJsonError(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise StrictJsonError(f"nested too deeply or a number too long ({error})") from error
    # Nearly every text is short and plain: then two looks at it save a walk over its parts.
    if "\\u" in decoded or decoded.count("{") + decoded.count("[") > max_depth:
        _check(value, max_depth)
    return value


def dumps(value: object) -> str:
    """Compact JSON text with the keys in their own order; raises ValueError on NaN."""
    return _ENCODER.encode(value)


def pretty(value: object) -> str:
    """JSON for files that people read: two-space indent, a newline at the end."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def canonical(value: object) -> bytes:
    """The one spelling of a JSON value, as UTF-8."""
    text = _sorted_dump(value)
    if ".0" in text and _MAYBE_INTEGRAL_FLOAT.search(text):
        text = _sorted_dump(integral(value))
    return text.encode("utf-8")


def digest(value: object) -> str:
    """`sha256:<hex>` over the canonical form."""
    return digest_bytes(canonical(value))


def digest_bytes(raw: bytes) -> str:
    """`sha256:<hex>` over bytes as they are."""
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def integral(value: Any) -> Any:
    """The same JSON value with every integral float (1.0) as an integer (1)."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < MAX_EXACT_FLOAT else value
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        return {key: integral(part) for key, part in mapping.items()}
    if isinstance(value, list | tuple):
        return [integral(part) for part in cast("list[Any]", value)]
    return value


def _sorted_dump(value: object) -> str:
    return _SORTED_ENCODER.encode(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise StrictJsonError(f"the key {double!r} stands twice in one object")
    return mapping


def _refuse(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise StrictJsonError(f"the number {text[:20]} is out of range")
    return number


def _check(value: object, max_depth: int) -> None:
    """Refuse deep nesting and lone surrogates, without recursion."""
    level: list[object] = [value]
    for _ in range(max_depth + 1):
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return
    raise StrictJsonError(f"nested deeper than {max_depth} levels")


def _parts(value: object) -> list[object]:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        for key in mapping:
            _check_text(key)
        return list(mapping.values())
    elif isinstance(value, list):
        return cast("list[object]", value)
    return []


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise StrictJsonError("a string holds half of a surrogate pair") from error


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SORTED_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
