"""`make same` names what a compiler makes differently than it did; here one that only copies."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pikepdf
import pytest

# Each runs the whole program, twice or more.
pytestmark = pytest.mark.slow

TOOLS = Path(__file__).parent.parent / "tools"
COMPILER = """
import os, shutil, sys
from pathlib import Path

def main():
    made = Path(__file__).parent / "made" / sys.argv[1]
    with open(os.environ["BUILDS"], "a", encoding="utf-8") as log:
        print(Path(__file__).parents[2].name, file=log)
    if not made.is_dir():
        return
    # git keeps no empty folders.
    if (made / "dist").is_dir():
        shutil.copytree(made / "dist", "dist")
    sys.stderr.write((made / "findings").read_text(encoding="utf-8"))
    sys.exit(int((made / "code").read_text(encoding="utf-8")))
"""
FINDING = {"severity": "note", "code": "X1", "name": "odd", "file": "a.md", "line": 3, "column": 1}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the tool and a compiler, and beside it one corpus, `little`."""
    root = tmp_path / "repository"
    (root / "tools").mkdir(parents=True)
    for name in ("same.py", "differences.py"):
        shutil.copy(TOOLS / name, root / "tools")
    (root / "src/bookbuilder").mkdir(parents=True)
    (root / "src/bookbuilder/__init__.py").touch()
    (root / "src/bookbuilder/cli.py").write_text(COMPILER, encoding="utf-8")
    (root / ".gitignore").write_text("/build/\n", encoding="utf-8")
    corpus = tmp_path / "shared/corpora/little"
    corpus.mkdir(parents=True)
    (corpus / "a.md").write_text("# A\n", encoding="utf-8")
    git(root, "init", "-q")
    return root


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True)


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "A compiler")


def make(root: Path, command: str, findings: list[Mapping[str, object]], code: int = 0) -> Path:
    """Say what a command of the compiler finds; returns the folder with what it delivers."""
    folder = root / "src/bookbuilder/made" / command
    (folder / "dist").mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(finding) + "\n" for finding in findings)
    (folder / "findings").write_text(lines, encoding="utf-8")
    (folder / "code").write_text(str(code), encoding="utf-8")
    return folder / "dist"


def same(root: Path, *names: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "tools/same.py", "HEAD", *names, "--shared", "../shared"],
        cwd=root,
        env=os.environ | {"BUILDS": str(root.parent / "builds")},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout + done.stderr


def write_epub(path: Path, members: Mapping[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)


def write_pdf(path: Path, pages: list[bytes], **info: str) -> None:
    with pikepdf.new() as pdf:
        for content in pages:
            pdf.add_blank_page(page_size=(50, 50)).contents_add(content)
        for key, value in info.items():
            pdf.docinfo[f"/{key}"] = value
        pdf.save(path, deterministic_id=True)


def test_nothing_changed_is_the_same_though_it_fails(repository: Path) -> None:
    make(repository, "check", [FINDING | {"message": "old"}], code=1)
    commit(repository)
    code, said = same(repository, "little")
    assert code == 0
    assert "same     little             check         fails with exit code 1, as before\n" in said
    assert said.endswith("nothing reworded\n6 same, 0 differ\n")


def test_a_second_run_builds_what_is_of_today_only(repository: Path) -> None:
    commit(repository)
    log = repository.parent / "builds"
    same(repository, "little")
    assert sorted(set(log.read_text().split())) == ["before", "now"]
    log.unlink()
    assert same(repository, "little")[0] == 0
    assert log.read_text().split() == ["now"] * 6
    log.unlink()
    (repository.parent / "shared/corpora/little/a.md").write_text("# B\n", encoding="utf-8")
    same(repository, "little")
    assert log.read_text().split().count("before") == 6


def test_a_reworded_finding_is_listed_and_no_difference(repository: Path) -> None:
    numbers = range(3)
    make(repository, "check", [FINDING | {"line": n, "message": f"no `{n}`"} for n in numbers])
    commit(repository)
    make(repository, "check", [FINDING | {"line": n, "message": f"lacks `{n}`"} for n in numbers])
    code, said = same(repository, "little")
    assert code == 0
    assert "same     little             check         3 reworded\n" in said
    assert "reworded X1, 3 times:\n    - no `0`\n    + lacks `0`\n" in said
    assert said.endswith("3 reworded, 1 of them not alike\n6 same, 0 differ\n")


def test_findings_elsewhere_and_another_exit_code_differ(repository: Path) -> None:
    make(repository, "check", [FINDING | {"message": "odd"}])
    commit(repository)
    make(repository, "check", [FINDING | {"message": "odd", "line": 4}], code=2)
    code, said = same(repository, "little")
    assert code == 1
    assert "DIFFERS  little             check\n    exit code 0 before, 2 now\n" in said
    assert "finding gone: note X1 odd, a.md:3:1" in said
    assert "finding new: note X1 odd, a.md:4:1" in said


def test_an_epub_that_differs_has_its_members_named(repository: Path) -> None:
    dist = make(repository, "epub", [])
    write_epub(dist / "a.epub", {"one.xhtml": "1", "two.xhtml": "2", "three.xhtml": "3"})
    commit(repository)
    write_epub(dist / "a.epub", {"one.xhtml": "1", "two.xhtml": "two", "four.xhtml": "4"})
    code, said = same(repository, "little")
    assert code == 1
    assert "a.epub: three.xhtml gone\n" in said
    assert "a.epub: four.xhtml new\n" in said
    assert "a.epub: two.xhtml differs\n" in said
    assert "one.xhtml" not in said
    assert said.endswith("2 same, 4 differ\n")


def test_a_pdf_that_differs_has_its_first_page_named(repository: Path) -> None:
    dist = make(repository, "build", [])
    pages = [b"", b"0 0 20 20 re f", b"0 0 9 9 re f"]
    write_pdf(dist / "drawn.pdf", pages)
    write_pdf(dist / "short.pdf", pages)
    write_pdf(dist / "told.pdf", pages, Keywords="one")
    commit(repository)
    write_pdf(dist / "drawn.pdf", [b"", b"0 0 30 20 re f", b""])
    write_pdf(dist / "short.pdf", pages[:2])
    write_pdf(dist / "told.pdf", pages, Keywords="two")
    code, said = same(repository, "little")
    assert code == 1
    assert "drawn.pdf: page 2 is the first to differ: the same text, set or drawn diff" in said
    assert "short.pdf: 3 pages before, 2 now\n" in said
    assert "told.pdf: all 3 pages look the same\n" in said
    assert "differs in /Keywords\n" in said


def test_a_file_that_is_no_longer_made_is_gone(repository: Path) -> None:
    dist = make(repository, "build", [])
    write_epub(dist / "a.epub", {"one.xhtml": "1"})
    commit(repository)
    (dist / "a.epub").rename(dist / "b.epub")
    code, said = same(repository, "little")
    assert code == 1
    assert "a.epub: gone\n" in said
    assert "b.epub: new\n" in said


def test_books_and_commits_that_are_not_there_are_refused(repository: Path) -> None:
    commit(repository)
    code, said = same(repository, "large")
    assert code == 2
    assert "no book large; there are series, little" in said
    (repository / ".git/HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    assert same(repository)[0] == 2
