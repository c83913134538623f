"""One server, one file: complete, without the author's machine, and the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from envscaler_mcp.cli.app import run
from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing.packing import FORMATS, Format, Pack, contents_of, pack
from envscaler_mcp.sharing.publishing import publish_all
from envscaler_mcp.sharing.verifying import verify


def files(made: Pack) -> dict[str, bytes]:
    if made.name.endswith(".tar.gz"):
        with tarfile.open(fileobj=io.BytesIO(made.content)) as archive:
            streams = {one.name: archive.extractfile(one) for one in archive if one.isreg()}
            return {name: stream.read() for name, stream in streams.items() if stream}
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def copied(desk: ServerFolder, place: Path) -> ServerFolder:
    shutil.copytree(desk.path, place)
    return ServerFolder.load(place)


@pytest.mark.parametrize("form", FORMATS)
def test_two_packs_of_one_server_are_equal(
    form: Format, desk: ServerFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pack(desk, form)
    other = copied(desk, tmp_path / "elsewhere")
    for path in other.path.rglob("*"):
        os.utime(path, (0, 1_000_000_000))
        path.chmod(0o700)
    (other.path / "notes.txt").write_text("mine")
    (other.path / "desk" / "__pycache__").mkdir()
    (other.path / "desk" / "__pycache__" / "x.pyc").write_bytes(b"x")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    previous = os.umask(0o077)
    try:
        second = pack(other, form)
    finally:
        os.umask(previous)
    assert first == second
    assert os.environ["SOURCE_DATE_EPOCH"] == "1700000000"


@pytest.mark.parametrize("form", FORMATS)
def test_licence_provenance_and_certificate_are_inside(form: Format, desk: ServerFolder) -> None:
    inside = {name.rpartition("/")[2]: content for name, content in files(pack(desk, form)).items()}
    assert b"MIT License" in inside["LICENSE"]
    assert json.loads(inside["environment.json"])["provenance"]["engine"] == "hand-written"
    certificate = json.loads(inside["certificate.json"])
    assert certificate["scenarios"][0]["tier"] == "certified"
    assert certificate["proves"]
    assert certificate["does_not_prove"]


@pytest.mark.parametrize("form", FORMATS)
def test_only_a_zip_holds_the_grading(form: Format, desk: ServerFolder) -> None:
    canary = b"must not appear in a training corpus"

    def graded(made: Pack) -> bool:
        return any(canary in content for content in files(made).values())

    assert graded(pack(desk, form)) == (form == "zip")
    assert not graded(pack(desk, form, without_grading=True))


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_the_author_s_machine(form: Format, desk: ServerFolder) -> None:
    for name, content in files(pack(desk, form)).items():
        assert str(desk.path.parent).encode() not in content, name
        assert str(Path.home()).encode() + b"/" not in content, name


def test_a_place_of_this_machine_is_refused(desk: ServerFolder, tmp_path: Path) -> None:
    other = copied(desk, tmp_path / "desk")
    (other.path / "README.md").write_text(f"Made in {tmp_path}/desk\n")
    with pytest.raises(BadInput, match=r"README.md.*a place of this machine"):
        contents_of(other)


def test_what_was_changed_after_rendering_is_refused(desk: ServerFolder, tmp_path: Path) -> None:
    other = copied(desk, tmp_path / "desk")
    with (other.package / "environment.py").open("a") as stream:
        stream.write("# better\n")
    with pytest.raises(BadInput, match="certify the server again"):
        contents_of(other)


def test_a_link_in_the_place_of_a_file_is_refused(desk: ServerFolder, tmp_path: Path) -> None:
    other = copied(desk, tmp_path / "desk")
    (tmp_path / "secret").write_text("key")
    (other.path / "README.md").unlink()
    (other.path / "README.md").symlink_to(tmp_path / "secret")
    with pytest.raises(BadInput, match="no file of this folder"):
        contents_of(other)


def test_an_author_may_put_in_a_namespace(desk: ServerFolder, tmp_path: Path) -> None:
    other = copied(desk, tmp_path / "desk")
    for name in ("README.md", "server.json", "Dockerfile"):
        text = (other.path / name).read_text().replace("example.envscaler-mcp/", "io.github.ana/")
        (other.path / name).write_text(text)
    made = pack(ServerFolder.load(other.path), "zip")
    assert b"io.github.ana/desk" in files(made)["desk/server.json"]
    (tmp_path / made.name).write_bytes(made.content)
    assert verify(tmp_path / made.name, run=False).problems == ()


def test_an_installed_wheel_serves(desk: ServerFolder, tmp_path: Path) -> None:
    """Unpacked as an installer does it, in a Python that sees nothing else of the project."""
    for name, content in files(pack(desk, "wheel")).items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shown = subprocess.run(
        [sys.executable, "-P", "-m", "desk", "--version"],
        env={"PYTHONPATH": str(tmp_path / "site")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "desk 1.0.0"


def test_the_official_tool_takes_the_bundle(desk: ServerFolder, tmp_path: Path, root: Path) -> None:
    places = (root / ".cache" / "conformance" / "node_modules" / ".bin" / "mcpb", shutil.which("mcpb"))
    tool = next((str(place) for place in places if place and Path(place).exists()), None)
    if tool is None:
        pytest.skip("mcpb (npm: @anthropic-ai/mcpb) is not on this machine")
    made = pack(desk, "mcpb")
    (tmp_path / made.name).write_bytes(made.content)
    (tmp_path / "manifest.json").write_bytes(files(made)["manifest.json"])
    for command in (["validate", "manifest.json"], ["info", made.name], ["unpack", made.name, "unpacked"]):
        done = subprocess.run([tool, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_all_with_an_index_and_the_version_rule(desk: ServerFolder, tmp_path: Path) -> None:
    index, file = publish_all([desk], "mcpb", tmp_path)
    publish_all([desk], "zip", tmp_path)
    rows = json.loads(file.read_text())["packs"]
    assert [row["format"] for row in rows] == ["mcpb", "zip"]
    for row in rows:
        assert hashlib.sha256((tmp_path / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    assert (index.packs[0].tier, index.packs[0].tools) == ("certified", len(desk.card.tools))
    said = json.loads(file.read_text())
    said["packs"][0]["tools_digest"] = "sha256:another"
    file.write_text(json.dumps(said))
    with pytest.raises(BadInput, match="raise the version"):
        publish_all([desk], "mcpb", tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    status = run([*arguments, "--json", "--quiet"])
    return status, json.loads(capsys.readouterr().out)


def test_the_verb(desk: ServerFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = told(capsys, "pack", str(desk.path), "--format", "zip", "--out", str(tmp_path / "x.zip"))
    assert status == 0
    assert said["file"] == str(tmp_path / "x.zip")
    assert said["sha256"] == hashlib.sha256((tmp_path / "x.zip").read_bytes()).hexdigest()
    _, said = told(capsys, "pack", str(desk.path), "--out", str(tmp_path / "out"))
    assert said["file"] == str(tmp_path / "out" / "desk-1.0.0.mcpb")


def test_the_verb_for_all(
    desk: ServerFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(desk.path, "generated_servers/desk")
    status, said = told(capsys, "pack", "--all", "--format", "wheel")
    assert status == 0
    assert said["file"] == "dist/index.json"
    assert [one["name"] for one in said["packs"]] == ["desk"]


@pytest.mark.parametrize(
    "arguments", [["nowhere"], ["x", "--format", "rar"], [], ["x", "--all"], ["--all", "--out", "y"]]
)
def test_bad_input_is_one_sentence_and_exit_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["pack", *arguments, "--quiet"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
