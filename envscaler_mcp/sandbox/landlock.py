"""Landlock through bare system calls: no file, no TCP port, no signal to others."""

from __future__ import annotations

import ctypes
import os

SYS_CREATE_RULESET = 444
SYS_RESTRICT_SELF = 446
ASK_VERSION = 1
NETWORK_SINCE, SCOPES_SINCE = 4, 6

# Version of the interface → how many file rights it knows, from bit 0.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_BIND_AND_CONNECT_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def version() -> int:
    """The kernel's version of the interface; 0 where there is none."""
    return max(0, ctypes.CDLL(None, use_errno=True).syscall(SYS_CREATE_RULESET, None, 0, ASK_VERSION))


def deny_files_and_network() -> bool:
    """Handle every right that the kernel knows and grant none of them."""
    known = version()
    if known < 1:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    ruleset, size = _everything(known)
    descriptor = libc.syscall(SYS_CREATE_RULESET, ctypes.byref(ruleset), size, 0)
    if descriptor < 0:
        return False
    try:
        return libc.syscall(SYS_RESTRICT_SELF, descriptor, 0) == 0
    finally:
        os.close(descriptor)


def _everything(known: int) -> tuple[_Ruleset, int]:
    rights = _FILE_RIGHTS[min(known, max(_FILE_RIGHTS))]
    network = _BIND_AND_CONNECT_TCP if known >= NETWORK_SINCE else 0
    scopes = _ABSTRACT_SOCKETS_AND_SIGNALS if known >= SCOPES_SINCE else 0
    fields = 1 + (known >= NETWORK_SINCE) + (known >= SCOPES_SINCE)
    return _Ruleset((1 << rights) - 1, network, scopes), 8 * fields
