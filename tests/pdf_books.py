"""Linked books made by hand for the PDF writer, and what is read back from their pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from bookbuilder.book import Book, Chapter, Metadata, Part, Person
from bookbuilder.config.schema import Config, PdfConfig
from bookbuilder.formats.pdf.writer import write_pdf
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.trees.markup import text_of
from bookbuilder.trees.parsing import parse_fragment

SENTENCE = "A page is a rectangle of text that somebody has to fill with words worth reading. "


def a_chapter(slug: str, html: str, number: int | None = None, **fields: Any) -> Chapter:
    tree = parse_fragment(html)
    tree["id"] = slug
    tree["class"] = "chapter"
    heading = tree.find(class_="chapter-title") or tree.find("h1")
    assert heading is not None
    source = Source(Path(f"{slug}.md"), f"{slug}.md", html)
    return Chapter(slug, text_of(heading), tree, source, number=number, **fields)


def numbered(number: int, title: str, html: str) -> Chapter:
    heading = (
        f'<h1><span class="chapter-number">{number}</span>'
        f'<span class="chapter-title">{title}</span></h1>'
    )
    return a_chapter(f"c{number}", heading + html, number)


def call(note: str, suffix: str = "") -> str:
    slug, number = note.split("-")
    return (
        f'<a class="noteref" role="doc-noteref" id="{slug}--fnref-{number}{suffix}"'
        f' href="#{slug}--fn-{number}">{number}</a>'
    )


def notes(slug: str, *texts: str) -> str:
    asides = "".join(
        f'<aside class="note" role="doc-footnote" id="{slug}--fn-{n}" data-number="{n}">'
        f'<p>{text} <a class="backlink" role="doc-backlink" href="#{slug}--fnref-{n}">↑</a></p>'
        "</aside>"
        for n, text in enumerate(texts, 1)
    )
    return f'<section class="notes" role="doc-endnotes">{asides}</section>'


# Links that can be followed, and no pages but those of the text.
PLAIN = PdfConfig(live_links=True, signature=1)


def a_book(root: Path, *chapters: Chapter, **fields: Any) -> Book:
    meta = Metadata(
        "Small Book", "urn:uuid:1", authors=(Person("Ann Author"),), date=date(2026, 1, 2)
    )
    values = {"parts": [Part(chapters=list(chapters))], **fields}
    return Book(Config(root=root, pdf=PLAIN), values.pop("metadata", meta), **values)


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def labels_of(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf:
        return [page.label for page in pdf.pages]


def outline_of(path: Path) -> list[tuple[int, str, str]]:
    """Return level, title and page label of every bookmark."""
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:

        def walk(items: Any, level: int) -> Iterator[tuple[int, str, str]]:
            for item in items:
                yield level, item.title, pikepdf.Page(item.destination[0]).label
                yield from walk(item.children, level + 1)

        return list(walk(outline.root, 1))


def written(book: Book, path: Path) -> tuple[Path, list[str]]:
    report = Report()
    write_pdf(book, path, report)
    return path, [d.rule.name for d in report]
