"""From a place in the EPUB back to the Markdown."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bookbuilder import Book, write
from bookbuilder.formats.epub.source_map import trace
from books import load_files
from epub_books import picture

FILES: dict[str, str | bytes] = {
    "book.toml": '[book]\ntitle = "T"\nauthors = "A"\nlanguage = "en"\n'
    'style = ["print.css", "own.css"]\ncover = "pic.png"\n',
    "print.css": "@page { size: a5 }\n",
    "own.css": "p { margin: 0 }\nh1 { color: mauve }\nbody { background: url(paper.png) }\n",
    "one.md": '# One\n\nFirst words here.\n\nThen "quoted" words -- and others.\n\n- item\n',
    "two.md": "# Two\n\n![A square](pic.png)\n\nSee [the web](https://example.org/here).\n",
    "pic.png": picture(),
    "paper.png": picture(5, 5),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Path]:
    folder = tmp_path_factory.mktemp("traced")
    book, _ = load_files(folder, FILES)
    write(book, folder / "t.epub")
    return book, folder / "t.epub"


@pytest.mark.parametrize(
    ("document", "place", "expected"),
    [
        ("EPUB/one.xhtml", "First words here.", ("one.md", 3)),
        ("EPUB/one.xhtml", "<p>Then “quoted” words – and others.</p>", ("one.md", 5)),
        ("EPUB/one.xhtml", "nothing of the kind", ("one.md", 0)),
        ("EPUB/two.xhtml", '<a href="https://example.org/here">', ("two.md", 5)),
        ("EPUB/images/pic.png", "", ("two.md", 3)),
        ("EPUB/styles/author-1.css", "color", ("own.css", 2)),
        ("EPUB/styles/author-1.css", "5", ("own.css", 2)),
        ("EPUB/styles/author-1.css", "nothing of the kind", ("print.css", 0)),
        ("EPUB/styles/paper.png", "", ("own.css", 3)),
        ("EPUB/images/cover.png", "", ("book.toml", 6)),
        ("EPUB/content.opf", "7", ("book.toml", 1)),
        ("EPUB/nav.xhtml", "3", None),
    ],
)
def test_a_place_leads_back_to_its_source(
    package: tuple[Book, Path], document: str, place: str, expected: tuple[str, int] | None
) -> None:
    book, path = package
    with zipfile.ZipFile(path) as archive:
        span = trace(book, archive, document, place)
    assert (span and (span.file, span.line)) == expected


def test_every_line_of_a_chapter_leads_somewhere_in_it(package: tuple[Book, Path]) -> None:
    book, path = package
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("EPUB/one.xhtml").decode().splitlines()
        at = next(n for n, line in enumerate(lines, 1) if "item" in line)
        span = trace(book, archive, "EPUB/one.xhtml", str(at))
    assert span
    assert (span.file, span.line) == ("one.md", 7)
