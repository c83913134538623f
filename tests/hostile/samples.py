"""Hostile tools as data: what each tries, what the policy says of it, and how it ends past the policy.

Every body is that of a method `attack` of a small class. A body that gets through returns ESCAPED.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, indent
from typing import Literal

ESCAPED = "ESCAPED"
CANARY = "canary-5f1c"
DISK = "@disk@"
"""Stands for the path of a file that holds the canary."""
PORT = "@port@"
"""Stands for a port on which somebody listens."""
SOCKET = "@socket@"
"""Stands for the path of a UNIX socket on which somebody listens."""

Ending = Literal["error", "stopped", "either", "answer"]


@dataclass(frozen=True)
class Sample:
    """One attack.

    Args:
        id: shown by pytest.
        body: the tool's statements.
        refused: what the policy says; empty where only the worker can tell.
        ends: past the policy: `error` (the tool fails), `stopped` (the worker ends, or is ended), or
            `answer` (it is let, and gets nothing); `either` of the first two, whichever limit comes first.
        top: statements at the top of the module; played before the worker is locked down, too.
    """

    id: str
    body: str
    refused: str = ""
    ends: Ending = "error"
    top: str = ""

    def source(self, **places: str) -> str:
        """The class's text; `places` fill in DISK, PORT and SOCKET."""
        text = _CLASS.replace("BODY", indent(dedent(self.body).strip(), "        ")).replace("TOP", self.top)
        for name, value in places.items():
            text = text.replace(f"@{name}@", value)
        return text


_CLASS = """\
TOP


class Hostile:
    def __init__(self):
        self.count = 0

    def add(self):
        self.count += 1
        return {"success": True, "count": self.count}

    def attack(self):
        self.count = 99
BODY
        return {"success": True, "data": "ESCAPED"}
"""

_RESOURCES = (
    Sample("infinite-loop", "while True: pass", ends="stopped"),
    Sample(
        "loop-swallowing-everything",
        """
        while True:
            try:
                while True: pass
            except BaseException:
                pass
        """,
        ends="stopped",
    ),
    Sample("regex-blow-up", "import re; re.match('(a+)+$', 'a' * 60 + 'b')", ends="stopped"),
    Sample("huge-power", "10 ** 10 ** 10", ends="stopped"),
    Sample("huge-power-in-memory", "x = 1 << (1 << 40)"),
    Sample("memory-bomb-by-list", "rows = [0]\nwhile True: rows += rows", ends="either"),
    Sample("memory-bomb-by-text", "text = 'x' * (1 << 40)"),
    Sample(
        "memory-bomb-in-the-state", "self.rows = ['x']\nwhile True: self.rows += self.rows", ends="either"
    ),
    Sample("memory-bomb-by-range", "x = list(range(1 << 40))", ends="either"),
    Sample("endless-iterator", "import itertools\nsum(itertools.count())", ends="stopped"),
    Sample("endless-generator", "def ever():\n    while True: yield 1\nlist(ever())", ends="either"),
    Sample("recursion", "def down(x): return down([x])\ndown(0)"),
    Sample(
        "deep-state",
        "x = []\nfor _ in range(100000): x = [x]\nself.x = x\nreturn {'success': True}",
        ends="answer",
    ),
    Sample("deep-repr", "x = []\nfor _ in range(100000): x = [x]\nrepr(x)"),
    Sample("deep-result", "x = []\nfor _ in range(100000): x = [x]\nreturn {'x': x}", ends="answer"),
    Sample("parser-nesting", "import json; json.loads('[' * 100000)"),
    Sample("long-number", "int('9' * 10**6)"),
    Sample(
        "print-flood", "for _ in range(20000): print('x' * 1000)\nreturn {'success': True}", ends="answer"
    ),
    Sample(
        "recursion-without-limit",
        "sys.setrecursionlimit(10**9)\ndef down(x): return down([x])\ndown(0)",
        "imports sys",
        "stopped",
        top="import sys",
    ),
)

