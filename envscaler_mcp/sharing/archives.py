"""ZIP and tar, read member by member; links, special files and bombs never get past the first look."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, cast

from .intake import MAX_FILES, MAX_TOTAL, Intake, Unsafe

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    tarfile.TarError,
    gzip.BadGzipFile,
)
_TAR_OVERHEAD = 4 * 1024 * 1024


def read_zip(path: Path) -> dict[str, bytes]:
    """Every file of a ZIP.

    Raises:
        Unsafe: it is damaged, or must not be unpacked.
    """
    intake = Intake()
    try:
        _weigh(path, intake)
        with zipfile.ZipFile(path) as archive:
            return _zip_members(archive, intake)
    except _DAMAGED as error:
        raise _damaged(intake, path, error) from error


def read_tar(path: Path) -> dict[str, bytes]:
    """Every file of a gzipped tar.

    Raises:
        Unsafe: it is damaged, or must not be unpacked.
    """
    intake = Intake()
    try:
        _weigh(path, intake)
        with (
            gzip.open(path) as packed,
            tarfile.open(fileobj=cast("Any", _Capped(packed)), mode="r|") as archive,
        ):
            return _tar_members(archive, intake)
    except _DAMAGED as error:
        raise _damaged(intake, path, error) from error


def _zip_members(archive: zipfile.ZipFile, intake: Intake) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    members = archive.infolist()
    if len(members) > MAX_FILES * 2:
        intake.refuse("oversize", "", f"{len(members)} entries, at most {MAX_FILES} files")
        raise Unsafe(intake.problems)
    admitted = [one for one in members if _may_come(one, intake)]
    intake.settle()
    for member in admitted:
        with archive.open(member) as stream:
            files[member.filename] = intake.drawn(stream.read, member.filename, member.file_size)
    return files


def _may_come(member: zipfile.ZipInfo, intake: Intake) -> bool:
    name = member.orig_filename  # as it stands there; `filename` is already tidied up
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        intake.refuse("link", name, "it is a link, which could lead anywhere")
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        intake.refuse("special_file", name, "it is neither file nor folder")
    elif member.flag_bits & 0x1:
        intake.refuse("encrypted", name, "it is encrypted and cannot be looked at")
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        intake.refuse("compression", name, "it is packed in a way that servers are not")
    elif name.endswith("/"):
        intake.admit(name.rstrip("/"), 0)  # a folder holds nothing itself
    else:
        return intake.admit(name, member.file_size, member.compress_size)
    return False


def _tar_members(archive: tarfile.TarFile, intake: Intake) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for member in archive:
        if member.islnk() or member.issym():
            intake.refuse("link", member.name, "it is a link, which could lead anywhere")
        elif member.isdir():
            intake.admit(member.name.rstrip("/"), 0)
        elif not member.isreg():
            intake.refuse("special_file", member.name, "it is neither file nor folder")
        elif intake.admit(member.name, member.size):
            stream = archive.extractfile(member)
            content = intake.drawn(stream.read, member.name, member.size) if stream else b""
            files[member.name] = content
    intake.settle()
    return files


class _Capped:
    """A stream that ends in an error once more has come out of it than any server holds."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile) -> None:
        self._stream = stream
        self._left = MAX_TOTAL + _TAR_OVERHEAD

    def read(self, size: int) -> bytes:
        content = self._stream.read(min(size, self._left + 1))
        self._left -= len(content)
        if self._left < 0:
            raise ValueError(f"it unpacks to more than {MAX_TOTAL} bytes")
        return content


def _weigh(path: Path, intake: Intake) -> None:
    size = path.stat().st_size
    if size > MAX_TOTAL:
        intake.refuse("oversize", path.name, f"{size} bytes, at most {MAX_TOTAL}")
        raise Unsafe(intake.problems)


def _damaged(intake: Intake, path: Path, error: Exception) -> Unsafe:
    intake.refuse("damaged", path.name, f"it cannot be unpacked: {error}"[:200])
    return Unsafe(intake.problems)
