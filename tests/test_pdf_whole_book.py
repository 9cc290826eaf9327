"""A book of some sixty pages: contents, notes, page numbers, running heads, outline and links."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from bookbuilder.book import Part
from pdf_books import (
    SENTENCE,
    a_book,
    a_chapter,
    call,
    labels_of,
    notes,
    numbered,
    outline_of,
    pages_of,
    written,
)

# They lay out pages.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def long_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print two parts, six chapters with notes all through, a preface and a glossary: 60 pages."""
    folder = tmp_path_factory.mktemp("book")
    chapters = []
    for n in range(1, 7):
        text = "".join(
            f"<p>{SENTENCE * 9}Paragraph {n}.{k} {call(f'c{n}-{k}')} {SENTENCE * 4}</p>"
            f'<h2 id="c{n}--h{k}">Heading {n}.{k}</h2>'
            for k in range(1, 13)
        )
        texts = [f"Note {n}.{k} {'says more ' * (k * 3)}" for k in range(1, 13)]
        chapters.append(
            numbered(n, f"Chapter of {n}", text + "<p>End.</p>" + notes(f"c{n}", *texts))
        )
    back = a_chapter(
        "glossary", '<h1>Glossary</h1><p>See <a href="#preface">there</a>.</p>', role="doc-glossary"
    )
    book = a_book(
        folder,
        front=[
            a_chapter(
                "preface",
                f'<h1>Preface</h1><p>{SENTENCE * 60}</p><p><a href="#c4--h9">ahead</a></p>',
                role="doc-preface",
            )
        ],
        parts=[
            Part("part-1", "First Half", chapters=chapters[:3]),
            Part("part-2", "Second Half", chapters=chapters[3:]),
        ],
        back=[back],
    )
    path, found = written(book, folder / "book.pdf")
    assert found == []
    return path


def test_contents_name_the_page_that_each_chapter_starts_on(long_book: Path) -> None:
    pages, labels = pages_of(long_book), labels_of(long_book)
    contents = next(p for p in pages if p.startswith("Contents"))
    for title in [*(f"Chapter of {n}" for n in range(1, 7)), "Preface", "Glossary", "First Half"]:
        line = next(x for x in contents.splitlines() if title in x)
        shown = line.rsplit(maxsplit=1)[-1]
        opening = pages[labels.index(shown)].strip()
        assert title in "\n".join(opening.splitlines()[:3]), (line, opening[:80])


def test_every_note_is_on_the_page_that_calls_it(long_book: Path) -> None:
    pages = pages_of(long_book)
    for n in range(1, 7):
        for k in range(1, 13):
            noted = [i for i, page in enumerate(pages) if f"Note {n}.{k} says" in page]
            called = [i for i, page in enumerate(pages) if f"Paragraph {n}.{k} " in page]
            assert len(noted) == len(called) == 1
            assert noted[0] - called[0] in (0, 1)


def test_front_is_roman_and_the_body_starts_at_one_on_a_recto(long_book: Path) -> None:
    labels = labels_of(long_book)
    first = labels.index("1")
    assert labels[:4] == ["i", "ii", "iii", "iv"]
    assert first % 2 == 0
    assert labels[first:] == [str(n) for n in range(1, len(labels) - first + 1)]
    assert "First Half" in pages_of(long_book)[first]


def test_parts_and_chapters_open_on_a_recto_after_a_blank_verso(long_book: Path) -> None:
    pages, labels = pages_of(long_book), labels_of(long_book)
    starts = {title: label for _, title, label in outline_of(long_book)}
    openings = [f"{n} Chapter of {n}" for n in range(1, 7)]
    for title in [*openings, "Part 1: First Half", "Part 2: Second Half", "Glossary"]:
        assert int(starts[title]) % 2 == 1
    after_part = pages[labels.index(starts["Part 1: First Half"]) + 1]
    assert after_part.strip() == ""


def test_running_heads_and_folios(long_book: Path) -> None:
    pages, labels = pages_of(long_book), labels_of(long_book)
    start = labels.index(next(label for _, t, label in outline_of(long_book) if t.startswith("5 ")))
    opening, verso, recto = ([*page.splitlines()] for page in pages[start : start + 3])
    assert not any(line.strip() == "Chapter of 5" for line in opening[2:])
    assert labels[start] in opening
    assert "Second Half" in verso
    assert labels[start + 1] in verso
    assert "Chapter of 5" in recto


def test_outline_nests_parts_chapters_and_headings(long_book: Path) -> None:
    outline = outline_of(long_book)
    titles = [(level, title) for level, title, _ in outline]
    assert titles[:2] == [(1, "Contents"), (1, "Preface")]
    at = titles.index((1, "Part 1: First Half"))
    assert titles[at : at + 3] == [
        (1, "Part 1: First Half"),
        (2, "1 Chapter of 1"),
        (3, "Heading 1.1"),
    ]
    assert titles[-1] == (1, "Glossary")


def test_links_between_front_and_body_are_alive(long_book: Path) -> None:
    with pikepdf.open(long_book) as pdf:
        names = pikepdf.NameTree(pdf.Root.Names.Dests)
        targets = [
            (page.label, str(annotation.Dest))
            for page in pdf.pages
            for annotation in page.get("/Annots", [])
            if "/Dest" in annotation
        ]
        assert all(name in names for _, name in targets)
        by_name = {name: pikepdf.Page(names[name][0]).label for _, name in targets}
    assert by_name["preface"] == "vii"
    pages, labels = pages_of(long_book), labels_of(long_book)
    assert "Heading 4.9" in pages[labels.index(by_name["c4--h9"])]