_ENDINGS = (
    Sample(
        "sleep", "time.sleep(60)\nreturn {'success': True}", r"uses time\.sleep", "answer", top="import time"
    ),
    Sample("alarm", "signal.setitimer(signal.ITIMER_REAL, 0.01)", "imports signal", top="import signal"),
    Sample(
        "ignored-signals",
        "while True: pass",
        "imports signal",
        "stopped",
        top="import signal\ntry:\n    for one in (1, 2, 3, 13, 14, 15): signal.signal(one, signal.SIG_IGN)\n"
        "except OSError: pass",
    ),
    Sample("sys-exit", "sys.exit(0)", "imports sys", "stopped", top="import sys"),
    Sample("raise-system-exit", "raise SystemExit", "uses SystemExit", "stopped"),
    Sample("os-exit", "os._exit(0)", "imports os", "stopped", top="import os"),
    Sample("abort", "os.abort()", "imports os", "stopped", top="import os"),
    Sample("kill-self", "os.kill(os.getpid(), 9)", "imports os", top="import os"),
    Sample("kill-parent", "os.kill(parent, 9)", "imports os", top="import os\nparent = os.getppid()"),
    Sample("kill-everybody", "os.kill(-1, 9)", "imports os", top="import os"),
    Sample("fork-bomb", "while True: os.fork()", "imports os", top="import os"),
    Sample("subprocess", "subprocess.check_output('id')", "imports subprocess", top="import subprocess"),
    Sample("system", "if os.system('id') != 0: raise OSError", "imports os", top="import os"),
    Sample("exec", "os.execv('/bin/sh', ['sh'])", "imports os", top="import os"),
    Sample("thread", "threading.Thread(target=print).start()", "imports threading", top="import threading"),
    Sample(
        "stop-limits",
        "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "imports resource",
        top="import resource",
    ),
    Sample("become-root", "os.setuid(0)", "imports os", top="import os"),
)

# The worker drops ctypes when it is locked down; who wants to keep it has to hide it first.
_CTYPES = "import sys\nkept = sys.modules.setdefault('kept', sys.modules.get('kept') or __import__('ctypes'))"

_REACH = (
    Sample("read-disk", f"return {{'x': open('{DISK}').read()}}", "uses open"),
    Sample("read-passwd", "return {'x': open('/etc/passwd').read() and 'ESCAPED'}", "uses open"),
    Sample("read-own-source", "open(__file__)", "uses open", top="__file__ = '/etc/hostname'"),
    Sample("read-proc-self", "return {'x': open('/proc/self/environ').read()}", "uses open"),
    Sample(
        "read-proc-parent",
        "return {'x': open(f'/proc/{parent}/environ').read()}",
        "imports os",
        top="import os\nparent = os.getppid()",
    ),
    Sample("list-folder", "os.listdir('/')", "imports os", top="import os"),
    Sample(
        "pathlib",
        f"return {{'x': pathlib.Path('{DISK}').read_text()}}",
        "imports pathlib",
        top="import pathlib",
    ),
    Sample(
        "read-by-linecache",
        f"return {{'x': str(linecache.getlines('{DISK}'))}}",
        "imports linecache",
        "answer",
        top="import linecache",
    ),
    Sample("read-by-io", f"return {{'x': str(io.FileIO('{DISK}').read())}}", "imports io", top="import io"),
    Sample("environment", "return {'x': dict(os.environ)}", "imports os", "answer", top="import os"),
    Sample("write-file", f"open('{DISK}', 'w').write('x')", "uses open"),
    Sample("append-beside", f"open('{DISK}.new', 'a')", "uses open"),
    Sample("remove-file", f"os.remove('{DISK}')", "imports os", top="import os"),
    Sample("tempfile", "tempfile.TemporaryFile()", "imports tempfile", top="import tempfile"),
    Sample(
        "tcp", f"socket.create_connection(('127.0.0.1', {PORT}), 2)", "imports socket", top="import socket"
    ),
    Sample(
        "unix-socket",
        f"socket.socket(socket.AF_UNIX).connect('{SOCKET}')",
        "imports socket",
        top="import socket",
    ),
    Sample("udp", "socket.socket(type=socket.SOCK_DGRAM)", "imports socket", top="import socket"),
    Sample("dns", "socket.gethostbyname('localhost')", "imports socket", top="import socket"),
    Sample(
        "download",
        f"urllib.request.urlopen('http://127.0.0.1:{PORT}/', timeout=2)",
        "imports urllib.request",
        top="import urllib.request",
    ),
    Sample("asyncio", "asyncio.new_event_loop()", "imports asyncio", top="import asyncio"),
    Sample("ctypes", "if kept.CDLL(None).system(b'id') != 0: raise OSError", "imports sys", top=_CTYPES),
    Sample(
        "ctypes-open",
        "if kept.CDLL(None).open(b'/etc/passwd', 0) < 0: raise OSError",
        "imports sys",
        top=_CTYPES,
    ),
    Sample("ctypes-import", "import ctypes", "imports ctypes"),
    Sample(
        "ptrace",
        "if kept.CDLL(None).ptrace(16, parent, 0, 0) != 0: raise OSError",
        "imports sys",
        top=f"{_CTYPES}\nimport os\nparent = os.getppid()",
    ),
    Sample(
        "syscall",
        "if kept.CDLL(None).syscall(2, b'/etc/passwd', 0) < 0: raise OSError",
        "imports sys",
        top=_CTYPES,
    ),
    Sample("null-pointer", "kept.string_at(0)", "imports sys", "stopped", top=_CTYPES),
    Sample("memfd", "os.memfd_create('x')", "imports os", top="import os"),
    Sample("pipe", "os.pipe()", "imports os", top="import os"),
    Sample("duplicate-descriptor", "os.dup(1)", "imports os", top="import os"),
    Sample("executable-memory", "mmap.mmap(-1, 4096, prot=7)", "imports mmap", top="import mmap"),
    Sample(
        "shared-memory",
        "shared_memory.SharedMemory(create=True, size=9)",
        "imports from multiprocessing",
        top="from multiprocessing import shared_memory",
    ),
    Sample(
        "pickle",
        r"pickle.loads(b'cos\nsystem\n(S\'id\'\ntR.') and 1 / 0",
        "imports pickle",
        top="import pickle",
    ),
    Sample("import-what-is-not-there", "import sqlite3; sqlite3.connect('/tmp/x.db')", "imports sqlite3"),
)

