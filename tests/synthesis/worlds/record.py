"""Makes the stored calls of the worlds anew, through `synth --llm manual:DIR`, after prompts have changed.

python -m tests.synthesis.worlds.record [WORLD…]
python -m tests.synthesis.worlds.record --replay [WORLD…]    keeps the calls: only what came of them is anew
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.runtime.standalone.canonical import digest, pretty
from envscaler_mcp.spec import EnvironmentCard, Grading
from tests.synthesis.by_hand import Hand
from tests.synthesis.worlds import NAMES, world_named

FIXTURES = Path(__file__).parents[1] / "fixtures"
SCENARIOS = 6


def record(name: str) -> None:
    """Answer everything by hand, and keep the calls and what came of them."""
    world = world_named(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with Hand(folder / "manual", world.book):
            made = _synth(name, f"manual:{folder / 'manual'}", folder / "out")
        shutil.rmtree(FIXTURES / name, ignore_errors=True)
        shutil.copytree(folder / "out" / "synth-run" / "calls", FIXTURES / name / "calls")
        _expect(name, made)


def record_outcome(name: str) -> None:
    """Keep what comes of the calls that are stored."""
    with tempfile.TemporaryDirectory() as scratch:
        _expect(name, _synth(name, f"replay:{FIXTURES / name / 'calls'}", Path(scratch)))


def determined(server: ServerFolder) -> dict[str, str]:
    """What the calls determine of a server: path → digest of what the file holds.

    All other files follow from these, as `render` writes them. Left out is what tells of this library, its
    runtime and Python: the card's versions and digests of files, and what a certificate was made with.
    """
    environment, files = server.environment(), dict[str, object]()
    files["environment.json"] = _lasting_card(environment.card)
    files[f"{server.card.name}/environment.py"] = environment.source
    files[f"{server.card.name}/policy.md"] = environment.policy
    for one in server.ids:
        grading = server.grading(one)
        assert grading, f"{one} came without its grading"
        files[f"{server.card.name}/scenarios/{one}.json"] = server.scenario(one).to_json()
        files[f"grading/{one}.json"] = _lasting_grading(grading)
    return {path: digest(held) for path, held in files.items()}


def _lasting_card(card: EnvironmentCard) -> object:
    provenance = card.provenance.model_copy(update={"versions": {}})
    return card.model_copy(update={"provenance": provenance, "digests": {}}).to_json()


def _lasting_grading(grading: Grading) -> object:
    assert grading.certificate, f"{grading.id} is not certified"
    certificate = grading.certificate.model_copy(update={"digests": {}, "versions": {}})
    return grading.model_copy(update={"certificate": certificate}).to_json()


def _synth(name: str, llm: str, out: Path) -> ServerFolder:
    world = world_named(name)
    command = [sys.executable, "-m", "envscaler_mcp", "synth", world.topic, "--llm", llm]
    subprocess.run([*command, "--scenarios", str(SCENARIOS), "--out", str(out)], check=True)
    return ServerFolder.load(out / world.name)


def _expect(name: str, made: ServerFolder) -> None:
    (FIXTURES / name / "expected.json").write_text(pretty(determined(made)), encoding="utf-8")


if __name__ == "__main__":
    said = sys.argv[1:]
    kept = "--replay" in said
    for each in [one for one in said if one != "--replay"] or NAMES:
        (record_outcome if kept else record)(each)
