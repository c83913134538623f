"""Code that got past the policy (here: because somebody trusts it) is still shut in."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.errors import WorkerDied, WorkerTimeout
from envscaler_mcp.sandbox.isolation import available
from envscaler_mcp.sandbox.worker import Worker, WorkerRefused

from .worlds import NOW, plain

SOURCE = '''
import builtins, ctypes, json, mmap, os, resource, signal, socket, subprocess, sys, threading
import urllib.request


class Hostile:
    def __init__(self):
        self.log = []

    def run(self, name, by=""):
        """Run one attack; what it got out is the answer."""
        try:
            return {"success": True, "data": str(getattr(self, "_" + name)(by))}
        except Exception as error:
            return {"success": False, "error": f"{type(error).__name__}: {error}"[:200]}

    def _read_file(self, path):
        return open(path).read()

    def _list_folder(self, path):
        return os.listdir(path)

    def _write_file(self, path):
        with open(path, "w") as file:
            file.write("x")
        return "written"

    def _environment(self, _):
        return dict(os.environ)

    def _parent_environment(self, _):
        return open(f"/proc/{os.getppid()}/environ").read()

    def _connect(self, port):
        return socket.create_connection(("127.0.0.1", int(port)), 2)

    def _unix_socket(self, path):
        return socket.socket(socket.AF_UNIX)

    def _resolve(self, name):
        return socket.gethostbyname(name)

    def _download(self, url):
        return urllib.request.urlopen(url, timeout=2)

    def _fork(self, _):
        return os.fork()

    def _shell(self, command):
        return subprocess.check_output(command, shell=True)

    def _system(self, command):
        return "status 0" if os.system(command) == 0 else 1 / 0

    def _thread(self, _):
        thread = threading.Thread(target=print)
        thread.start()
        return thread

    def _kill_parent(self, _):
        return os.kill(os.getppid(), 9)

    def _alarm(self, _):
        return signal.setitimer(signal.ITIMER_REAL, 1)

    def _raise_limit(self, _):
        return resource.setrlimit(resource.RLIMIT_AS, (-1, -1))

    def _become_root(self, _):
        return os.setuid(0)

    def _memory_file(self, _):
        return os.memfd_create("x")

    def _pipe(self, _):
        return os.pipe()

    def _executable_memory(self, _):
        return mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)

    def _ptrace(self, _):
        if ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) != 0:
            raise PermissionError("ptrace")
        return "attached"

    def _write_descriptors(self, _):
        for descriptor in (0, 1, 2):
            try:
                os.write(descriptor, b"garbage" * 1000)
            except OSError:
                pass
        return "written"

    def _patch(self, _):
        json.dumps = json.loads = lambda *_, **__: {"forged": True}
        builtins.len = lambda _: 7
        return "patched"

    def exit(self):
        sys.exit(0)

    def hard_exit(self):
        os._exit(0)

    def abort(self):
        os.abort()

    def overflow(self):
        sys.setrecursionlimit(10**9)
        def down(x):
            return down([x])
        return down(0)

    def forge(self):
        """Write replies of its own on every descriptor that might be the protocol's."""
        forged = {"result": {}, "is_error": False, "code": None, "state_digest": "sha256:" + "0" * 64}
        payload = json.dumps({"id": 1, "result": forged}).encode()
        for descriptor in range(3, 200):
            try:
                os.write(descriptor, len(payload).to_bytes(4, "big") + payload)
            except OSError:
                pass
        return {"success": True}

    def babble(self):
        for descriptor in range(3, 200):
            try:
                os.write(descriptor, b"\\x00\\x00\\x00\\x05hello")
            except OSError:
                pass
        return {"success": True}

    def announce(self):
        for descriptor in range(3, 200):
            try:
                os.write(descriptor, b"\\xff\\xff\\xff\\xff")
            except OSError:
                pass
        return {"success": True}

    def nan(self):
        return {"success": True, "data": float("nan"), "deep": eval("[" * 80 + "]" * 80), "half": "\\ud800"}

    def odd(self):
        return {1: "a", "1": "b", (2,): {3}, "big": 10**400, "x": object()}
