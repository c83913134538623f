"""One server as one file: what goes into it, and the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render.rendering import CARD
from envscaler_mcp.render.sharing_files import distribution
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest_bytes
from envscaler_mcp.spec import read_bytes

from .certificate_card import CERTIFICATE, certificate_card
from .wheels import build

Format = Literal["mcpb", "wheel", "sdist", "zip"]
FORMATS: tuple[Format, ...] = ("mcpb", "wheel", "sdist", "zip")
Contents = dict[str, bytes]

AUTHORS = frozenset(("README.md", "server.json", "Dockerfile", "LICENSE"))
"""What an author is told to edit before publishing; everything else is as it was rendered."""
GRADING = "grading/"
NOT_BUNDLED = (GRADING, "tests/", "Dockerfile", "server.json", ".mcpbignore")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REGULAR = 0o100644 << 16


@dataclass(frozen=True)
class Pack:
    """One file to share."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Its digest, as `sha256sum` prints it."""
        return hashlib.sha256(self.content).hexdigest()


def pack(folder: ServerFolder, form: Format, *, without_grading: bool = False) -> Pack:
    """Make one file of a server. Nothing is written, and nothing of the server is run.

    Bundles and wheels go to whoever runs an agent: they never hold the grading.

    Raises:
        BadInput: a file is missing, was changed after it was rendered, or names a place of this machine.
    """
    whole = contents_of(folder)
    card = folder.card
    stem = f"{distribution(card)}-{card.version}"
    if form == "mcpb":
        bundled = {name: content for name, content in whole.items() if not name.startswith(NOT_BUNDLED)}
        return Pack(f"{stem}.mcpb", zipped(bundled))
    ungraded = {name: content for name, content in whole.items() if not name.startswith(GRADING)}
    if form == "zip":
        kept = ungraded if without_grading else whole
        return Pack(f"{stem}.zip", zipped({f"{card.name}/{name}": part for name, part in kept.items()}))
    name, content = build(form, card, folder.environment(), ungraded)
    return Pack(name, content)


def contents_of(folder: ServerFolder) -> Contents:
    """The files of a server as they are shared: proven to be what the card says, digests brought up to date.

    Raises:
        BadInput: see `pack`.
    """
    card = folder.card
    contents: Contents = {}
    for name, expected in card.digests.items():
        contents[name] = _content(folder.path, name)
        if digest_bytes(contents[name]) != expected and name not in AUTHORS:
            raise BadInput(
                str(folder.path / name), "it was changed after it was rendered", "certify the server again"
            )
    if not contents:
        raise BadInput(str(folder.path / CARD), "it lists no files", "certify the server, which renders it")
    digests = {name: digest_bytes(content) for name, content in contents.items()}
    contents[CARD] = card.model_copy(update={"digests": digests}).to_text().encode("utf-8")
    contents[CERTIFICATE] = certificate_card(folder).to_text().encode("utf-8")
    _refuse_traces(folder.path, contents)
    return dict(sorted(contents.items()))


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """A ZIP file: sorted, with one time and one mode for everything."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(contents.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = _REGULAR
            archive.writestr(entry, content)
    return buffer.getvalue()


def _content(folder: Path, name: str) -> bytes:
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve())
    if path.is_symlink() or not inside or not path.is_file():
        raise BadInput(str(path), "it is no file of this folder", "render or import the server again")
    return read_bytes(path)


def _refuse_traces(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Nothing of the author's machine: neither where the server lies nor whose home this is."""
    places = {folder.resolve().parent, Path.cwd(), Path.home()}
    marks = [f"{place}/".encode() for place in places if len(place.parts) > 1]
    for name, content in contents.items():
        for mark in marks:
            if mark in content:
                raise BadInput(f"{folder / name}", f"it names {mark.decode()!r}, a place of this machine",
                               "take it out and certify again")  # fmt: skip
