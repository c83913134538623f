"""Many packs in one folder, with an index of what is in each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest
from envscaler_mcp.spec import Part, Record, Tier, write_bytes, write_text

from .catalogue import listing
from .packing import Format, Pack, pack
from .versioning import at_least_minor

INDEX = "index.json"


class Packed(Part):
    """One pack of the index."""

    name: str
    title: str
    domain: str
    version: str
    tools: int
    scenarios: int
    tier: Tier | None = None
    format: str
    file: str
    bytes: int
    sha256: str
    tools_digest: str


class Index(Record):
    """`index.json` of a folder of packs."""

    kind_of_file: ClassVar[str] = "index"
    packs: tuple[Packed, ...]


def publish_all(
    folders: Sequence[ServerFolder], form: Format, out: Path, *, without_grading: bool = False
) -> tuple[Index, Path]:
    """Pack every server into `out`, and write the index last.

    Raises:
        BadInput: a server cannot be packed, its tools changed and its version did not, or the disk says no.
    """
    index_file = out / INDEX
    earlier = Index.load(index_file).packs if index_file.is_file() else ()
    made = [(folder, pack(folder, form, without_grading=without_grading)) for folder in folders]
    rows = [_row(folder, form, one) for folder, one in made]
    for row in rows:
        _hold_version_rule(row, earlier)
    for _, one in made:
        write_bytes(out / one.name, one.content)
    kept = {(row.name, row.format, row.version): row for row in (*earlier, *rows)}
    there = [row for row in kept.values() if (out / row.file).is_file()]
    index = Index(packs=tuple(sorted(there, key=lambda row: (row.name, row.format, row.version))))
    write_text(index_file, index.to_text())
    return index, index_file


def _hold_version_rule(row: Packed, earlier: Sequence[Packed]) -> None:
    """A list of tools that clients have seen under a version stays that version's."""
    for one in earlier:
        changed = one.name == row.name and one.tools_digest != row.tools_digest
        if changed and not at_least_minor(one.version, row.version):
            message = (
                f"its tools differ from those published as {one.version}, and its version is {row.version}"
            )
            raise BadInput(row.name, message, "raise the version by a minor one at least")


def _row(folder: ServerFolder, form: Format, made: Pack) -> Packed:
    line = listing(folder)
    return Packed(
        name=line.name,
        title=line.title,
        domain=line.domain,
        version=line.version,
        tools=line.tools,
        scenarios=line.scenarios,
        tier=line.tier,
        format=form,
        file=made.name,
        bytes=len(made.content),
        sha256=made.sha256,
        tools_digest=digest(folder.bundle.tools),
    )
