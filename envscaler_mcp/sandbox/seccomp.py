"""A seccomp filter through `prctl`, without a library: only what computing needs is let through.

Anything else fails with EPERM, so that a tool that tries sees an ordinary `PermissionError`.
Memory may never become executable.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

PR_SET_SECCOMP = 22
MODE_FILTER = 2
PROT_EXEC = 4

_LOAD, _JUMP_EQUAL, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_AT_NUMBER, _AT_MACHINE, _AT_ARGUMENT_2 = 0, 4, 32

# Reading and writing happen on descriptors that are open already; nothing here opens one.
_X86_64 = {
    "read": 0, "write": 1, "close": 3, "lseek": 8, "munmap": 11, "brk": 12, "rt_sigprocmask": 14,
    "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25, "madvise": 28, "getpid": 39, "exit": 60,
    "gettimeofday": 96, "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "exit_group": 231, "getrandom": 318,
}  # fmt: skip
_X86_64_GUARDED = {"mmap": 9, "mprotect": 10}
_AARCH64 = {
    "close": 57, "lseek": 62, "read": 63, "write": 64, "exit": 93, "exit_group": 94, "futex": 98,
    "clock_gettime": 113, "clock_getres": 114, "sched_yield": 124, "restart_syscall": 128,
    "sigaltstack": 132, "rt_sigprocmask": 135, "rt_sigreturn": 139, "gettimeofday": 169, "getpid": 172,
    "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216, "madvise": 233, "getrandom": 278,
}  # fmt: skip
_AARCH64_GUARDED = {"mmap": 222, "mprotect": 226}

# Machine → its mark in the filter's view, allowed calls, calls that must not ask for PROT_EXEC.
_TABLES = {
    "x86_64": (0xC000003E, _X86_64, _X86_64_GUARDED),
    "aarch64": (0xC00000B7, _AARCH64, _AARCH64_GUARDED),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def allow_only_computing() -> bool:
    """Install the filter on this process; False where the machine has no table or the kernel no filter."""
    code = program(platform.machine())
    if code is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    loaded = _Program(len(code) // 8, code)
    return libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(loaded), 0, 0) == 0


def program(machine: str) -> bytes | None:
    """The filter for a kind of machine, as the kernel reads it."""
    if machine not in _TABLES:
        return None
    mark, allowed, guarded = _TABLES[machine]
    lines = [
        (_LOAD, 0, 0, _AT_MACHINE),
        (_JUMP_EQUAL, 1, 0, mark),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
    ]
    for number in sorted(allowed.values()):
        lines += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for number in sorted(guarded.values()):
        lines += [
            (_JUMP_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _AT_ARGUMENT_2),
            (_JUMP_BITS, 0, 1, PROT_EXEC),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        ]
    lines.append((_RETURN, 0, 0, _REFUSE))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