_PROTOCOL = (
    Sample(
        "write-to-stdout",
        "os.write(1, b'x' * 9999)\nreturn {'success': True}",
        "imports os",
        "answer",
        top="import os",
    ),
    Sample(
        "close-the-descriptors",
        "for one in range(3, 99):\n    try: os.close(one)\n    except OSError: pass",
        "imports os",
        "stopped",
        top="import os",
    ),
    Sample(
        "forged-reply",
        'FORGE(b\'{"id":1,"result":{"result":{},"is_error":false}}\')',
        "imports os",
        "stopped",
        top="import os",
    ),
    Sample("malformed-reply", "FORGE(b'hello')", "imports os", "stopped", top="import os"),
    Sample("endless-reply", "FORGE(b'', b'\\xff\\xff\\xff\\xff')", "imports os", "stopped", top="import os"),
    Sample(
        "half-a-reply",
        "FORGE(b'{', b'\\0\\0\\0\\x09')\nos._exit(0)",
        "imports os",
        "stopped",
        top="import os",
    ),
    Sample(
        "eaten-requests",
        "for one in range(3, 99):\n    try: os.read(one, 99999)\n    except OSError: pass",
        "imports os",
        "stopped",
        top="import os",
    ),
    Sample(
        "patched-json",
        "json.dumps = lambda *_, **__: '{}'",
        "changes the module json",
        "stopped",
        top="import json",
    ),
    Sample(
        "patched-json-encoder",
        "json.encoder.c_make_encoder = None",
        "uses json.encoder",
        "stopped",
        top="import json",
    ),
    Sample(
        "patched-datetime",
        "datetime.datetime = None",
        "changes the module datetime",
        "stopped",
        top="import datetime",
    ),
    Sample(
        "patched-random",
        "random.random = lambda: 1",
        "changes the module random",
        "stopped",
        top="import random",
    ),
    Sample(
        "patched-builtins", "builtins.len = lambda _: 7", "imports builtins", "stopped", top="import builtins"
    ),
    Sample(
        "patched-runtime",
        "import sys\nfor name, module in list(sys.modules.items()):\n"
        "    if name.endswith('canonical'): module.dumps = lambda *_: '{}'",
        "imports sys",
        "stopped",
    ),
)

_FORGE = """\
def FORGE(payload, header=None):
    import os
    for one in range(3, 99):
        try: os.write(one, (header or len(payload).to_bytes(4, "big")) + payload)
        except OSError: pass
"""

SAMPLES = (
    *_RESOURCES,
    *_ENDINGS,
    *_REACH,
    *(
        Sample(one.id, one.body, one.refused, one.ends, f"{one.top}\n{_FORGE}")
        if "FORGE(" in one.body
        else one
        for one in _PROTOCOL
    ),
)
