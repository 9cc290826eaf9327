"""The EPUB's list of the print edition's pages, against the pages of the PDF itself."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

import epubcheck
import readback
from bookbuilder import Book, load, write
from bookbuilder.model.pagination import PageStart, Pagination
from bookbuilder.text.slugs import loose
from epub_books import NAMESPACES, Package, build, full, little

ENTRIES = "//x:nav[@epub:type='page-list']//x:a"
CHAPTER = """\
# Chapter {n}

[First]{{.index}} words with a note[^a] and a [link](https://example.org/{n}).

[^a]: The note.

{paragraphs}

## A table

| Key | Value |
|-----|-------|
{rows}

## Lists and code

{items}

```
{code}
```
"""


def written(book: Book, folder: Path, *pages: PageStart) -> Package:
    book = replace(book, pagination=Pagination("Title, print edition", pages))
    return build(book, folder)


def marked(package: Package, name: str = "one.xhtml", for_tags: str = "") -> str:
    """Return the text of a document, with each mark as its label in brackets."""
    text = package.files[f"EPUB/{name}"].decode().partition("<body")[2].partition(">")[2]
    mark = r'<span id="page\.(\w+)" role="doc-pagebreak" aria-label="\1" epub:type="pagebreak">'
    text = re.sub(rf"{mark}</span>", r"[\1]", text)
    assert "doc-pagebreak" not in text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", for_tags, text)).split())


def at(label: str, block: int, offset: int = 0, words: str = "") -> PageStart:
    return PageStart(label, "one", block, offset, loose(words))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("markup", "start", "expected"),
    [
        ("<p>Some words.</p>", at("2", 1), "One [2]Some words."),
        ("<h2>Some words</h2>", at("2", 1), "One [2]Some words"),
        ("<p>Some words here.</p>", at("2", 1, 4, "words here"), "One Some [2]words here."),
        ("<p>Some <em>good words</em> here.</p>", at("2", 1, 8, "words here"),
         "One Some good [2]words here."),
        # Print has text in between, so the place is only about right.
        ("<p>Some words here.</p>", at("2", 1, 9, "words here"), "One Some [2]words here."),
        # A word that print divides is not divided.
        ("<p>Some hyphenation here.</p>", at("2", 1, 10, "nation here"),
         "One Some [2]hyphenation here."),
        ("<p>and so on and so on and so on</p>", at("2", 1, 7, "and so on and so on"),
         "One and so on [2]and so on and so on"),
        ('<p>See <a href="#one">all of that</a>.</p>', at("2", 1, 6, "of that"),
         "One See [2]all of that."),
        # Words that are not found.
        ("<p>Some words here.</p>", at("2", 1, 4, "page 12 words"), "One Some [2]words here."),
        ("<p>Some words.</p>", at("2", 1, 99, "and nothing else"), "One Some words.[2]"),
        ("<ul><li><p>Item</p></li></ul>", at("2", 2), "One [2]Item"),
        ("<pre>one\ntwo\nthree</pre>", at("2", 1, 3, "two three"), "One one [2]two three"),
        # Links and notes are elsewhere in print.
        ('<section class="notes"><p>A note.</p></section>', at("2", 1), "One A note."),
    ],
)  # fmt: skip
def test_a_mark_stands_where_its_page_starts(
    tmp_path: Path, markup: str, start: PageStart, expected: str
) -> None:
    package = written(little(f"<h1>One</h1>\n{markup}"), tmp_path, start)
    assert marked(package) == expected


def test_many_pages_of_one_paragraph_keep_their_order(tmp_path: Path) -> None:
    words = [f"word{chr(97 + n)}" for n in range(20)]
    pages = [at(str(n), 1, 5 * n, "".join(words[n:])) for n in range(20)]
    package = written(little(f"<h1>One</h1>\n<p>{' '.join(words)}</p>"), tmp_path, *pages)
    expected = " ".join(f"[{n}]{word}" for n, word in enumerate(words))
    assert marked(package) == f"One {expected}"


def test_no_mark_is_in_a_heading_or_a_link(tmp_path: Path) -> None:
    package = written(
        little('<h1>One</h1><p><a href="https://example.org/">Over two pages</a></p>'),
        tmp_path, at("1", 0), at("2", 1, 4, "two pages"),
    )  # fmt: skip
    inside = package.find("one.xhtml", "//x:h1//x:span|//x:a//x:span")
    assert inside == []
    assert len(package.find("one.xhtml", "//x:span[@role='doc-pagebreak']")) == 2


@pytest.mark.slow
def test_nav_and_ncx_list_the_pages(tmp_path: Path) -> None:
    pages = (
        PageStart("v", "preface", 0, 0, "preface"),
        PageStart("1", "part-0", None, 0, "dry"),
        PageStart("3", "salt", 0, 0, "salt"),
        # Of a chapter that print alone has.
        PageStart("9", "links", 0, 0, "links"),
    )
    package = written(full(tmp_path), tmp_path, *pages)
    places = ["preface.xhtml#page.v", "part-0.xhtml", "salt.xhtml#page.3"]
    links = package.find("nav.xhtml", ENTRIES)
    assert [(a.text, a.get("href")) for a in links] == list(
        zip(["v", "1", "3"], places, strict=True)
    )
    (nav,) = package.find("nav.xhtml", "//x:nav[@epub:type='page-list']")
    assert (nav.get("hidden"), nav.get("aria-label")) == ("hidden", "Pages")
    targets = package.find("toc.ncx", "//ncx:pageList/ncx:pageTarget")
    assert [
        (t.get("type"), t.get("value"), t.find("ncx:content", NAMESPACES).get("src"))
        for t in targets
    ] == list(zip(["front", "normal", "normal"], [None, "1", "3"], places, strict=True))
    counts = package.find("toc.ncx", "//ncx:meta[contains(@name, 'age')]/@content")
    assert counts == ["3", "3"]
    assert epubcheck.check(tmp_path / "book.epub") == []


def test_the_package_says_that_there_are_pages_and_whose(tmp_path: Path) -> None:
    with_pages = written(little(), tmp_path, at("1", 0))
    features = "//opf:meta[@property='schema:accessibilityFeature']/text()"
    source = "//opf:meta[@property='pageBreakSource']/text()"
    assert {"pageBreakMarkers", "pageNavigation"} <= set(with_pages.find("content.opf", features))
    assert with_pages.find("content.opf", source) == ["Title, print edition"]


def test_without_an_edition_in_print_no_pages_are_claimed(tmp_path: Path) -> None:
    without = build(little(), tmp_path)
    assert without.find("nav.xhtml", ENTRIES) == []
    package = without.files["EPUB/content.opf"].decode()
    assert not {"pageBreakMarkers", "pageNavigation", "pageBreakSource"} & set(
        re.findall(r"\w+", package)
    )
    assert b"pageList" not in without.files["EPUB/toc.ncx"]


@pytest.mark.slow
@pytest.mark.parametrize("settings", ['notes = "foot"', 'notes = "book"\nlinks = "chapter"'])
def test_pages_are_those_of_the_pdf(tmp_path: Path, settings: str) -> None:
    (tmp_path / "book.toml").write_text(
        '[book]\ntitle = "Pages"\nback = ["ch2.md"]\n\n'
        f'[[part]]\ntitle = "Part"\nchapters = ["ch1.md"]\n\n[pdf]\n{settings}\n'
    )
    for number in (1, 2):
        paragraphs = "\n\n".join(
            " ".join(f"w{'xyz'[n % 3]}{'abcdefgh'[n % 8]}{spelled(n * k)}" for n in range(60))
            for k in range(3, 12)
        )
        text = CHAPTER.format(
            n=number,
            paragraphs=paragraphs,
            rows="\n".join(f"| {spelled(n)} | {spelled(n * n)} |" for n in range(90)),
            items="\n".join(f"- {spelled(n * 7)} {spelled(n * 13)}" for n in range(60)),
            code="\n".join(f"{spelled(n * 11)} = {spelled(n)}" for n in range(70)),
        )
        (tmp_path / f"ch{number}.md").write_text(text)
    book = load(tmp_path)
    pdf = write(book, tmp_path / "b.pdf")
    epub = write(replace(book, pagination=pdf.pagination), tmp_path / "b.epub").path
    assert epubcheck.check(epub) == []
    package = Package(epub)
    pages = readback.read(pdf.path)
    printed = dict(zip(pages.labels, pages.texts, strict=True))
    listed = package.find("nav.xhtml", ENTRIES)
    assert len(listed) > 15
    for link in listed:
        file, _, name = link.get("href").partition("#")
        text = marked(package, file, " ")
        if name:
            assert f"[{link.text}]" in text
            text = text.partition(f"[{link.text}]")[2]
        # The word that a page starts with may be the rest of one, and heads come before it.
        # An index has chapters where the printed one has pages.
        first = text.split()[1:3] if "index" not in file else text.split()[:2]
        assert " ".join(first).rstrip(" ,") in " ".join(printed[link.text].split())[:200], link.text
    of_text = [label for label, text in printed.items() if len(text.split()) > 20]
    assert {link.text for link in listed} >= set(of_text) - {"iii", "iv", "v", "vi"}


def spelled(number: int) -> str:
    """Write a number as a word of letters."""
    return "".join("bcdfghjklm"[int(digit)] for digit in str(number))
