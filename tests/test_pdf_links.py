"""Links and notes on paper: where addresses stand, how they are numbered, and their codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from bs4 import Tag

from bookbuilder import BookError, load, write
from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.qr_codes import LARGEST, grouped
from bookbuilder.trees.serializing import serialize
from books import load_files
from verapdf import validate

BOOK = '[book]\ntitle = "Links"\nlanguage = "{}"\nchapters = ["a.md", "b.md"]\n'
A = """# One

[First](https://example.org/1), a note.[^n] [First again](https://example.org/1)'s. Then
*[second](https://www.example.org/2/)*. <https://example.org/3> is an address, and so is
[example.org/4](https://example.org/4).

[^n]: With [a fifth](https://example.org/5).
"""
B = "# Two\n\n[First](https://example.org/1). Back to [One](a.md).[^m]\n\n[^m]: Of Two.\n"


def a_book(folder: Path, language: str = "en", **settings: object) -> Book:
    files = {"book.toml": BOOK.format(language), "a.md": A, "b.md": B}
    book, report = load_files(folder, files)
    assert list(report) == []
    return with_settings(book, **settings)


def with_settings(book: Book, **settings: object) -> Book:
    pdf = replace(book.config.pdf, **settings)  # type: ignore[arg-type]
    return replace(book, config=replace(book.config, pdf=pdf))


def text(tree: Tag) -> str:
    return " ".join(tree.get_text().split())


def tree_of(book: Book, slug: str) -> Tag:
    return next(c.tree for c in arrange_notes(book).chapters if c.slug == slug)


def test_links_are_notes_among_the_authors_one_for_each_address(tmp_path: Path) -> None:
    assert text(tree_of(a_book(tmp_path), "a")) == (
        "1 One First,1 a note.2 First again1’s. Then second.3 https://example.org/3 is an address,"
        " and so is example.org/4."
        " example.org/1With a fifth (example.org/5). ↑ example.org/2"
    )


def test_calls_follow_punctuation_in_english_alone(tmp_path: Path) -> None:
    assert "One First1, a note.2" in text(tree_of(a_book(tmp_path, "fr"), "a"))


def test_every_call_leads_to_a_note_and_no_id_is_there_twice(tmp_path: Path) -> None:
    for settings in ({}, {"links": "chapter"}, {"notes": "chapter"}, {"notes": "book"}):
        trees = [c.tree for c in arrange_notes(a_book(tmp_path, **settings)).chapters]
        ids = [str(tag["id"]) for tree in trees for tag in tree.find_all(id=True)]
        ids += [str(tree["id"]) for tree in trees]
        assert len(ids) == len(set(ids)), settings
        hrefs = [str(a["href"]) for tree in trees for a in tree.find_all("a")]
        assert {h[1:] for h in hrefs if h.startswith("#")} <= set(ids), settings


def test_links_in_a_list_of_their_own_leave_the_notes_their_numbers(tmp_path: Path) -> None:
    assert text(tree_of(a_book(tmp_path, links="chapter"), "a")) == (
        "1 One First[1], a note.1 First again[1]’s. Then second[2]. https://example.org/3 is an"
        " address, and so is example.org/4. example.org/1example.org/2With a fifth"
        " (example.org/5). ↑"
    )


def test_the_linked_book_stays_as_it_is(tmp_path: Path) -> None:
    for settings in (
        {},
        {"links": "chapter", "qr": True},
        {"notes": "chapter"},
        {"notes": "book"},
    ):
        book = a_book(tmp_path, **settings)
        before = [serialize(chapter.tree) for chapter in book.chapters]
        arrange_notes(book)
        assert [serialize(chapter.tree) for chapter in book.chapters] == before


def test_a_bibliography_has_its_addresses_in_the_text(tmp_path: Path) -> None:
    toml = '[book]\ntitle = "B"\nlanguage = "en"\nchapters = ["a.md"]\nback = ["sources.md"]\n'
    sources = "# Sources\n\n- Ada, [a title](https://example.org/1).\n"
    book, _ = load_files(tmp_path, {"book.toml": toml, "a.md": "# A\n", "sources.md": sources})
    assert text(tree_of(book, "sources")) == "Sources Ada, a title (example.org/1)."


def test_a_section_that_the_author_calls_links_is_left_alone(tmp_path: Path) -> None:
    chapter = "# A\n\n[x](https://example.org/1)\n\n## Links {.links}\n\nMine.\n"
    book, _ = load_files(tmp_path, {"a.md": chapter})
    tree = tree_of(with_settings(book, links="chapter"), "a")
    assert [text(s) for s in tree.find_all("section")] == ["Links Mine.", "example.org/1"]


def test_for_the_screen_nothing_is_added(tmp_path: Path) -> None:
    book = a_book(tmp_path, edition="screen", qr=True)
    assert arrange_notes(book) == book


def test_an_unknown_place_for_notes_is_an_error_that_names_the_places(tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text('[pdf]\nnotes = "end"\n', "utf-8")
    with pytest.raises(BookError) as error:
        load(tmp_path)
    (found,) = error.value.diagnostics
    assert found.rule.name == "wrong-type"
    assert all(f'"{place}"' in found.message for place in ("foot", "chapter", "book"))
    assert found.span is not None
    assert found.span.line == 2


def test_codes_hold_links_in_order_until_they_are_full() -> None:
    short, long = [f"https://example.org/{n}" for n in range(30)], "https://e.org/" + "x" * LARGEST
    groups = grouped([*short, long])
    assert [url for group in groups for url in group] == short
    assert len(groups) == 2
    assert all(len("\n".join(group)) <= LARGEST for group in groups)


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        texts = [page.get_textpage().get_text_range() for page in pdf]
    return [" ".join(text.replace("\u200b", "").split()) for text in texts]


@pytest.mark.slow
def test_notes_at_the_end_of_the_book_stand_before_the_sources(tmp_path: Path) -> None:
    files = {
        "book.toml": BOOK.format("en") + 'back = ["glossary.md"]\n[pdf]\nnotes = "book"\n',
        "a.md": A,
        "b.md": B,
        "glossary.md": "# Glossary\n\nPunch\n: A steel letter.\n",
    }
    book, _ = load_files(tmp_path, files)
    path = write(book, tmp_path / "b.pdf").path
    pages = [page for page in pages_of(path) if page]
    contents = next(page for page in pages if page.startswith("Contents"))
    notes = next(page for page in pages if page.startswith("Notes"))
    assert "Notes 1 One 1 example.org/1 2 With a fifth (example.org/5). 3 example.org/2" in notes
    assert "2 Two 1 example.org/1 2 Of Two." in notes
    assert pages.index(notes) == len(pages) - 2
    assert "Notes . . ." in contents
    assert not [v.broken for v in validate("ua1", path) if not v.compliant]


@pytest.mark.slow
def test_a_code_reads_back_as_the_chapters_links(tmp_path: Path) -> None:
    path = write(a_book(tmp_path, qr=True, pdf_a=True), tmp_path / "b.pdf").path
    with pypdfium2.PdfDocument(path) as pdf:
        pictures = [page.render(scale=4).to_pil() for page in pdf]
    read = [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]
    numbers = (1, 2, 3, 4, 5)
    assert read == ["\n".join(f"https://{'www.' * (n == 2)}example.org/{n}{'/' * (n == 2)}"
                    for n in numbers), "https://example.org/1"]  # fmt: skip
    with pikepdf.open(path) as pdf:
        alternatives = [str(o.Alt) for o in pdf.objects if isinstance(o, pikepdf.Dictionary)
                        and o.get("/S") == "/Figure"]  # fmt: skip
    assert alternatives == ["QR code with the links of this chapter"] * 2
    assert not [v.broken for v in validate("ua1", path) if not v.compliant]


@pytest.mark.slow
@pytest.mark.parametrize("notes", ["foot", "chapter"])
@pytest.mark.parametrize("links", ["notes", "chapter"])
def test_every_arrangement_is_accessible(tmp_path: Path, notes: str, links: str) -> None:
    path = write(a_book(tmp_path, notes=notes, links=links), tmp_path / "b.pdf").path
    assert not [v.broken for v in validate("ua1", path) if not v.compliant]


@pytest.mark.slow
def test_notes_at_a_foot_stand_close_together(tmp_path: Path) -> None:
    chapter = "# A\n\nOne.[^1] Two.[^2]\n\n[^1]: The first note.\n\n[^2]: The second note.\n"
    book, _ = load_files(tmp_path, {"a.md": chapter})
    with pypdfium2.PdfDocument(write(book, tmp_path / "b.pdf").path) as pdf:
        (found,) = [
            t for page in pdf if "first note" in (t := page.get_textpage()).get_text_range()
        ]
        first, second = (
            found.get_charbox(found.search(f"The {which} note").get_next()[0])[1]
            for which in ("first", "second")
        )
    assert first - second < 15, "a line of notes is 9.13 points apart from the next"
