"""The report: one file without outside resources, in which no text of a stranger is markup."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from envscaler_mcp.errors import BadInput
from envscaler_mcp.interop.audit import Audit, check_report_path, write_report
from tests.interop.audits import CHECKS, audited, depot, files, recording, task

HOSTILE = (
    "</pre></details><script>alert(1)</script><img src=x onerror=alert(2)> | a | [b](http://x.example) "
    "\u202e\u200b"
)
VOID = {"meta", "br", "link", "img", "input"}


class Page(HTMLParser):
    """A page as a browser would take it apart: tags that close, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """A release in which every text tries to be markup."""
    source = CHECKS["free"].replace("return", f"note = {HOSTILE!r}\n    return")
    checks = [
        {"check_item": HOSTILE, "check_func": source},
        {"check_item": HOSTILE, "check_func": f"def check_func(s):\n    raise ValueError({HOSTILE!r})"},
    ]
    rows = [
        task("goal", task=HOSTILE, checklist_with_func=checks),
        task(*CHECKS, task_id=HOSTILE),
        task("goal", env_id=HOSTILE),
    ]
    environments = [depot(environment_introduction=HOSTILE, constraints_rules=[HOSTILE])]
    folder = tmp_path_factory.mktemp("hostile")
    return audited(files(folder, environments, rows, [recording()]))


def written(tmp_path: Path, audit: Audit, name: str, worst: int = 10) -> str:
    path = tmp_path / "new" / name
    write_report(path, audit, ["environments.json", HOSTILE], worst)
    return path.read_text(encoding="utf-8")


def test_the_page_is_whole_and_needs_nothing_else(hostile: Audit, tmp_path: Path):
    page = Page(written(tmp_path, hostile, "audit.html"))
    assert page.open == []
    assert page.tags & {"script", "img", "link", "iframe", "a", "object", "form"} == set()
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"src", "href"})
    assert ("http-equiv", "Content-Security-Policy") in page.attributes


def test_texts_stand_in_the_page_as_they_are_but_for_what_nobody_can_see(hostile: Audit, tmp_path: Path):
    page = Page(written(tmp_path, hostile, "audit.html"))
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in page.text
    assert "\u202e" not in page.text
    assert "\u200b" not in page.text


def test_the_page_is_light_and_dark(hostile: Audit, tmp_path: Path):
    text = written(tmp_path, hostile, "audit.htm")
    assert "prefers-color-scheme: dark" in text
    assert 'content="light dark"' in text


@pytest.mark.parametrize("name", ["audit.html", "audit.md"])
def test_rows_findings_and_figures_stand_in_the_report(hostile: Audit, tmp_path: Path, name: str):
    text = written(tmp_path, hostile, name)
    for wanted in ("scenarios.json: row 1", "scenarios.json: row 3", "environments.json: row 1"):
        assert wanted in text
    assert f"{hostile.noop_reward_mean:.4f}" in text
    assert "Do not train or rank" in text
    for title in ("Crashed", "Out of reach", "Said twice", "Wording that nobody was told"):
        assert title in text


def test_markdown_has_no_html_and_whole_tables(hostile: Audit, tmp_path: Path):
    text = written(tmp_path, hostile, "audit.md")
    assert "<script" not in text
    assert "[b](" not in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)
    widths = {line.replace("\\|", "").count("|") for line in tables}
    assert widths <= {4, 5, 7}


def test_the_worst_scenarios_are_shown_with_their_checks(hostile: Audit, tmp_path: Path):
    assert written(tmp_path, hostile, "a.html", worst=1).count('class="worst"') == 1
    assert written(tmp_path, hostile, "b.html", worst=0).count('class="worst"') == 0


def test_an_empty_audit_has_a_page(tmp_path: Path):
    assert Page(written(tmp_path, Audit(()), "audit.html")).open == []
    assert written(tmp_path, Audit(()), "audit.md")


@pytest.mark.parametrize("name", ["audit.pdf", "audit", "."])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str):
    with pytest.raises(BadInput, match="HTML or Markdown"):
        check_report_path(tmp_path / name)


def test_a_folder_is_refused(tmp_path: Path):
    (tmp_path / "a.html").mkdir()
    with pytest.raises(BadInput, match="it is a folder"):
        check_report_path(tmp_path / "a.html")
