"""A new book builds at once and finds no fault with itself; nothing is overwritten."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml

from bookbuilder.build import check, load
from bookbuilder.model.diagnostics import Report
from bookbuilder.starter.new_book import FILES
from commandline import files, invoke
from test_json_schema import faults

ANSWERS = ("--title", 'The "Long" Way', "--author", "Ada Writer", "--language", "en-GB")


def test_a_new_book_has_no_findings(tmp_path: Path) -> None:
    made = invoke("new", tmp_path / "way", *ANSWERS, "--yes")
    assert made.exit_code == 0, made.output
    assert files(tmp_path / "way") == set(FILES)
    report = Report()
    book = check(tmp_path / "way", report=report)
    assert [d.message for d in report] == []
    assert (book.metadata.title, book.metadata.language) == ("The “Long” Way", "en-GB")
    assert [p.name for p in book.metadata.authors] == ["Ada Writer"]
    assert [len(part.chapters) for part in book.parts] == [2, 1]


@pytest.mark.slow
def test_a_new_book_builds_in_both_formats(tmp_path: Path) -> None:
    invoke("new", tmp_path / "way", *ANSWERS, "--yes")
    built = invoke("build", tmp_path / "way")
    assert (built.exit_code, built.stderr) == (0, "")
    assert {"dist/the-long-way.epub", "dist/the-long-way.pdf"} <= files(tmp_path / "way")


@pytest.mark.parametrize("language", ["de", "ja", "ar"])
def test_its_language_need_not_be_that_of_the_examples(tmp_path: Path, language: str) -> None:
    invoke("new", tmp_path / "way", "--language", language, "--yes")
    report = Report()
    assert check(tmp_path / "way", report=report).metadata.language == language
    assert report.errors == []


def test_it_asks_and_takes_names_as_titles(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from bookbuilder.cli import main

    made = CliRunner().invoke(main, ["new", str(tmp_path / "my-first_book")], input="\nAda\nfr\n")
    assert made.exit_code == 0, made.output
    said = tomllib.loads((tmp_path / "my-first_book/book.toml").read_text("utf-8"))["book"]
    assert (said["title"], said["authors"], said["language"]) == ("My First Book", ["Ada"], "fr")


def test_what_it_writes_for_others_can_be_read(tmp_path: Path) -> None:
    invoke("new", tmp_path, "--yes")
    assert faults((tmp_path / "book.toml").read_text("utf-8")) == []
    workflow = yaml.safe_load((tmp_path / ".github/workflows/book.yml").read_text("utf-8"))
    steps = workflow["jobs"]["book"]["steps"]
    assert [s["run"].split()[1] for s in steps if "bookbuilder" in s.get("run", "")[:11]] == [
        "check",
        "build",
    ]
    for job in workflow["jobs"].values():
        assert [s["run"] for s in job["steps"] if "${{" in s.get("run", "")] == []
    assert workflow["permissions"] == {"contents": "read"}
    for name in (n for n in FILES if n.endswith(".json")):
        assert json.loads((tmp_path / name).read_text("utf-8"))


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A repository\n", "utf-8")
    (tmp_path / ".gitignore").write_text("mine\n", "utf-8")
    made = invoke("new", tmp_path, "--yes")
    assert made.exit_code == 0, made.output
    assert "Kept" in made.stdout
    assert (tmp_path / ".gitignore").read_text("utf-8") == "mine\n"
    (tmp_path / "book.toml").write_text("[book]\n", "utf-8")
    again = invoke("new", tmp_path, "--yes")
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert (tmp_path / "book.toml").read_text("utf-8") == "[book]\n"


def test_a_link_that_leads_nowhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book/.gitignore").symlink_to(tmp_path / "elsewhere")
    invoke("new", tmp_path / "book", "--yes")
    assert not (tmp_path / "elsewhere").exists()


OTHERS = {
    "quarto": {
        "_quarto.yml": "project: {type: book}\nbook:\n  title: Q\n  author: Ada\n"
        "  chapters: [index.qmd, b.qmd]\n",
        "index.qmd": "# Preface {.unnumbered}\n\nHello there, dear reader.\n",
        "b.qmd": "# One\n\nText.\n",
    },
    "mkdocs": {
        "mkdocs.yml": "site_name: M\nsite_author: Ada\nnav: [{Home: index.md}, {Two: two.md}]\n",
        "docs/index.md": "# Home\n\nText.\n",
        "docs/two.md": "# Two\n\nText.\n",
    },
    "plain": {"one.md": "# One\n\nText.\n", "two.md": "# Two\n\n[One](one.md).\n"},
}


@pytest.mark.parametrize("tool", OTHERS)
def test_a_folder_that_builds_gets_its_book_toml(tmp_path: Path, tool: str) -> None:
    for name, text in OTHERS[tool].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    before = load(tmp_path, report=Report())
    made = invoke("new", tmp_path, "--author", "Bo", "--yes")
    assert made.exit_code == 0, made.output
    after = load(tmp_path, report=Report())
    assert faults((tmp_path / "book.toml").read_text("utf-8")) == []
    assert after.metadata.title == before.metadata.title
    assert after.metadata.language == before.metadata.language
    assert [p.name for p in after.metadata.authors] == ["Bo"]
    assert [(c.title, c.number) for c in after.chapters] == [
        (c.title, c.number) for c in before.chapters
    ]
