"""What somebody gave us, read into memory without trusting a byte of it.

Nothing is unpacked to disk here. A parcel that is not safe to unpack has problems and no files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render.rendering import CARD
from envscaler_mcp.spec import Problem

from .archives import read_tar, read_zip
from .certificate_card import CERTIFICATE
from .intake import Intake, Unsafe
from .packing import GRADING, NOT_BUNDLED

Kind = Literal["folder", "zip", "mcpb", "wheel", "sdist"]
Files = dict[str, bytes]

CACHES = frozenset(
    ("__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".venv", ".git", ".hypothesis")
)
"""What running and testing a server leaves in its folder; none of it is shared."""
_METADATA = ".dist-info/"


@dataclass(frozen=True)
class Parcel:
    """The files of one server, as they would lie in its folder."""

    kind: Kind
    files: Files = field(default_factory=dict[str, bytes])
    metadata: Files = field(default_factory=dict[str, bytes])
    """What the format itself adds: a wheel's records, an sdist's PKG-INFO."""
    problems: tuple[Problem, ...] = ()

    def may_lack(self, name: str, package: str) -> bool:
        """Whether this format leaves out a file that the card lists."""
        if self.kind == "wheel":
            return not name.startswith(f"{package}/")
        return name.startswith(NOT_BUNDLED if self.kind == "mcpb" else GRADING)


def open_parcel(path: Path) -> Parcel:
    """Read a folder, `.zip`, `.mcpb`, `.whl` or `.tar.gz`.

    Raises:
        BadInput: it is none of these, or cannot be read.
    """
    kind = _kind(path)
    try:
        if kind == "folder":
            return _folder(path)
        files = read_tar(path) if kind == "sdist" else read_zip(path)
        return _as_folder(kind, files)
    except Unsafe as unsafe:
        return Parcel(kind, problems=tuple(unsafe.problems))
    except OSError as error:
        raise BadInput(str(path), error.strerror or str(error), "name a file that can be read") from error


def _kind(path: Path) -> Kind:
    if path.is_dir():
        return "folder"
    if not path.is_file():
        raise BadInput(str(path), "there is no such file or folder", "name a pack, or a server's folder")
    suffixes: dict[str, Kind] = {
        ".zip": "zip",
        ".mcpb": "mcpb",
        ".whl": "wheel",
        ".gz": "sdist",
        ".tgz": "sdist",
    }
    kind = suffixes.get(path.suffix.lower())
    if kind is None:
        raise BadInput(
            str(path), "its ending is that of no pack", "name a folder, .zip, .mcpb, .whl or .tar.gz"
        )
    return kind


def _as_folder(kind: Kind, files: Files) -> Parcel:
    if kind == "mcpb":
        return Parcel(kind, files)
    if kind == "wheel":
        return _from_wheel(files)
    roots = {name.split("/", 1)[0] for name in files}
    root = f"{roots.pop()}/" if len(roots) == 1 else ""
    inside = {name.removeprefix(root): content for name, content in files.items()}
    metadata = {name: inside.pop(name) for name in ("PKG-INFO",) if kind == "sdist" and name in inside}
    return Parcel(kind, inside, metadata)


def _from_wheel(files: Files) -> Parcel:
    """The package as it is; card, certificate and licence from the wheel's records."""
    inside: Files = {}
    metadata: Files = {}
    carried = {f"extra_metadata/{CARD}": CARD, f"extra_metadata/{CERTIFICATE}": CERTIFICATE}
    carried["licenses/LICENSE"] = "LICENSE"
    for name, content in files.items():
        top, found, record = name.partition(_METADATA)
        if not found or "/" in top:
            inside[name] = content
        elif record in carried and carried[record] not in inside:
            inside[carried[record]] = content
        else:
            metadata[name] = content
    return Parcel("wheel", inside, metadata)


def _folder(path: Path) -> Parcel:
    intake = Intake()
    files: Files = {}
    for place in _walk(path, intake):
        name = place.relative_to(path).as_posix()
        size = place.stat().st_size
        if intake.admit(name, size):
            files[name] = _read(place, size, intake, name)
    intake.settle()
    return Parcel("folder", files, problems=tuple(_caches(path)))


def _walk(folder: Path, intake: Intake) -> Iterator[Path]:
    """Every regular file; links and devices are refused, caches left out."""
    for place in sorted(folder.iterdir()):
        if place.name in CACHES:
            continue
        if place.is_symlink():
            intake.refuse("link", str(place), "it is a link, which could lead anywhere")
        elif place.is_dir():
            yield from _walk(place, intake)
        elif place.is_file():
            yield place
        else:
            intake.refuse("special_file", str(place), "it is neither file nor folder")


def _read(place: Path, size: int, intake: Intake, name: str) -> bytes:
    read: Callable[[int], bytes]
    with place.open("rb") as stream:
        read = stream.read
        return intake.drawn(read, name, size)


def _caches(path: Path) -> Iterator[Problem]:
    """Compiled files run in place of the source that was looked at."""
    compiled = next(path.rglob("__pycache__/*.pyc"), None)
    if compiled:
        message = "Compiled files lie here; Python may run them in place of the source. Remove them first."
        where = compiled.parent.relative_to(path).as_posix()
        yield Problem(code="compiled_files", where=where, message=message, severity="warning")
