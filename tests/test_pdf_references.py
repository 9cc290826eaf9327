"""Every page number that is printed, against the page where its target is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from bookbuilder import load, write
from books import load_files

THE_BOOK = Path(__file__).parent.parent
_REFERENCE = re.compile(r"\W{0,3}\(?page\s(\d+|[ivxlc]+)")
_CONTENTS = re.compile(r"\. (\d+|[ivxlc]+)$")


@dataclass(frozen=True, slots=True)
class Reference:
    """A printed page number beside a link, and the label of the page the link leads to."""

    said: str
    leads_to: str
    name: str


def references(path: Path) -> tuple[list[Reference], list[Reference]]:
    """Those in the contents and those in the text, read by PDFium at the links' rectangles."""
    contents: list[Reference] = []
    text: list[Reference] = []
    with pikepdf.open(path) as pdf, pypdfium2.PdfDocument(path) as read:
        names = pikepdf.NameTree(pdf.Root.Names.Dests)
        for number, page in enumerate(pdf.pages):
            chars = read[number].get_textpage()
            whole = chars.get_text_range()
            for name, rect in links(page):
                left, bottom, right, top = rect
                label = pikepdf.Page(names[name][0]).label
                line = chars.get_text_bounded(left - 30, bottom - 1, right + 40, top + 1)
                if match := _CONTENTS.search(" ".join(line.split())):
                    contents.append(Reference(match[1], label, name))
                    continue
                at = chars.get_index(right - 1, (bottom + top) / 2, 4, 4)
                if at is not None and (match := _REFERENCE.match(whole, at + 1)):
                    text.append(Reference(match[1], label, name))
    return contents, text


def links(page: pikepdf.Page) -> Iterator[tuple[str, Any]]:
    for annotation in page.get("/Annots", []):
        if "/Dest" in annotation:
            left, y1, right, y2 = (float(x) for x in annotation.Rect)
            yield str(annotation.Dest), (left, min(y1, y2), right, max(y1, y2))


def wrong(found: list[Reference]) -> list[Reference]:
    return [r for r in found if r.said != r.leads_to]


CHAPTERS = 36
SECTIONS = 8
SENTENCE = "A reader turns the page and wants to find what the sentence before has promised. "


def a_long_chapter(number: int) -> str:
    """A chapter of some seven pages, each section with a note and a link far away."""
    parts = [f"# Chapter {number}\n"]
    for k in range(1, SECTIONS + 1):
        other, section = (number * 7 + k * 5) % CHAPTERS + 1, (number + k) % SECTIONS + 1
        if other == number:
            other = number % CHAPTERS + 1
        target = f"c{other:02}.md#target-{other}-{section}"
        parts.append(
            f"## Target {number}.{k} {{#target-{number}-{k}}}\n\n{SENTENCE * 6}Called {number}.{k}."
            f"[^{k}] {SENTENCE * 2}See [target {other}.{section}]({target}).\n\n{SENTENCE * 9}\n\n"
            f"[^{k}]: Noted {number}.{k}. {SENTENCE * (k % 4)}\n"
        )
    return "\n".join(parts)


@pytest.fixture(scope="module")
def long_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("long")
    names = [f"c{n:02}.md" for n in range(1, CHAPTERS + 1)]
    toml = f'[book]\ntitle = "Long"\nlanguage = "en"\nchapters = {names}\n[pdf]\ntoc-depth = 1\n'
    files = {name: a_long_chapter(n) for n, name in enumerate(names, 1)}
    book, report = load_files(folder, {"book.toml": toml, **files})
    written = write(book, folder / "long.pdf", report)
    assert list(report) == []
    assert written.count > 200
    return written.path


@pytest.mark.slow
def test_a_long_books_numbers_are_where_they_say(long_book: Path) -> None:
    contents, text = references(long_book)
    assert wrong(contents) == []
    assert wrong(text) == []
    assert len(contents) == CHAPTERS * (SECTIONS + 1)
    assert len(text) > CHAPTERS * SECTIONS * 0.7, "those whose link is broken over lines may miss"


@pytest.mark.slow
def test_a_long_books_references_name_pages_with_their_targets_on(long_book: Path) -> None:
    with pypdfium2.PdfDocument(long_book) as pdf:
        pages = {
            pdf.get_page_label(n): " ".join(page.get_textpage().get_text_range().split())
            for n, page in enumerate(pdf)
        }
    said = [
        found
        for page in pages.values()
        for found in re.findall(r"target (\d+\.\d+) ?[,(] ?\(?page (\d+)", page)
    ]
    assert len(said) > CHAPTERS * SECTIONS * 0.9
    assert [(t, n) for t, n in said if f"Target {t} " not in pages[n]] == []


@pytest.mark.slow
def test_a_long_books_notes_are_printed_once_beside_their_calls(long_book: Path) -> None:
    with pypdfium2.PdfDocument(long_book) as pdf:
        pages = [" ".join(page.get_textpage().get_text_range().split()) for page in pdf]
    for n in range(1, CHAPTERS + 1):
        for k in range(1, SECTIONS + 1):
            called = [i for i, page in enumerate(pages) if f"Called {n}.{k}." in page]
            noted = [i for i, page in enumerate(pages) if f"Noted {n}.{k}." in page]
            assert len(called) == len(noted) == 1, (n, k)
            assert noted[0] - called[0] in (0, 1), (n, k)


@pytest.mark.slow
def test_this_repositorys_books_numbers_are_where_they_say(tmp_path: Path) -> None:
    book = load(THE_BOOK)
    contents, text = references(write(book, tmp_path / "book.pdf").path)
    assert wrong(contents) == []
    assert wrong(text) == []
    assert len(contents) >= len(list(book.chapters))
    assert len(text) > 20
