"""The kernel's reading of a seccomp filter, in a few lines: to ask filters of other machines."""

from __future__ import annotations

import struct

LOAD, JUMP_EQUAL, JUMP_BITS, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000


def verdict(program: bytes, machine: int, number: int, *arguments: int) -> int:
    """What the filter says of one system call."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    seen = struct.pack("=IIQ6Q", number, machine, 0, *padded)
    lines = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        if code == LOAD:
            [accumulator] = struct.unpack_from("=I", seen, value)
        elif code == JUMP_EQUAL:
            at += if_true if accumulator == value else if_false
        elif code == JUMP_BITS:
            at += if_true if accumulator & value else if_false
        elif code == RETURN:
            return value
        else:
            raise AssertionError(f"unknown instruction {code:#x}")
