"""`generated_servers/` is sample and golden record at once: rendering it again changes nothing.

`make regen` writes it anew.
"""

from pathlib import Path

import pytest

import envscaler_mcp
from envscaler_mcp.blueprint.compiling.compile import ENGINE, compile_design
from envscaler_mcp.blueprint.synth.making import fill
from envscaler_mcp.cli.regenerate import blueprint_jobs
from envscaler_mcp.render import lint, render
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec.scenario import Grading, Scenario

ROOT = Path(__file__).parents[2]
SAMPLES = Path(envscaler_mcp.__file__).parent / "samples"
WRITTEN = sorted(path.parent.name for path in SAMPLES.glob("*/environment.py"))
NAMES = sorted(path.parent.name for path in (ROOT / "generated_servers").glob("*/environment.json"))
SMALL = 400_000
"""Bytes of a folder with ten scenarios, at most: it is handed around, in repositories and by mail."""
NOT_RENDERED = frozenset(("__pycache__", ".pytest_cache", ".ruff_cache"))


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> ServerFolder:
    folder = ROOT / "generated_servers" / request.param
    if not folder.is_dir():
        pytest.skip(f"generated_servers/{request.param} is not there yet; `make regen` writes it")
    return ServerFolder.load(folder)


def test_rendering_again_changes_nothing(server: ServerFolder) -> None:
    again = render(server.environment(), pairs(server))
    here = on_disk(server.path)
    assert set(again) == set(here)
    for path, text in again.items():
        assert text == here[path], f"{path} differs; look at the change, then `make regen`"


def test_source_and_policy_are_the_sample_s(server: ServerFolder) -> None:
    if server.card.name not in WRITTEN:
        pytest.skip("no sample: the blueprint engine made it, see below")
    sample = SAMPLES / server.card.name
    for name in ("environment.py", "policy.md"):
        assert (server.package / name).read_bytes() == (sample / name).read_bytes()


def test_source_and_policy_are_what_its_domain_compiles_to(server: ServerFolder) -> None:
    if server.card.provenance.engine != ENGINE:
        pytest.skip("it is not of the blueprint engine")
    job = next(job for job in blueprint_jobs() if job.name == server.card.name)
    environment = compile_design(job.design())
    assert server.bundle.text("environment.py") == environment.source, "`make regen`"
    assert server.bundle.policy == environment.policy, "`make regen`"


@pytest.mark.slow
def test_its_scenarios_are_what_the_engine_makes(server: ServerFolder, tmp_path: Path) -> None:
    if server.card.provenance.engine != ENGINE:
        pytest.skip("it is not of the blueprint engine")
    job = next(job for job in blueprint_jobs() if job.name == server.card.name)
    fill(job, job.design(), server.environment(), tmp_path / job.name)
    assert pairs(ServerFolder.load(tmp_path / job.name)) == pairs(server), "`make regen`"


def test_a_folder_with_ten_scenarios_is_small(server: ServerFolder) -> None:
    if len(server.ids) > 10:
        pytest.skip("it has more")
    assert sum(len(text.encode()) for text in on_disk(server.path).values()) <= SMALL


def test_nothing_is_to_be_said_against_it(server: ServerFolder) -> None:
    assert [
        problem for problem in lint(server.card, server.bundle.policy) if problem.severity == "error"
    ] == []
    if server.card.name in WRITTEN:
        assert lint(server.card, server.bundle.policy) == []


def pairs(server: ServerFolder) -> list[tuple[Scenario, Grading]]:
    gradings = {identifier: server.grading(identifier) for identifier in server.ids}
    return [(server.scenario(identifier), grading) for identifier, grading in gradings.items() if grading]


def on_disk(folder: Path) -> dict[str, str]:
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    kept = {name: path for name, path in found.items() if NOT_RENDERED.isdisjoint(name.parts)}
    return {name.as_posix(): path.read_bytes().decode() for name, path in kept.items()}
