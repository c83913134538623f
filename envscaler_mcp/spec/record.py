"""What every file format shares: frozen, closed, versioned, strict JSON in and out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import (
    MAX_BYTES,
    StrictJsonError,
    digest,
    dumps,
    loads,
)

from .file_text import file_text

Json = Annotated[Any, Field(description="Any JSON value.")]
Number = int | float
"""A number that keeps its spelling: 1 stays 1, 1.0 stays 1.0."""
State = dict[str, Json]


class Part(BaseModel):
    """A frozen, closed piece of a record; optional fields that are None are left out of the JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)
    null_means_something: ClassVar[frozenset[str]] = frozenset()
    """Optional fields in which null, where it was set, is a value and not an absence."""

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> Self:
        """Read strict JSON; `where` names the file in the error.

        Raises:
            BadInput: not strict JSON, or not of this shape; the place and the remedy are named.
        """
        try:
            return cls.from_json(loads(text), where)
        except StrictJsonError as error:
            raise BadInput(where, f"not strict JSON: {error}", "correct the file") from error

    @classmethod
    def from_json(cls, value: Json, where: str) -> Self:
        """Take a parsed JSON value as it is: no text for a number, no number for a date.

        Raises:
            BadInput: it is not of this shape.
        """
        try:
            # Only pydantic's JSON mode is strict and still takes a list for a tuple.
            return cls.model_validate_json(dumps(value), strict=True)
        except ValidationError as error:
            raise BadInput(where, first_error(error), f"correct this {_words(cls)} there") from error

    def to_json(self) -> Json:
        """The record as a JSON value; absent optional parts are left out."""
        return self.model_dump(mode="json", by_alias=True)

    def to_text(self) -> str:
        """The record as the text of a file."""
        return file_text(self.to_json())

    def to_line(self) -> str:
        """The record as one line of a file of JSON lines, without the line's end."""
        return dumps(self.to_json())

    @model_serializer(mode="wrap")
    def _without_absent(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        whole = cast("dict[str, Any]", write(self))
        return {name: value for name, value in whole.items() if value is not None or not self._absent(name)}

    def _absent(self, name: str) -> bool:
        info = type(self).model_fields[name]
        said = name in self.null_means_something and name in self.model_fields_set
        return info.default is None and not said


class Record(Part):
    """A whole file: a `Part` with the line `"format": "envscaler-mcp/<kind>/1"`."""

    kind_of_file: ClassVar[str]
    format: str = ""

    def model_post_init(self, _context: Any, /) -> None:
        """Fill in the format line, or refuse another's."""
        expected = self.format_line()
        if self.format not in ("", expected):
            raise ValueError(f"format is {self.format!r}, expected {expected!r}")
        object.__setattr__(self, "format", expected)

    @classmethod
    def format_line(cls) -> str:
        """What stands under `format` in a file of this kind."""
        return f"envscaler-mcp/{cls.kind_of_file}/1"

    @classmethod
    def from_json(cls, value: Json, where: str) -> Self:
        """Take a parsed JSON value that carries this kind's format line.

        Raises:
            BadInput: the format line is missing or another's, or the rest is not of this shape.
        """
        found = cast("dict[str, Json]", value).get("format") if isinstance(value, dict) else None
        if found != cls.format_line():
            said = f"its format is {str(found)[:80]!r}" if found else 'it has no line "format"'
            raise BadInput(where, said, f"name a file of format {cls.format_line()!r}")
        return super().from_json(value, where)

    def digest(self) -> str:
        """`sha256:…` over the canonical form."""
        return digest(self.to_json())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read one file.

        Raises:
            BadInput: it cannot be read or is not of this format.
        """
        return cls.parse(read_bytes(path), str(path))


def read_bytes(path: Path, *, max_bytes: int | None = None) -> bytes:
    """The bytes of a file that a person named.

    Raises:
        BadInput: it is missing, a folder, too large, or may not be read.
    """
    try:
        with path.open("rb") as stream:
            size, most = os.fstat(stream.fileno()).st_size, max_bytes or MAX_BYTES
            if size > most:
                raise BadInput(str(path), f"{size} bytes are more than {most}", "name a smaller file")
            return stream.read()
    except (OSError, ValueError) as error:
        message = (isinstance(error, OSError) and error.strerror) or str(error)
        raise BadInput(str(path), message, "name a file that can be read") from error


def first_error(error: ValidationError) -> str:
    """The first complaint of pydantic, with its place, in one clause."""
    first = error.errors(include_url=False)[0]
    place = "/".join(str(step) for step in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"at /{place}: {message}{more}" if place else f"{message}{more}"


def _words(cls: type[Part]) -> str:
    """`EpisodeRequest` → `episode request`."""
    return "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in cls.__name__).strip()
