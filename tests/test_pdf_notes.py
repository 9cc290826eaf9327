"""Notes and addresses at the foot of printed pages, or at the end."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from bookbuilder.formats.pdf.compose.web_links import readable
from pdf_books import (
    a_book,
    call,
    labels_of,
    notes,
    numbered,
    pages_of,
    written,
)

NOTE_PLACES = {
    "paragraph": "<p>Text{}</p>",
    "heading": "<h2>Text{}</h2><p>x</p>",
    "list item": "<ul><li>Text{}</li></ul>",
    "quotation": "<blockquote><p>Text{}</p></blockquote>",
    "cell": "<table><tbody><tr><td>Text{}</td></tr></tbody></table>",
    "table head": "<table><thead><tr><th>Text{}</th></tr></thead></table>",
    "caption": "<table><caption>Text{}</caption><tbody><tr><td>x</td></tr></tbody></table>",
    "callout title": '<aside class="callout"><p class="callout-title">Text{}</p></aside>',
    "definition": "<dl><dt>x</dt><dd>Text{}</dd></dl>",
}


@pytest.mark.slow
def test_notes_called_from_anywhere_are_printed_once(tmp_path: Path) -> None:
    chapters = [
        numbered(n, place, html.format(call(f"c{n}-1")) + notes(f"c{n}", f"Noted in {place}."))
        for n, (place, html) in enumerate(NOTE_PLACES.items(), 1)
    ]
    path, found = written(a_book(tmp_path, *chapters), tmp_path / "b.pdf")
    text = "\n".join(pages_of(path))
    assert {place: text.count(f"Noted in {place}.") for place in NOTE_PLACES} == dict.fromkeys(
        NOTE_PLACES, 1
    )
    assert "↑" not in text
    assert found == []


def test_a_note_keeps_its_blocks_and_may_be_called_twice(tmp_path: Path) -> None:
    text = f"<p>One{call('c1-1')} two{call('c1-1', '-2')}.</p>"
    note = notes("c1", "First.</p><ul><li>An item</li></ul><p>Last.")
    path, found = written(a_book(tmp_path, numbered(1, "T", text + note)), tmp_path / "b.pdf")
    page = pages_of(path)[labels_of(path).index("1")]
    assert page.index("First.") < page.index("An item") < page.index("Last.")
    assert page.count("First.") == 1
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("long", ["words " * 400, "line<br>" * 90], ids=["text", "lines"])
def test_a_note_too_long_for_the_foot_goes_to_the_end_and_is_reported(
    tmp_path: Path, long: str
) -> None:
    text = f"<p>One{call('c1-1')}.</p>"
    book = a_book(tmp_path, numbered(1, "T", text + notes("c1", f"{long} the very end")))
    path, found = written(book, tmp_path / "b.pdf")
    assert found == ["long-note"]
    assert "the very end" in " ".join("\n".join(pages_of(path)).split())


def test_outside_addresses_are_notes_unless_the_text_is_one(tmp_path: Path) -> None:
    text = (
        '<p><a href="https://www.example.org/a/">site</a></p>'
        '<p><a href="https://example.net/">example.net</a></p>'
    )
    path, _ = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    page = " ".join(pages_of(path)[labels_of(path).index("1")].replace("\u200b", "").split())
    assert "site1 example.net 1 example.org/a" in page
    assert page.count("example.net") == 1
    with pikepdf.open(path) as pdf:
        addresses = [str(a.A.URI) for p in pdf.pages for a in p.get("/Annots", []) if "/A" in a]
    assert sorted(set(addresses)) == ["https://example.net/", "https://www.example.org/a/"]


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("https://www.example.org/", "example.org"),
        ("mailto:a@example.org", "a@example.org"),
        ("https://example.org/%D0%B6?q=1#x", "example.org/ж?q=1#x"),
        ("https://example.org/a%20b", "example.org/a%20b"),
    ],
)
def test_readable_addresses(href: str, shown: str) -> None:
    assert readable(href) == shown
