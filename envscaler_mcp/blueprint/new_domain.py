"""A commented domain description to start from: valid as it stands, with every construct of the language."""

from __future__ import annotations

from pathlib import Path

from envscaler_mcp.errors import BadInput
from envscaler_mcp.spec.files import write_text

from .reading import parse_domain
from .reading.names import MAX_NAME, NAME
from .wording import words

STARTER = Path(__file__).parent / "new_domain.yaml"


def new_domain(name: str, out: Path, *, force: bool = False) -> Path:
    """Write the description of a domain of this name; what is written reads.

    Raises:
        BadInput: the name cannot be used, or there is a file already.
    """
    if not NAME.match(name) or len(name) > MAX_NAME:
        remedy = f"use small letters, digits and _, at most {MAX_NAME}, such as tool_desk"
        raise BadInput("new domain", f"{name!r} is no name for a domain", remedy)
    if out.exists() and not force:
        raise BadInput(str(out), "there is a file already", "name another with --out, or say --force")
    text = starter(name)
    parse_domain(text, out.name)
    write_text(out, text)
    return out


def starter(name: str) -> str:
    """The text of a description for a domain of this name."""
    text = STARTER.read_text(encoding="utf-8")
    return text.replace("name: NAME", f"name: {name}", 1).replace("TITLE", words(name).capitalize(), 1)
