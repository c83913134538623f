"""Writing that leaves a whole file or none, and JSON lines that survive being torn off."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import StrictJsonError, loads

from .record import read_bytes

Parsed = TypeVar("Parsed")

_REMEDIES = {
    errno.ENOSPC: "free some space and try again",
    errno.EDQUOT: "free some space and try again",
    errno.EACCES: "choose a place that you may write to",
    errno.EPERM: "choose a place that you may write to",
    errno.EROFS: "choose a place that you may write to",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "name a folder where a file stands now, or move that file away",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def write_text(path: Path, text: str) -> None:
    """Write a file whole: a reader sees the old content or the new, never a part.

    Raises:
        BadInput: it cannot be written; place and remedy are named, nothing is left behind.
    """
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """As `write_text`, for bytes.

    Raises:
        BadInput: it cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                _sync(stream)
            Path(temporary).chmod(_mode(path))
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise


def append_line(path: Path, line: str) -> None:
    """Add one line to a file of JSON lines and flush it; a torn last line is cut off first.

    Raises:
        BadInput: it cannot be written, or `line` is more than one line.
    """
    if "\n" in line:
        raise BadInput(str(path), "a line with a line end in it", "write compact JSON")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as stream:
            _cut_torn_line(stream)
            stream.write(line.encode("utf-8") + b"\n")
            stream.flush()


def strict_value(text: bytes, where: str) -> Any:
    """The JSON value of one line.

    Raises:
        BadInput: it is not strict JSON.
    """
    try:
        return loads(text)
    except StrictJsonError as error:
        raise BadInput(where, f"not strict JSON: {error}", "correct that line") from error


def read_lines(
    path: Path,
    parse: Callable[[bytes, str], Parsed] = strict_value,
    *,
    max_bytes: int | None = None,
    at_once: bool = False,
) -> Iterator[Parsed]:
    """Every line of a file of JSON lines, by `parse(line, where)`.

    A torn last line is left out: somebody may be writing it. In a file written `at_once` it is damage.

    Raises:
        BadInput: it cannot be read, or a line is not what `parse` takes; the line's number is named.
    """
    *lines, torn = read_bytes(path, max_bytes=max_bytes).split(b"\n")
    for number, line in enumerate([*lines, torn] if at_once else lines, start=1):
        if line.strip():
            yield parse(line, f"{path}:{number}")


@contextmanager
def writing(path: Path) -> Generator[None]:
    """Turn what the disk says into one sentence with the place and the remedy.

    Raises:
        BadInput: in place of any OSError.
    """
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "choose a place that can be written to")
        raise BadInput(str(path), error.strerror or str(error), remedy) from error


def _sync(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, or what the umask leaves of a new one."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _cut_torn_line(stream: BinaryIO) -> None:
    """Forget what a killed writer left after the last line end; no reader has ever seen it."""
    size = stream.seek(0, os.SEEK_END)
    end = size
    while end > 0:
        begin = max(0, end - 65536)
        stream.seek(begin)
        found = stream.read(end - begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    if end < size:
        stream.truncate(end)
