"""Every page number that is printed, against the page where its target is, and every note once."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import readback
from bookbuilder import load, write
from bookbuilder.book import Book
from books import load_files

# They lay out pages.
pytestmark = pytest.mark.slow

THE_BOOK = Path(__file__).parent.parent

CHAPTERS = 36
SECTIONS = 8
SENTENCE = "A reader turns the page and wants to find what the sentence before has promised. "


def a_long_chapter(number: int) -> str:
    """Write a chapter of some seven pages; each section has notes, terms, and a link far away."""
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
        parts.append(
            f"A [reckoning]{{.index}} of [chapter {number}]{{.index}} is"
            f" [on the web](https://example.org/{number}/{k % 3}).\n"
        )
    parts.append(f"| a |\n|---|\n| b |\n\nTable: What is measured in {number} {{#t-{number}}}\n")
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class Built:
    book: Book
    path: Path
    pages: readback.Pages


@pytest.fixture(scope="module")
def long_book(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("long")
    names = [f"c{n:02}.md" for n in range(1, CHAPTERS + 1)]
    toml = f'[book]\ntitle = "Long"\nlanguage = "en"\nchapters = {names}\n'
    toml += "[pdf]\ntoc-depth = 1\nlive-links = true\n"
    files = {name: a_long_chapter(n) for n, name in enumerate(names, 1)}
    book, report = load_files(folder, {"book.toml": toml, **files})
    written = write(book, folder / "long.pdf", report)
    assert list(report) == []
    assert written.count > 200
    return Built(book, written.path, readback.read(written.path))


def counts(numbers: list[readback.Number]) -> Counter[str]:
    return Counter(number.kind for number in numbers)


def test_a_long_books_numbers_are_where_they_say(long_book: Built) -> None:
    found = readback.numbers(long_book.pages, long_book.book)
    assert readback.wrong(found) == []
    assert readback.misplaced(long_book.pages, long_book.book, found) == []
    assert counts(found)["contents"] == CHAPTERS * (SECTIONS + 1) + 1
    assert counts(found)["list"] == CHAPTERS
    assert counts(found)["index"] > CHAPTERS
    assert counts(found)["text"] > CHAPTERS * SECTIONS * 0.7, "a link broken over lines may miss"


def test_a_long_books_index_has_every_page_of_every_term(long_book: Built) -> None:
    assert readback.wrong_index_entries(long_book.pages, long_book.book) == []


def test_a_long_books_notes_are_there_once(long_book: Built) -> None:
    count, faults = readback.note_faults(long_book.pages, long_book.book)
    assert faults == []
    assert count == CHAPTERS * (SECTIONS + 3)


def test_a_long_books_references_name_pages_with_their_targets_on(long_book: Built) -> None:
    texts = [" ".join(text.split()) for text in long_book.pages.texts]
    pages = dict(zip(long_book.pages.labels, texts, strict=True))
    said = [
        found
        for page in pages.values()
        for found in re.findall(r"target (\d+\.\d+) ?[,(] ?\(?page (\d+)", page)
    ]
    assert len(said) > CHAPTERS * SECTIONS * 0.9
    assert [(t, n) for t, n in said if f"Target {t} " not in pages[n]] == []


def test_a_long_books_notes_are_printed_once_beside_their_calls(long_book: Built) -> None:
    pages = [" ".join(text.split()) for text in long_book.pages.texts]
    for n in range(1, CHAPTERS + 1):
        for k in range(1, SECTIONS + 1):
            called = [i for i, page in enumerate(pages) if f"Called {n}.{k}." in page]
            noted = [i for i, page in enumerate(pages) if f"Noted {n}.{k}." in page]
            assert len(called) == len(noted) == 1, (n, k)
            assert noted[0] - called[0] in (0, 1), (n, k)


def test_this_repositorys_books_numbers_are_where_they_say(tmp_path: Path) -> None:
    book = load(THE_BOOK)
    # It is by links that the numbers of pages are found.
    live = replace(book.config.pdf, live_links=True)
    book = replace(book, config=replace(book.config, pdf=live))
    pages = readback.read(write(book, tmp_path / "book.pdf").path)
    found = readback.numbers(pages, book)
    assert readback.wrong(found) == []
    assert readback.misplaced(pages, book, found) == []
    assert readback.wrong_index_entries(pages, book) == []
    assert readback.note_faults(pages, book)[1] == []
    assert counts(found)["contents"] >= len(list(book.chapters))
    assert counts(found)["list"] > 20
    assert counts(found)["index"] > 100
    assert counts(found)["text"] > 20


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Siehe Zwei, Seite 3. Und Zwei (Seite 3) sagt"),
        ("fr", "Siehe Zwei, page 3. Und Zwei (page 3) sagt"),
        ("es", "Siehe Zwei, página 3. Und Zwei (página 3) sagt"),
        ("pl", "Siehe Zwei, s. 3. Und Zwei (s. 3) sagt"),
        ("ru", "Siehe Zwei, с. 3. Und Zwei (с. 3) sagt"),
        ("sv", "Siehe Zwei, sidan 3. Und Zwei (sidan 3) sagt"),
    ],
)
def test_pages_are_called_so_in_the_books_language(
    tmp_path: Path, language: str, said: str
) -> None:
    one = "# Eins\n\nSiehe [](b.md).\n\nUnd [Zwei](b.md) sagt es, [Zwei](b.md) eben.\n"
    toml = f'[book]\ntitle = "T"\nlanguage = "{language}"\nchapters = ["a.md", "b.md"]\n'
    book, _ = load_files(tmp_path, {"book.toml": toml, "a.md": one, "b.md": "# Zwei\n"})
    pages = readback.read(write(book, tmp_path / "b.pdf").path)
    text = " ".join(pages.texts[pages.labels.index("1")].split())
    assert f"{said} es, Zwei eben." in text
