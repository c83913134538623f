import errno
import os
from pathlib import Path

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.render import Tree, render, write_tree
from tests.render import tiny_servers as tiny


@pytest.fixture(scope="module")
def tree() -> Tree:
    return render(tiny.native(), tiny.scenarios())


def on_disk(folder: Path) -> Tree:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_missing_folder_is_made_with_its_parents(tree: Tree, tmp_path: Path) -> None:
    write_tree(tree, tmp_path / "a" / "b")
    assert on_disk(tmp_path / "a" / "b") == tree
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_an_empty_folder_is_filled(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_tree(tree, tmp_path / "out")
    assert on_disk(tmp_path / "out") == tree


def test_an_earlier_render_is_replaced_and_its_stale_files_go(tree: Tree, tmp_path: Path) -> None:
    write_tree(tree, tmp_path / "out")
    fewer = render(tiny.native(title="Other"), tiny.scenarios()[:1])
    write_tree(fewer, tmp_path / "out")
    assert on_disk(tmp_path / "out") == fewer
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_that_no_render_wrote_stay(tree: Tree, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_tree(tree, out)
    mine = {
        ".venv/bin/python": "mine",
        "notes.md": "mine",
        "grading/notes.txt": "mine",
        "tests/mine/a.py": "mine",
    }
    for name, text in mine.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    (out / ".venv/link").symlink_to("/nowhere")
    (out / "tests/__pycache__").mkdir()
    fewer = render(tiny.native(), [])
    write_tree(fewer, out)
    assert on_disk(out) == fewer | mine
    assert (out / ".venv/link").is_symlink()
    assert not (out / "tests/__pycache__").exists()


def test_a_renamed_package_leaves_nothing_of_the_old_one(tree: Tree, tmp_path: Path) -> None:
    write_tree(tree, tmp_path / "out")
    renamed = render(tiny.native(name="other"), [])
    write_tree(renamed, tmp_path / "out")
    assert on_disk(tmp_path / "out") == renamed


def test_a_link_to_the_folder_stays_a_link(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_tree(tree, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert on_disk(tmp_path / "real") == tree


@pytest.mark.parametrize(
    "content",
    [
        {"thesis.tex": "years of work"},
        {"environment.json": "{}"},
        {"environment.json": '{"format": "envscaler-mcp/scenario/1"}'},
        {"environment.json": "not json"},
    ],
)
def test_a_folder_with_other_content_is_refused_and_left_alone(
    tree: Tree, tmp_path: Path, content: dict[str, str]
) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match="no generated server; name another folder") as refused:
        write_tree(tree, tmp_path)
    assert refused.value.where == str(tmp_path)
    assert on_disk(tmp_path) == content


def test_a_file_in_the_place_of_the_folder_is_refused(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(BadInput, match="a file in the place of the folder"):
        write_tree(tree, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_file_among_the_parents_is_refused(tree: Tree, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(BadInput, match="file/out"):
        write_tree(tree, tmp_path / "file" / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission_is_one_sentence(tree: Tree, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="Permission denied; choose a place that you may write to"):
        write_tree(tree, tmp_path / "out")
    tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["first file", "last file", "first rename", "second rename"])
@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_fault_at_any_moment_leaves_the_earlier_render_whole(
    tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, fault: BaseException
) -> None:
    write_tree(tree, tmp_path / "out")
    other = render(tiny.native(title="Other"), [])
    break_at(moment, fault, monkeypatch, last=len(other))
    with pytest.raises(BadInput if isinstance(fault, OSError) else KeyboardInterrupt):
        write_tree(other, tmp_path / "out")
    monkeypatch.undo()
    assert on_disk(tmp_path / "out") == tree
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_says_so(tree: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_at("last file", OSError(errno.ENOSPC, "No space left on device"), monkeypatch, last=len(tree))
    with pytest.raises(BadInput, match="out: No space left on device; free some space and try again"):
        write_tree(tree, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def break_at(moment: str, fault: BaseException, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """Make the n-th write or rename raise."""
    method, nth = {
        "first file": ("write_bytes", 1),
        "last file": ("write_bytes", last),
        "first rename": ("replace", 1),
        "second rename": ("replace", 2),
    }[moment]
    real = getattr(Path, method)
    calls: list[Path] = []

    def counted(self: Path, *arguments: object) -> object:
        calls.append(self)
        if len(calls) == nth:
            raise fault
        return real(self, *arguments)

    monkeypatch.setattr(Path, method, counted)
