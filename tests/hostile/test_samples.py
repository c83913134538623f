"""Every hostile sample is refused by the policy, by its line and with a remedy, and contained past it."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from envscaler_mcp.errors import PolicyViolation
from envscaler_mcp.runtime.remote import EnvironmentProcess, RemoteEpisode
from envscaler_mcp.sandbox import process
from envscaler_mcp.sandbox.isolation import available
from envscaler_mcp.sandbox.policy import findings

from .samples import CANARY, ESCAPED, SAMPLES, Sample
from .stage import CALL_SECONDS, scenario, staged

PATIENT_SECONDS = 10.0
"""For what ends by itself: a busy machine takes longer over it."""

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(available().tier != "hardened", reason="the kernel offers no seccomp filter"),
]
REFUSED = [sample for sample in SAMPLES if sample.refused]
CODES = {
    "error": ["tool_crashed"],
    "stopped": ["timed_out"],
    "either": ["tool_crashed", "timed_out"],
    "answer": [None],
}
BENIGN = SAMPLES[0].source().replace("while True: pass", "pass")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A canary on disk that everybody may read, and doors at which somebody listens."""
    folder = tmp_path_factory.mktemp("open")
    folder.chmod(0o777)
    disk = folder / "canary"
    disk.write_text(CANARY)
    disk.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(folder / "door"))
        unix.listen()
        yield {"disk": str(disk), "port": str(tcp.getsockname()[1]), "socket": str(folder / "door")}
        assert sorted(path.name for path in folder.iterdir()) == ["canary", "door"]
        assert disk.read_text() == CANARY


@pytest.fixture(autouse=True)
def seccomp_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second wall would hide a hole in the first; and the environment holds a canary, too."""
    monkeypatch.setattr(process, "around_python", lambda: ())
    monkeypatch.setenv("A_SECRET_KEY", CANARY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def neighbour(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RemoteEpisode]:
    """An episode of somebody else, in a worker of its own, that lives through all of this."""
    folder = staged(tmp_path_factory.mktemp("neighbour"), BENIGN, "add", "attack")
    async with EnvironmentProcess(folder) as running:
        yield await running.begin(scenario())


@pytest.mark.parametrize("sample", REFUSED, ids=lambda sample: sample.id)
async def test_the_policy_refuses_it(sample: Sample, tmp_path: Path, places: dict[str, str]):
    source = sample.source(**places)
    problems = [found for found in findings(source) if re.search(sample.refused, found.message)]
    assert problems, findings(source)
    assert all(re.fullmatch(r"line \d+", found.where) for found in problems)
    assert all("; " in found.message for found in problems), "no remedy"
    with pytest.raises(PolicyViolation, match=r"environment\.py, line \d+: "):
        async with EnvironmentProcess(staged(tmp_path, source, "add", "attack")):
            pass


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
async def test_the_worker_contains_it(
    sample: Sample, tmp_path: Path, places: dict[str, str], neighbour: RemoteEpisode
):
    folder = staged(tmp_path, sample.source(**places), "add", "attack")
    trusted = bool(sample.refused)
    seconds = CALL_SECONDS if "timed_out" in CODES[sample.ends] else PATIENT_SECONDS
    async with EnvironmentProcess(folder, trusted=trusted, call_seconds=seconds) as running:
        episode = await running.begin(scenario())
        before = (await neighbour.call("add", {})).result["count"]
        attack, beside = await asyncio.gather(episode.call("attack", {}), neighbour.call("add", {}))
        assert beside.result["count"] == before + 1
        assert attack.code in CODES[sample.ends], attack
        assert ESCAPED not in str(attack)
        kept = 99 if sample.ends == "answer" else 0
        assert (await episode.call("add", {})).result == {"success": True, "count": kept + 1}
        assert (await episode.state())["count"] == kept + 1
        told = str([episode.journal, await episode.state(), await episode.initial(), attack])
    assert CANARY not in told
    assert "A_SECRET_KEY" not in told
