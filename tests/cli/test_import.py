"""`import`: good rows become servers, bad ones are told, and nothing is half-written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli.app import run
from tests.released_rows import CLASS, environment, scenario, write


def imported(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run(["import", *arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def release(environments: Any, scenarios: Any = None) -> list[str]:
    arguments = ["envscaler", str(write(Path("environments.json"), environments))]
    if scenarios is not None:
        arguments += ["--scenarios", str(write(Path("scenarios.json"), scenarios))]
    return arguments


def test_a_release_becomes_servers(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = imported(capsys, *release({"env_1": environment()}, [scenario()]))
    assert status == 0
    (row,) = told["environments"]
    assert (row["env_id"], row["name"], row["tools"], row["scenarios"]) == ("env_1", "locker_room", 2, 1)
    folder = Path(row["path"])
    assert json.loads((folder / "locker_room/scenarios/t1.json").read_text())["start"]["lockers"]["L1"]
    assert (folder / "grading/t1.json").is_file()


def test_the_next_step_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", *release([environment()]), "--out", "my servers", "--quiet"]) == 0
    *_, where, following = capsys.readouterr().out.splitlines()
    assert where == "1 server in my servers."
    assert following == "Next: envscaler-mcp certify 'my servers/locker_room'"


BAD_CLASS = CLASS.replace("import uuid", "import os, uuid").replace("str(uuid.uuid4())", "os.getcwd()")
BAD_ROWS = {
    "no class": {"env_class_code": None},
    "does not parse": {"env_class_code": "class LockerRoom(:"},
    "violates the policy": {"env_class_code": BAD_CLASS},
    "another class": {"env_class_name": "Nowhere", "env_class_code": "x = 1"},
}


@pytest.mark.parametrize("change", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_told_and_the_good_one_kept(
    capsys: pytest.CaptureFixture[str], change: dict[str, Any]
) -> None:
    rows = [environment("env_1"), environment("env_2", **change)]
    status, told = imported(capsys, *release(rows, [scenario()]))
    assert status == 1
    kept = [row["name"] for row in told["environments"] if row["path"]]
    assert len(kept) == 1
    every = [*told["problems"], *(one for row in told["environments"] for one in row["problems"])]
    assert any("env_2" in one["where"] and one["severity"] == "error" for one in every)
    assert [path.name for path in Path("generated_servers").iterdir()] == kept


def test_a_scenario_for_an_unknown_environment_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    strange = scenario("t2", env_id="env_9", env_class_name="Elsewhere")
    status, told = imported(capsys, *release([environment()], [scenario(), strange]))
    assert status == 1
    assert [problem["code"] for problem in told["problems"]] == ["unknown_environment"]


def test_two_environments_of_one_class_get_two_names(capsys: pytest.CaptureFixture[str]) -> None:
    _, told = imported(capsys, *release([environment("env_1"), environment("env_2")]))
    assert len({row["name"] for row in told["environments"]}) == 2


NO_RELEASE = {
    "not JSON": "{",
    "wrong shape": "3",
    "empty": "",
    "NaN": '[{"env_id": NaN}]',
    "nothing in it": "[]",
}


@pytest.mark.parametrize("text", NO_RELEASE.values(), ids=NO_RELEASE.keys())
def test_a_file_that_is_no_release_is_one_sentence_and_exit_2(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    status = run(["import", *release(text)])
    said = capsys.readouterr().err
    assert status == 2
    assert "environments.json" in said
    assert len(said.strip().splitlines()) == 1
    assert not Path("generated_servers").exists()


def test_only_bad_rows_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", *release([environment(env_class_code="class LockerRoom(:")])]) == 2
    assert "env_1" in capsys.readouterr().err


def test_a_folder_with_other_content_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    kept = Path("generated_servers/locker_room/precious.txt")
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    assert run(["import", *release([environment()])]) == 2
    assert "locker_room" in capsys.readouterr().err
    assert [path.name for path in kept.parent.iterdir()] == ["precious.txt"]


def test_importing_again_writes_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    def files() -> dict[str, bytes]:
        every = Path("generated_servers").rglob("*")
        return {str(path): path.read_bytes() for path in every if path.is_file()}

    imported(capsys, *release([environment()], [scenario()]))
    first = files()
    imported(capsys, *release([environment()], [scenario()]))
    assert files() == first


PLAIN = '''
class Till:
    """A till."""

    def __init__(self):
        self.cents = 0

    def fill(self, config):
        self.cents = config["cents"]

    def take(self, cents: int) -> dict:
        """Take money out."""
        if cents > self.cents:
            return {"error": "not enough"}
        self.cents -= cents
        return {"cents": self.cents}
'''


def test_a_python_class_becomes_a_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(Path("shop.py"), PLAIN)
    monkeypatch.syspath_prepend(tmp_path)
    status, told = imported(capsys, "class", "shop:Till", "--load", "fill")
    assert status == 0
    assert (told["environments"][0]["name"], told["environments"][0]["tools"]) == ("till", 1)


def test_a_class_outside_the_policy_needs_trust(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(Path("shop.py"), "import os\n" + PLAIN.replace('{"cents": self.cents}', '{"here": os.getcwd()}'))
    monkeypatch.syspath_prepend(tmp_path)
    assert run(["import", "class", "shop:Till", "--load", "fill"]) == 2
    assert "--trust" in capsys.readouterr().err
    assert not Path("generated_servers").exists()
    status, told = imported(capsys, "class", "shop:Till", "--load", "fill", "--trust")
    assert status == 0
    assert {one["severity"] for one in told["environments"][0]["problems"]} == {"warning"}


@pytest.mark.parametrize("reference", ["shop:Tilt", "nowhere:Till", "shop", "shop:"])
def test_a_class_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reference: str
) -> None:
    write(Path("shop.py"), PLAIN)
    monkeypatch.syspath_prepend(tmp_path)
    assert run(["import", "class", reference]) == 2
    said = capsys.readouterr().err
    assert reference.split(":", maxsplit=1)[0] in said
    assert len(said.strip().splitlines()) == 1
