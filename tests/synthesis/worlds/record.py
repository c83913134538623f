"""Makes the stored calls of the worlds anew, through `synth --llm manual:DIR`, after prompts have changed.

python -m tests.synthesis.worlds.record [WORLD…]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from envscaler_mcp.runtime.standalone.canonical import digest_bytes, pretty
from tests.synthesis.by_hand import Hand
from tests.synthesis.worlds import NAMES, world_named

FIXTURES = Path(__file__).parents[1] / "fixtures"
SCENARIOS = 6
_BY_VERSION = ("digests", "versions")
"""Parts of a certificate that say what it was made with."""


def record(name: str) -> None:
    """Answer everything by hand, and keep the calls and what came of them."""
    world = world_named(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with Hand(folder / "manual", world.book):
            command = [
                sys.executable,
                "-m",
                "envscaler_mcp",
                "synth",
                world.topic,
                "--out",
                str(folder / "out"),
            ]
            command += ["--llm", f"manual:{folder / 'manual'}", "--scenarios", str(SCENARIOS)]
            subprocess.run(command, check=True)
        kept = FIXTURES / name
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(folder / "out" / "synth-run" / "calls", kept / "calls")
        (kept / "expected.json").write_text(pretty(written_in(folder / "out" / world.name)), encoding="utf-8")


def written_in(server: Path) -> dict[str, str]:
    """What a model determines of a server: path → digest of its bytes.

    Left out is what follows from the version of this library: the runtime's copy, the READMEs and cards
    around it, and in a certificate what it was made with.
    """
    name = server.name
    files = [server / name / part for part in ("environment.py", "policy.md", "tools.json")]
    files += [*sorted((server / name / "scenarios").iterdir()), *sorted((server / "grading").iterdir())]
    return {str(file.relative_to(server)): digest_bytes(_bytes(file)) for file in files}


def _bytes(file: Path) -> bytes:
    if file.parent.name != "grading":
        return file.read_bytes()
    grading: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    certificate = grading["certificate"]
    grading["certificate"] = {key: value for key, value in certificate.items() if key not in _BY_VERSION}
    return pretty(grading).encode()


if __name__ == "__main__":
    for each in sys.argv[1:] or NAMES:
        record(each)
