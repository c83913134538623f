"""What may come in at all: names, kinds and sizes, held to caps while they are read."""

from __future__ import annotations

import re
from collections.abc import Callable

from envscaler_mcp.spec import Problem

MAX_FILES = 2000
MAX_FILE = 16 * 1024 * 1024
MAX_TOTAL = 64 * 1024 * 1024
MAX_RATIO = 100
"""Texts of servers shrink to a tenth; what shrinks to less than a hundredth was made to."""
RATIO_COUNTS_FROM = 256 * 1024
_PART = re.compile(r"[A-Za-z0-9_.+-]{1,120}\Z")
_DRIVE = re.compile(r"[A-Za-z]:")
_SHOWN = 200


class Unsafe(Exception):
    """What came is not safe to unpack."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Intake:
    """Admits one file after the other, and remembers what was refused."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._names: set[str] = set()
        self._total = 0

    def refuse(self, code: str, where: str, message: str) -> None:
        """Note what may not come in."""
        self.problems.append(Problem(code=code, where=ascii(where)[1:-1][:_SHOWN], message=message))

    def admit(self, name: str, size: int, packed: int | None = None) -> bool:
        """Whether a file of this name and declared size may come in.

        Raises:
            Unsafe: there are too many files, or too many bytes: nothing more is looked at.
        """
        if fault := name_fault(name):
            self.refuse(*fault)
            return False
        if name.casefold() in self._names:
            self.refuse("double_name", name, "two files have this name, or differ in case only")
            return False
        self._names.add(name.casefold())
        self._hold_caps(name, size)
        if packed is not None and size > RATIO_COUNTS_FROM and size > packed * MAX_RATIO:
            self.refuse("bomb", name, f"{packed} bytes would unpack to {size}")
            raise Unsafe(self.problems)
        return True

    def drawn(self, read: Callable[[int], bytes], name: str, size: int) -> bytes:
        """The content, read to its declared size and not a byte further.

        Raises:
            Unsafe: there is more of it, or less.
        """
        content = read(size + 1)
        while 0 < len(content) <= size and (more := read(size + 1 - len(content))):
            content += more
        if len(content) != size:
            self.refuse("bomb", name, f"it does not have the {size} bytes that it declares")
            raise Unsafe(self.problems)
        return content

    def settle(self) -> None:
        """Go on only where nothing was refused.

        Raises:
            Unsafe: something was.
        """
        if self.problems:
            raise Unsafe(self.problems)

    def _hold_caps(self, name: str, size: int) -> None:
        self._total += size
        if size > MAX_FILE or size < 0:
            self.refuse("oversize", name, f"{size} bytes, at most {MAX_FILE} for one file")
        elif self._total > MAX_TOTAL:
            self.refuse("oversize", name, f"with it there are more than {MAX_TOTAL} bytes")
        elif len(self._names) > MAX_FILES:
            self.refuse("oversize", name, f"there are more than {MAX_FILES} files")
        else:
            return
        raise Unsafe(self.problems)


def name_fault(name: str) -> tuple[str, str, str] | None:
    """Code, place and message for a name that may not be unpacked."""
    parts = name.split("/")
    if ".." in parts or name.startswith("/") or "\\" in name or _DRIVE.match(name):
        return "path_escape", name, "it would be written outside the folder"
    if not all(_PART.match(part) and part.strip(".") for part in parts) or len(name) > _SHOWN:
        return "bad_name", name, "a file's name is made of letters, digits and _ . + - only"
    return None
