"""The walls around a worker, one by one: descriptors, each machine's filter, bubblewrap, who starts it."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from envscaler_mcp.errors import IsolationMissing
from envscaler_mcp.sandbox import bubblewrap, isolation, process
from envscaler_mcp.sandbox.isolation import available
from envscaler_mcp.sandbox.process import start_process
from envscaler_mcp.sandbox.seccomp import program
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused
from tests.sandbox.worlds import COUNTER, COUNTER_IS, plain

from .bpf import ALLOW, ERRNO, KILL, verdict
from .samples import CANARY

# From the kernel's tables, not from ours.
MACHINES = {
    "x86_64": (
        0xC000003E,
        {"read": 0, "write": 1, "futex": 202, "exit_group": 231, "brk": 12, "getrandom": 318},
        {
            "open": 2,
            "socket": 41,
            "connect": 42,
            "clone": 56,
            "fork": 57,
            "execve": 59,
            "kill": 62,
            "ptrace": 101,
            "prctl": 157,
            "setrlimit": 160,
            "tgkill": 234,
            "openat": 257,
            "memfd_create": 319,
            "execveat": 322,
            "io_uring_setup": 425,
            "clone3": 435,
            "openat2": 437,
            "nanosleep": 35,
            "setitimer": 38,
            "dup": 32,
            "rt_sigaction": 13,
            "process_vm_readv": 310,
            "sendmsg": 46,
            "recvmsg": 47,
            "pkey_mprotect": 329,
        },
        {"mmap": 9, "mprotect": 10},
    ),
    "aarch64": (
        0xC00000B7,
        {"read": 63, "write": 64, "futex": 98, "exit_group": 94, "brk": 214, "getrandom": 278},
        {
            "openat": 56,
            "socket": 198,
            "connect": 203,
            "clone": 220,
            "execve": 221,
            "kill": 129,
            "ptrace": 117,
            "prctl": 167,
            "setrlimit": 164,
            "tgkill": 131,
            "memfd_create": 279,
            "execveat": 281,
            "io_uring_setup": 425,
            "clone3": 435,
            "openat2": 437,
            "nanosleep": 101,
            "setitimer": 103,
            "dup": 23,
            "rt_sigaction": 134,
            "process_vm_readv": 270,
            "sendmsg": 211,
            "recvmsg": 212,
            "pkey_mprotect": 288,
        },
        {"mmap": 222, "mprotect": 226},
    ),
}
X32 = 0x40000000
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_lets_computing_through_and_nothing_else(machine: str):
    code = program(machine)
    assert code
    mark, allowed, refused, guarded = MACHINES[machine]
    assert {verdict(code, mark, number) for number in allowed.values()} == {ALLOW}
    refusal = ERRNO | errno.EPERM
    assert {name: verdict(code, mark, number) for name, number in refused.items()} == dict.fromkeys(
        refused, refusal
    )
    for number in guarded.values():
        assert verdict(code, mark, number, 0, 4096, 3) == ALLOW
        assert verdict(code, mark, number, 0, 4096, 7) == refusal
    through = [number for number in range(600) if verdict(code, mark, number) == ALLOW]
    assert len(through) < 30
    assert verdict(code, mark, X32 | 1) == refusal, "the second table of x86_64 is closed, too"


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_machine_are_the_end(machine: str):
    code = program(machine)
    assert code
    for other, (mark, *_) in MACHINES.items():
        assert other == machine or verdict(code, mark, 0) == KILL


@linux
async def test_a_worker_holds_nothing_but_its_channel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(process, "around_python", lambda: ())
    secret = tmp_path / "open"
    secret.write_text(CANARY)
    with secret.open("rb") as held:
        os.set_inheritable(held.fileno(), True)
        async with Worker() as worker:
            await worker.start(COUNTER, **COUNTER_IS)
            folder = Path(f"/proc/{worker.pid}")
            if not os.access(folder / "fd", os.R_OK):
                pytest.skip("only root may look into what is not dumpable")
            open_ones = {int(one.name): one.stat() for one in (folder / "fd").iterdir()}
            environment = (folder / "environ").read_bytes()
    extra = [number for number in open_ones if number > 2]
    assert len(extra) == 1
    assert stat.S_ISSOCK(open_ones[extra[0]].st_mode)
    nowhere = Path("/dev/null").stat()
    assert {(open_ones[number].st_dev, open_ones[number].st_ino) for number in (0, 1, 2)} == {
        (nowhere.st_dev, nowhere.st_ino)
    }
    names = {line.split(b"=")[0] for line in environment.split(b"\0") if line}
    assert names <= {b"PYTHONHASHSEED", b"LC_CTYPE"}


async def test_bubblewrap_hides_the_disk_while_the_worker_still_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("A_SECRET_KEY", CANARY)
    if not bubblewrap.around_python():
        pytest.skip("bubblewrap is not installed, or does not work here")
    disk = tmp_path / "canary"
    disk.write_text(CANARY)
    for reach in (
        f"open({str(disk)!r})",
        "__import__('os').listdir('/home')",
        f"assert {CANARY!r} in open('/proc/1/environ').read()",
    ):
        source = f"{reach}\nclass A:\n    pass\n"
        with pytest.raises(WorkerRefused, match="FileNotFoundError|PermissionError|AssertionError"):
            await Worker().start(source, trust=True, **plain("A"))
    connects = "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)\nclass A:\n    pass\n"
    with pytest.raises(WorkerRefused, match="OSError|ConnectionRefusedError"):
        await Worker().start(connects, trust=True, **plain("A"))


def test_bubblewrap_shows_nothing_of_a_checkout_but_the_package(monkeypatch: pytest.MonkeyPatch, root: Path):
    shown = bubblewrap._readable([str(root), "/somewhere/site-packages", "/home/me/project"])
    assert str(bubblewrap.PACKAGE) in shown
    assert "/somewhere/site-packages" in shown
    assert not {str(root), "/home/me/project", "/", "/home", "/root", "/tmp"} & set(shown)


def test_a_bubblewrap_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(fake))
    for probe in (bubblewrap.around_python.__wrapped__, lambda: bubblewrap._works(["/nowhere/bwrap"])):
        assert not probe()
    monkeypatch.setattr(isolation, "around_python", lambda: ())
    assert available.__wrapped__().parts["bubblewrap"] == "installed, but it does not work here"


@pytest.mark.parametrize("lacking", sorted(process.REQUIRED_PARTS))
async def test_foreign_code_below_the_worker_tier_is_refused(monkeypatch: pytest.MonkeyPatch, lacking: str):
    exchanged = Worker._exchange

    async def without(self: Worker, *arguments: object) -> bytes:
        payload = await exchanged(self, *arguments)  # pyright: ignore
        return payload.replace(lacking.encode(), b"nothing")

    monkeypatch.setattr(Worker, "_exchange", without)
    worker = Worker()
    with pytest.raises(IsolationMissing, match=f"no {lacking}; run foreign code on Linux or in a container"):
        await worker.start(COUNTER, **COUNTER_IS)
    assert worker.pid is None


AS_NOBODY = """
import os, sys
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
from envscaler_mcp.sandbox.isolation import available
report = available()
print(report.tier, sorted(name for name, state in report.parts.items() if state is True))
"""


def test_nobody_can_start_workers_and_they_are_locked_down(root: Path):
    if os.geteuid() != 0:
        pytest.skip("every other test here is this test: they run as an ordinary user")
    if not _readable_for_all(Path(sys.executable)):
        pytest.skip("the interpreter lies in a folder that only root may enter")
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.startswith("hardened "), done
    for part in ("unprivileged", "seccomp", "resource_limits", "death_signal"):
        assert part in done.stdout


def _readable_for_all(path: Path) -> bool:
    real = path.resolve()
    places = [*path.absolute().parents, real, *real.parents]
    return all(place.stat().st_mode & stat.S_IXOTH for place in places)


def test_a_worker_is_unprivileged_whoever_starts_it():
    child = start_process().result()
    try:
        assert "unprivileged" in child.ask("begin", {"memory": 1 << 26}, 30)
    finally:
        child.kill()
