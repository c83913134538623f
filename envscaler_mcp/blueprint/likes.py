"""What a text field may be like: one word for texts of a kind, or a mask."""

from __future__ import annotations

import re

LIKES = ("person", "city", "street", "email", "phone", "company", "word", "title", "sentence")
"""Kinds of texts, besides a mask, a list of values, and a capitalised word, which is numbered: Desk 1."""

MASK = re.compile(r"#|(?<![A-Za-z])A+(?![a-z])")
"""In a mask, `A` is a letter and `#` a digit: `A-##`."""


def is_known(like: str) -> bool:
    """Whether texts like this can be made."""
    return like in LIKES or MASK.search(like) is not None or like[:1].isupper()
