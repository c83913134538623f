"""What an instruction asks, where there is room for a line: without date, subject and salutation."""

from __future__ import annotations

import re

HEADED = re.compile(r"(Date|Subject):")
STAMP = re.compile(r"\[[^\]]*\] ")
ENDS = (".", "!", "?")
FEWEST_WORDS = 4


def gist(instruction: str) -> str:
    """The sentences of an instruction on one line; all of it where nothing looks like a sentence."""
    lines = [" ".join(line.split()) for line in instruction.splitlines()]
    text = " ".join(filter(_says_something, lines)) or " ".join(instruction.split())
    return STAMP.sub("", text, count=1) if STAMP.match(text) else text


def _says_something(line: str) -> bool:
    """Not a day, `Dear all,` or `Yours sincerely`: these are short, and end no sentence."""
    short = len(line.split()) < FEWEST_WORDS and not line.endswith(ENDS)
    return not short and not HEADED.match(line)
