"""What must not be unpacked is refused before anything of it is written."""

from __future__ import annotations

import io
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from envscaler_mcp.runtime.folder import ServerFolder
from envscaler_mcp.sharing import intake
from envscaler_mcp.sharing.packing import zipped
from envscaler_mcp.sharing.verifying import verify
from tests.sharing.conftest import Contents, errors


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../evil.py", "path_escape"), ("desk/../../evil.py", "path_escape"), ("/etc/evil", "path_escape"),
        ("C:/evil", "path_escape"), ("desk\\..\\evil", "path_escape"), ("desk/con\u202ecod.py", "bad_name"),
        ("desk/./x", "bad_name"), ("desk//x", "bad_name"), ("desk/a\nb", "bad_name"),
        ("DESK/README.md", "double_name"), ("desk/" + "x" * 300, "bad_name"),
    ],
)  # fmt: skip
def test_a_name_that_must_not_be_unpacked(name: str, code: str, contents: Contents, tmp_path: Path) -> None:
    files = {f"desk/{path}": part for path, part in contents.items()}
    (tmp_path / "desk.zip").write_bytes(zipped({**files, name: b"x"}))
    assert errors(verify(tmp_path / "desk.zip")) == {code}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk.zip"]


def zip_with(path: Path, entry: zipfile.ZipInfo, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, content)
    return path


def test_a_link_in_a_zip(tmp_path: Path) -> None:
    for kind, code in ((stat.S_IFLNK, "link"), (stat.S_IFIFO, "special_file")):
        entry = zipfile.ZipInfo("desk/environment.json")
        entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16
        assert errors(verify(zip_with(tmp_path / "desk.zip", entry, b"/etc/passwd"))) == {code}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_a_link_or_device_in_a_tar(kind: bytes, tmp_path: Path) -> None:
    entry = tarfile.TarInfo("desk-1.0.0/desk/environment.py")
    entry.type, entry.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "desk.tar.gz", "w:gz") as archive:
        archive.addfile(entry)
    assert errors(verify(tmp_path / "desk.tar.gz")) <= {"link", "special_file"}
    assert not verify(tmp_path / "desk.tar.gz").ok


def test_a_tar_that_leaves_its_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "desk.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("desk-1.0.0/../../evil"))
    assert errors(verify(tmp_path / "desk.tar.gz")) == {"path_escape"}


def test_a_link_in_a_folder(desk: ServerFolder, tmp_path: Path) -> None:
    shutil.copytree(desk.path, tmp_path / "desk")
    (tmp_path / "desk/desk/more").symlink_to("/etc")
    assert errors(verify(tmp_path / "desk")) == {"link"}


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "desk.zip"
    path.write_bytes(zipped({"desk/a": b"0" * 4_000_000}))
    assert errors(verify(path)) == {"bomb"}
    path.write_bytes(zipped({f"desk/{number}": b"" for number in range(intake.MAX_FILES + 1)}))
    assert errors(verify(path)) == {"oversize"}
    monkeypatch.setattr(intake, "MAX_FILE", 1000)
    path.write_bytes(zipped({"desk/a": bytes(range(256)) * 4}))
    assert errors(verify(path)) == {"oversize"}
    monkeypatch.setattr(intake, "MAX_TOTAL", 1500)
    path.write_bytes(zipped({"desk/a": bytes(900), "desk/b": bytes(900)}))
    assert errors(verify(path)) == {"oversize"}


def test_a_tar_bomb(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("desk/a")
    entry.size = 200_000_000
    with tarfile.open(tmp_path / "desk.tar.gz", "w:gz", compresslevel=1) as archive:
        archive.addfile(entry, io.BytesIO(bytes(entry.size)))
    assert errors(verify(tmp_path / "desk.tar.gz")) == {"oversize"}


def test_a_size_that_is_a_lie(tmp_path: Path) -> None:
    path = tmp_path / "desk.zip"
    whole = bytearray(zipped({"desk/a": b"0123456789" * 50}))
    for at in (whole.find(b"PK\x01\x02") + 24, 22):
        whole[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(whole)
    assert errors(verify(path)) & {"bomb", "damaged"}


@pytest.mark.parametrize("name", ["desk.zip", "desk.tar.gz", "desk.mcpb", "desk.whl"])
def test_a_file_that_is_no_archive(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 not really")
    assert errors(verify(tmp_path / name)) == {"damaged"}


def test_an_encrypted_member(tmp_path: Path) -> None:
    whole = bytearray(zipped({"desk/a": b"x"}))
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        whole[whole.find(mark) + flag] |= 1
    (tmp_path / "desk.zip").write_bytes(whole)
    assert errors(verify(tmp_path / "desk.zip")) == {"encrypted"}
