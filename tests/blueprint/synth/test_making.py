"""From a job to a server: proven, whole, the same everywhere, and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envscaler_mcp.blueprint.synth import Job, Made, Order, making, more, run_jobs
from envscaler_mcp.certify import certify
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from tests.blueprint.synth.test_choosing import SMALL

JOB = Job("tool_shed", "tool_shed", str(SMALL), ("repairs",), Order(4))
OTHER = replace(JOB, name="tool_shed_core", options=())


@pytest.fixture(scope="module")
def shed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two servers, made in two processes."""
    out = tmp_path_factory.mktemp("shed")
    run_jobs([JOB, OTHER], out, concurrency=2)
    return out


def files(folder: Path) -> dict[str, str]:
    """Path → digest of every file of a server."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def test_everything_that_is_emitted_is_certified(shed: Path) -> None:
    folder = ServerFolder.load(shed / JOB.name)
    gradings = [folder.grading(one) for one in folder.ids]
    tiers = {one.certificate.tier for one in gradings if one and one.certificate}
    assert folder.ids == ["001", "002", "003", "004"]
    assert tiers <= {"certified", "agreed"}


async def test_workers_that_know_nothing_of_it_certify_it_again(shed: Path) -> None:
    report = await certify(ServerFolder.load(shed / JOB.name))
    assert report.sound
    folder = ServerFolder.load(shed / JOB.name)
    assert [one.grading for one in report.scenarios] == [folder.grading(one) for one in folder.ids]


def test_one_process_or_two_make_the_same_bytes(shed: Path, tmp_path: Path) -> None:
    run_jobs([JOB], tmp_path)
    assert files(tmp_path / JOB.name) == files(shed / JOB.name)


def test_drafts_stand_where_nobody_else_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that shared a folder for drafts removed it under each other's notes."""
    drafts, out = tmp_path / "drafts", tmp_path / "out"
    drafts.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(drafts))
    stood: list[bool] = []
    making.make(replace(OTHER, order=Order(1)), out, lambda _: stood.append(out.exists()))
    assert stood == [False]
    assert list(out.iterdir()) == [out / OTHER.name]
    assert not list(drafts.iterdir())


def test_one_pool_after_the_other_makes_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("envscaler_mcp.blueprint.synth.running.JOBS_PER_PROCESS", 1)
    jobs = [replace(OTHER, name=name, order=Order(1)) for name in ("shed_a", "shed_b", "shed_c")]
    assert [one.scenarios for one in run_jobs(jobs, tmp_path, concurrency=2)] == [1, 1, 1]
    assert [ServerFolder.load(tmp_path / job.name).ids for job in jobs] == [["001"]] * 3


def test_what_stands_is_kept_and_what_was_touched_is_made_again(
    shed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(job: Job, out: Path, told: object = None) -> Made:
        made.append(job.name)
        return making.make(job, out)

    monkeypatch.setattr("envscaler_mcp.blueprint.synth.running.make", make)
    before = files(shed / JOB.name)
    assert [one.scenarios for one in run_jobs([JOB], shed)] == [4]
    assert made == []
    (shed / JOB.name / "tool_shed" / "policy.md").write_text("Do as you like.\n")
    run_jobs([JOB], shed)
    assert made == [JOB.name]
    assert files(shed / JOB.name) == before


def test_an_interrupted_job_leaves_nothing_that_looks_like_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(text: str) -> None:
        raise KeyboardInterrupt(text)

    with pytest.raises(KeyboardInterrupt):
        run_jobs([JOB], tmp_path, told=stopped)
    assert not (tmp_path / JOB.name).exists()
    assert not list(tmp_path.glob(".synth/*"))


def test_a_domain_that_does_not_read_is_a_problem_of_its_job_alone(tmp_path: Path) -> None:
    (made,) = run_jobs([replace(JOB, options=("no_such_option",))], tmp_path)
    assert not made.sound
    assert [problem.code for problem in made.problems] == ["does_not_compile"]
    assert not (tmp_path / JOB.name).exists()


def test_more_scenarios_go_on_from_where_there_are_some(shed: Path) -> None:
    folder = ServerFolder.load(shed / OTHER.name)
    before = files(folder.path)
    had = folder.ids
    made = more(folder, Order(2, "easy", seed=9), str(SMALL))
    after = ServerFolder.load(folder.path)
    assert made.scenarios == len(after.ids) - len(had) == 2
    assert after.ids[: len(had)] == had
    kept = [name for name in before if "scenarios/" in name or "grading/" in name]
    assert all(files(after.path)[name] == before[name] for name in kept)
    texts = [after.scenario(one).instruction for one in after.ids]
    assert len(set(texts)) == len(texts)


def test_only_what_the_blueprint_engine_made_can_grow(root: Path) -> None:
    folder = ServerFolder.load(root / "generated_servers" / "account_ledger")
    with pytest.raises(BadInput, match="did not make this server"):
        more(folder, Order(1), "")


@pytest.fixture
def changed(shed: Path) -> Iterator[Path]:
    """The domain file after somebody has changed it."""
    file = shed / "changed.yaml"
    file.write_text(SMALL.read_text().replace("one_thing_at_a_time", "two_things_at_a_time"))
    yield file
    file.unlink()


def test_a_changed_domain_cannot_add_to_an_old_server(shed: Path, changed: Path) -> None:
    folder = ServerFolder.load(shed / JOB.name)
    with pytest.raises(BadInput, match="has changed since"):
        more(folder, Order(1), str(changed))


def test_the_note_of_a_job_holds_no_path_and_no_time(shed: Path) -> None:
    note = json.loads((shed / ".synth" / f"{JOB.name}.json").read_text())
    assert note["path"] == JOB.name
    assert str(shed) not in json.dumps(note)