'''
HOSTILE: dict[str, Any] = plain(
    "Hostile", "run", "exit", "hard_exit", "abort", "overflow", "forge", "babble", "announce", "nan", "odd"
)

pytestmark = pytest.mark.skipif(available().tier != "hardened", reason="the kernel offers no seccomp filter")


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with Worker() as made:
        await made.start(SOURCE, trust=True, **HOSTILE)
        await made.request("open", episode="a", start={}, now=NOW, seed=1)
        yield made


async def attack(worker: Worker, name: str, by: str = "") -> dict[str, Any]:
    outcome = await worker.request("call", episode="a", tool="run", arguments={"name": name, "by": by})
    return outcome["result"]


@pytest.fixture(autouse=True)
def canary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_KEY", "canary")


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("read_file", "/etc/passwd"),
        ("read_file", "/proc/self/environ"),
        ("read_file", __file__),
        ("list_folder", "/"),
        ("write_file", "/tmp/written-by-a-worker"),
        ("parent_environment", ""),
        ("unix_socket", ""),
        ("resolve", "localhost"),
        ("download", "http://127.0.0.1:9/"),
        ("fork", ""),
        ("shell", "id"),
        ("system", "id"),
        ("thread", ""),
        ("kill_parent", ""),
        ("alarm", ""),
        ("raise_limit", ""),
        ("become_root", ""),
        ("memory_file", ""),
        ("pipe", ""),
        ("executable_memory", ""),
        ("ptrace", ""),
    ],
)
async def test_an_attack_gets_nothing(worker: Worker, name: str, by: str):
    result = await attack(worker, name, by)
    assert result["success"] is False, result
    assert "canary" not in str(result)
    assert await worker.request("ping") == "pong"


async def test_nothing_was_written(worker: Worker, tmp_path: Path):
    tmp_path.chmod(0o777)
    assert (await attack(worker, "write_file", str(tmp_path / "x")))["success"] is False
    assert list(tmp_path.iterdir()) == []


async def test_a_listening_port_is_not_reached(worker: Worker):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert (await attack(worker, "connect", str(server.getsockname()[1])))["success"] is False


async def test_the_environment_holds_no_secret(worker: Worker):
    seen = await attack(worker, "environment")
    assert "canary" not in seen["data"]
    assert "PATH" not in seen["data"]


async def test_standard_descriptors_are_no_protocol(worker: Worker, capfd: pytest.CaptureFixture[str]):
    assert (await attack(worker, "write_descriptors"))["data"] == "written"
    assert await worker.request("ping") == "pong"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("tool", ["exit", "hard_exit", "abort"])
async def test_a_tool_that_ends_the_process_is_told_as_that(worker: Worker, tool: str):
    pid = worker.pid
    with pytest.raises(WorkerDied, match="the worker ended during call"):
        await worker.request("call", episode="a", tool=tool, arguments={})
    assert worker.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid or 0, 0)


@pytest.mark.parametrize("tool", ["forge", "babble", "announce"])
async def test_a_forged_reply_is_no_reply(worker: Worker, tool: str):
    with pytest.raises(WorkerDied, match="no answer"):
        await worker.request("call", episode="a", tool=tool, arguments={})
    assert worker.pid is None


@pytest.mark.parametrize("tool", ["nan", "odd"])
async def test_what_cannot_be_told_is_an_error_or_an_end(worker: Worker, tool: str):
    with contextlib.suppress(WorkerDied, WorkerRefused):
        outcome = await worker.request("call", episode="a", tool=tool, arguments={})
        assert isinstance(outcome["result"], dict)


async def test_a_bottomless_recursion_is_contained():
    async with Worker(seconds=1) as worker:
        await worker.start(SOURCE, trust=True, **HOSTILE)
        await worker.request("open", episode="a", start={}, now=NOW, seed=1)
        with contextlib.suppress(WorkerDied, WorkerRefused, WorkerTimeout):
            outcome = await worker.request("call", episode="a", tool="overflow", arguments={})
            assert outcome["is_error"] is True


async def test_patches_stay_in_their_own_worker(worker: Worker):
    with contextlib.suppress(WorkerDied, WorkerRefused):
        await attack(worker, "patch")
    async with Worker() as clean:
        await clean.start(SOURCE, trust=True, **HOSTILE)
        await clean.request("open", episode="a", start={}, now=NOW, seed=1)
        assert (await attack(clean, "environment"))["success"] is True
