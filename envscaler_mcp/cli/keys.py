"""Keys come from the environment or a `.env` beside the work; they are never written anywhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from envscaler_mcp.errors import BadInput

KEY_NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CHAT_API_KEY")
_LINE = re.compile(r"""^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*("[^"]*"|'[^']*'|[^#]*?)\s*(?:\#.*)?$""")


def find_keys(folder: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The keys that are there: those of the environment first, then those of `folder/.env`.

    Nothing is put into the environment, where a server or an agent would inherit it.

    Raises:
        BadInput: there is a `.env` that cannot be read.
    """
    around = os.environ if environment is None else environment
    found = {**_read(folder / ".env"), **around}
    return {name: found[name] for name in KEY_NAMES if found.get(name)}


def _read(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), "cannot be read as text", "correct it or move it away") from error
    matches = (_LINE.match(line) for line in text.splitlines())
    return {match[1]: match[2].strip("\"'") for match in matches if match and match[1] in KEY_NAMES}
