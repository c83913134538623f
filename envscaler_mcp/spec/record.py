"""What every file format shares: frozen, closed, versioned, strict JSON in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, digest, loads, pretty

Json = Annotated[Any, Field(description="Any JSON value.")]
State = dict[str, Json]


class Part(BaseModel):
    """A frozen, closed piece of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, allow_inf_nan=False)


class Record(Part):
    """A whole file: a `Part` with the line `"format": "envscaler-mcp/<kind>/1"`."""

    kind_of_file: ClassVar[str]
    format: str = ""

    def model_post_init(self, context: Any, /) -> None:
        """Fill in the format line, or refuse another's."""
        expected = f"envscaler-mcp/{self.kind_of_file}/1"
        if self.format not in ("", expected):
            raise ValueError(f"format is {self.format!r}, expected {expected!r}")
        object.__setattr__(self, "format", expected)

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> Self:
        """Read strict JSON; `where` names the file in the error.

        Raises:
            BadInput: not strict JSON, or not of this shape; the place and the remedy are named.
        """
        try:
            return cls.model_validate(loads(text))
        except StrictJsonError as error:
            raise BadInput(where, f"not strict JSON: {error}", "correct the file") from error
        except ValidationError as error:
            raise BadInput(where, first_error(error), f"see contracts for {cls.kind_of_file!r} files") from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read one file.

        Raises:
            BadInput: it cannot be read or is not of this format.
        """
        return cls.parse(read_bytes(path), str(path))

    def to_json(self) -> Json:
        """The record as a JSON value; absent optional parts are left out."""
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)

    def to_text(self) -> str:
        """The record as the text of a file."""
        return pretty(self.to_json())

    def digest(self) -> str:
        """`sha256:…` over the canonical form."""
        return digest(self.to_json())


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that a person named.

    Raises:
        BadInput: it is missing, a folder, or may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(str(path), error.strerror or str(error), "name a file that can be read") from error


def first_error(error: ValidationError) -> str:
    """The first complaint of pydantic, with its place, in one clause."""
    first = error.errors(include_url=False)[0]
    place = "/".join(str(step) for step in first["loc"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"at /{place}: {first['msg']}{more}" if place else f"{first['msg']}{more}"


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Listing = BeforeValidator(_as_tuple)
"""Marks a tuple field that stands as a list in JSON."""
