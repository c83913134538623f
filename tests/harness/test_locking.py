"""Locks: what a run was about, and that others are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.errors import BadInput
from envscaler_mcp.harness.evaluate import tasks_of
from envscaler_mcp.harness.locking import lock_of, lock_path, refuse_other
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.spec import Grading, Limits, Selection, Suite, SuiteLock
from tests.runtime.folders import check, counter

ANY = Selection(tier="rejected")


def locked(folder: ServerFolder, **changes: object) -> SuiteLock:
    suite = Suite(servers=(str(folder.path),), scenarios=ANY).model_copy(update=changes)
    return lock_of(suite, tasks_of([ServerFolder.load(folder.path)], ANY))


def change_a_check(folder: ServerFolder) -> None:
    other = Grading(id="001", checks=(check("a is 9", "final['counts']['a'] == 9"),))
    (folder.path / "grading" / "001.json").write_text(other.to_text(), encoding="utf-8")


def test_the_same_files_give_the_same_lock_and_a_changed_check_another(tmp_path: Path) -> None:
    folder = counter(tmp_path)
    first = locked(folder)
    assert locked(folder) == first
    refuse_other(locked(folder, limits=Limits(turns=3)), first, "run", "begin anew")
    change_a_check(folder)
    with pytest.raises(BadInput, match=r"/servers/\w+/scenarios/001/grading"):
        refuse_other(locked(folder), first, "run", "begin anew")


def test_another_selection_is_told_from_a_change(tmp_path: Path) -> None:
    folder = counter(tmp_path)
    both = locked(folder)
    suite = Suite(servers=(str(folder.path),), scenarios=ANY)
    one = lock_of(suite, tasks_of([folder], ANY)[:1])
    with pytest.raises(BadInput, match=r"1 scenarios are not taken any more.*counter/002") as caught:
        refuse_other(one, both, "run", "begin anew")
    assert "changed since" not in str(caught.value)
    with pytest.raises(BadInput, match="1 scenarios are taken now but not then"):
        refuse_other(both, one, "run", "begin anew")


def test_a_locked_suite_refuses_what_was_not_locked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = counter(tmp_path)
    suite = Suite(servers=(str(folder.path),), scenarios=ANY, agents=("noop",))
    path = tmp_path / "mine.yaml"
    path.write_text(suite.to_text(), encoding="utf-8")
    assert run(["suite", "lock", str(path), "--json"]) == 0
    assert lock_path(path).name == "mine.lock.json"
    assert run(["eval", str(path), "--out", "first", "--json"]) == 0
    change_a_check(folder)
    capsys.readouterr()
    assert run(["eval", str(path), "--out", "second"]) == 2
    assert "suite lock" in capsys.readouterr().err
    assert run(["eval", "--resume", "first"]) == 2
    assert "begin a new run" in capsys.readouterr().err
    assert not Path("second").exists()


def test_the_suites_of_the_project_can_be_read() -> None:
    names = {path.stem for path in Path("evals").glob("*.yaml")}
    assert {"smoke", "standard", "hard", "hosted"} <= names
    assert all(Suite.load(path).servers for path in Path("evals").glob("*.yaml"))
