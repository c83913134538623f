"""Names of servers out of titles."""

from __future__ import annotations

import unicodedata

from envscaler_mcp.render import server_name_fault

LONGEST = 48


def server_name_of(title: str) -> str:
    """`Équipment rental — desk!` → `equipment_rental_desk`; always a name that a server may have."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    while words and not words[0][0].isalpha():
        words = words[1:]
    name = "_".join(words)[:LONGEST].strip("_") or "world"
    return name if server_name_fault(name) is None else f"{name[: LONGEST - 6]}_world"
