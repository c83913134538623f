"""Lists of tasks say what is asked, and not from when and to whom."""

from __future__ import annotations

import pytest

from envscaler_mcp.runtime.standalone.gist import gist


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("3 May 2026\n\nDear all,\n\nPlease book room 214.\n\nYours sincerely", "Please book room 214."),
        ("Date: 3 May 2026\nSubject: Front desk, today\n\nHello,\n\nBook it.\n\nMany thanks", "Book it."),
        ("[3 May 2026] Hi! Could you book room 214?", "Hi! Could you book room 214?"),
        ("3 May 2026\nIn this order:\n1. Book room 214.\n2. Call.", "1. Book room 214. 2. Call."),
        ("Book the room for Anna Berg,\nand tell her.\nToday", "Book the room for Anna Berg, and tell her."),
        ("Book it", "Book it"),
        ("[draft]", "[draft]"),
        ("", ""),
    ],
)
def test_the_gist_is_what_is_asked(instruction: str, expected: str) -> None:
    assert gist(instruction) == expected
