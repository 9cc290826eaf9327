"""The print PDF, read back with pypdfium2 and pikepdf."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from bookbuilder.book import Asset, Book, Chapter, Metadata, Part, Person
from bookbuilder.config.schema import BookConfig, Config, PdfConfig
from bookbuilder.formats.pdf.compose.web_links import readable
from bookbuilder.formats.pdf.paginate.numbering import roman, write_numbers
from bookbuilder.formats.pdf.weasy.setup import FALLBACKS, fontconfig_xml
from bookbuilder.formats.pdf.writer import write_pdf
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.model.source import Source, Span
from bookbuilder.trees.markup import text_of
from bookbuilder.trees.parsing import parse_fragment

# They lay out pages.
pytestmark = pytest.mark.slow

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
        f'<p>{text} <a class="backlink" role="doc-backlink" href="#{slug}--fnref-{n}">↩</a></p>'
        "</aside>"
        for n, text in enumerate(texts, 1)
    )
    return f'<section class="notes" role="doc-endnotes">{asides}</section>'


def a_book(root: Path, *chapters: Chapter, **fields: Any) -> Book:
    meta = Metadata(
        "Small Book", "urn:uuid:1", authors=(Person("Ann Author"),), date=date(2026, 1, 2)
    )
    values = {"parts": [Part(chapters=list(chapters))], **fields}
    return Book(Config(root=root), values.pop("metadata", meta), **values)


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def labels_of(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf:
        return [page.label for page in pdf.pages]


def outline_of(path: Path) -> list[tuple[int, str, str]]:
    """Level, title and page label of every bookmark."""
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


@pytest.fixture(scope="module")
def long_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parts, six chapters with notes all through, a preface and a glossary: some 60 pages."""
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


def test_a_quoted_page_number_is_right(tmp_path: Path) -> None:
    text = f'<p>See page <span data-page-of="#c2"></span>.</p><p>{SENTENCE * 120}</p>'
    path, found = written(
        a_book(tmp_path, numbered(1, "One", text), numbered(2, "Two", "<p>x</p>")),
        tmp_path / "b.pdf",
    )
    pages = pages_of(path)
    label = next(label for _, title, label in outline_of(path) if title == "2 Two")
    assert any(f"See page {label}." in page for page in pages)
    assert found == []


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
    assert "↩" not in text
    assert found == []


def test_a_note_keeps_its_blocks_and_may_be_called_twice(tmp_path: Path) -> None:
    text = f"<p>One{call('c1-1')} two{call('c1-1', '-2')}.</p>"
    note = notes("c1", "First.</p><ul><li>An item</li></ul><p>Last.")
    path, found = written(a_book(tmp_path, numbered(1, "T", text + note)), tmp_path / "b.pdf")
    page = pages_of(path)[labels_of(path).index("1")]
    assert page.index("First.") < page.index("An item") < page.index("Last.")
    assert page.count("First.") == 1
    assert found == []


@pytest.mark.parametrize("long", ["words " * 400, "line<br>" * 90], ids=["text", "lines"])
def test_a_note_too_long_for_the_foot_goes_to_the_end_and_is_reported(
    tmp_path: Path, long: str
) -> None:
    text = f"<p>One{call('c1-1')}.</p>"
    book = a_book(tmp_path, numbered(1, "T", text + notes("c1", f"{long} the very end")))
    path, found = written(book, tmp_path / "b.pdf")
    assert found == ["long-note"]
    assert "the very end" in " ".join("\n".join(pages_of(path)).split())


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    script = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from pathlib import Path\n"
        "from test_pdf import a_book, numbered, written, call, notes\n"
        "root = Path(sys.argv[2]); root.mkdir()\n"
        "text = '<p>Text' + call('c1-1') + ' ' + '→ ✓ אב 日本</p>' + notes('c1', 'n')\n"
        "written(a_book(root, numbered(1, 'T', text)), root / 'b.pdf')\n"
    )
    found = []
    for name, zone, seed in (("a", "UTC", "1"), ("another folder", "Asia/Tokyo", "2")):
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path / name)],
            check=True,
            # A cache of its own, or the second would be the first, remembered.
            env=os.environ
            | {
                "TZ": zone,
                "PYTHONHASHSEED": seed,
                "XDG_CACHE_HOME": str(tmp_path / f"cache {name}"),
            },
        )
        found.append((tmp_path / name / "b.pdf").read_bytes())
    assert found[0] == found[1]
    assert b"/ID [<" in found[0]


def test_metadata(tmp_path: Path) -> None:
    meta = Metadata(
        "Title & <more>",
        "urn:isbn:1",
        "en-GB",
        authors=(Person("Ann Author"), Person("Ed Itor", "edt")),
        description="About it",
        subjects=("One", "Two, too"),
        date=date(2026, 1, 2),
        license="CC BY 4.0",
        publisher="A House",
        version="1.2",
    )
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"), metadata=meta)
    path, _ = written(book, tmp_path / "b.pdf")
    with pikepdf.open(path) as pdf:
        info = {str(k): str(v) for k, v in pdf.docinfo.items()}
        language = str(pdf.Root.Lang)
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == "Title & <more>"
    assert info["/Title"] == "Title & <more>"
    assert info["/Author"] == "Ann Author"
    assert info["/Subject"] == "About it"
    assert info["/Keywords"] == "One, Two; too"
    assert info["/CreationDate"].startswith("D:20260102")
    assert language == "en-GB"
    front = "\n".join(pages_of(path)[:4])
    for shown in ("CC BY 4.0", "A House", "Version 1.2", "2026-01-02", "Ed Itor"):
        assert shown in front


def test_nothing_but_the_books_assets_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", "utf-8")
    (tmp_path / "secret.txt").write_text("classified", "utf-8")
    text = (
        f'<p><img alt="" src="{(tmp_path / "secret.svg").as_uri()}">'
        '<img alt="" src="http://127.0.0.1:9/x.png"><img alt="" src="../secret.svg">'
        f'<a rel="attachment" href="{(tmp_path / "secret.txt").as_uri()}">attached</a></p>'
    )
    path, found = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    assert found == ["resource-refused"] * 3
    with pikepdf.open(path) as pdf:
        assert len(pdf.attachments) == 0


def test_lists_start_and_count_as_html_says(tmp_path: Path) -> None:
    text = """<ol start="3"><li>a</li><li>b</li><li value="9">c</li><li>d</li></ol>
    <ol type="A" start="2"><li>e</li></ol><ol reversed="" start="2"><li>f</li><li>g</li></ol>"""
    path, _ = written(a_book(tmp_path, numbered(1, "T", text)), tmp_path / "b.pdf")
    marks = re.findall(r"(\d+|[A-Z])\.", pages_of(path)[-1])
    assert marks == ["3", "4", "9", "10", "B", "2", "1"]


@pytest.mark.parametrize(
    ("said", "points"), [('width="96"', (72, 36)), ('height="96"', (144, 72)), ("", (150, 75))]
)
def test_a_picture_is_as_wide_as_html_says(
    said: str, points: tuple[int, int], tmp_path: Path
) -> None:
    Image.new("L", (200, 100), 128).save(tmp_path / "a.png")
    assets = {"a.png": Asset("a.png", "image/png", (tmp_path / "a.png").read_bytes())}
    text = f'<p>In a sentence <img alt="" src="a.png" {said}/> it stands.</p>'
    book = a_book(tmp_path, numbered(1, "T", text), assets=assets)
    path, _ = written(book, tmp_path / "b.pdf")
    with pypdfium2.PdfDocument(path) as pdf:
        (bounds,) = (
            picture.get_bounds()
            for page in pdf
            for picture in page.get_objects()
            if picture.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        )
    left, bottom, right, top = bounds
    assert (round(right - left), round(top - bottom)) == points


def test_code_in_a_line_of_hebrew_reads_from_left_to_right(tmp_path: Path) -> None:
    text = "<p>\u05d0\u05d1 <code>x = 1;</code> \u05d2</p>"
    metadata = Metadata("\u05d0", "urn:uuid:1", language="he")
    path, _ = written(
        a_book(tmp_path, numbered(1, "\u05d0", text), metadata=metadata), tmp_path / "b.pdf"
    )
    places: dict[str, float] = {}
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            spoken = page.get_textpage()
            for at, letter in enumerate(spoken.get_text_range()):
                if letter in "x=;":
                    places[letter] = spoken.get_charbox(at)[0]
    assert places["x"] < places["="] < places[";"]


def test_pictures_come_from_the_assets_and_stay_on_the_page(tmp_path: Path) -> None:
    Image.new("L", (3000, 5000), 128).save(tmp_path / "tall.png")
    data = (tmp_path / "tall.png").read_bytes()
    assets = {"images/tall one.png": Asset("images/tall one.png", "image/png", data)}
    text = '<figure><img alt="" src="images/tall%20one.png"><figcaption>Tall</figcaption></figure>'
    book = a_book(tmp_path, numbered(1, "T", text), assets=assets)
    path, found = written(book, tmp_path / "b.pdf")
    assert found == []
    with pypdfium2.PdfDocument(path) as pdf:
        bounds = [
            (page.get_size(), picture.get_bounds())
            for page in pdf
            for picture in page.get_objects()
            if picture.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        ]
    ((_width, height), (_left, bottom, _right, top)) = bounds[0]
    assert 0 < bottom < top < height


def test_a_picture_that_cannot_be_decoded_is_reported(tmp_path: Path) -> None:
    assets = {"images/x.png": Asset("images/x.png", "image/png", b"not a picture")}
    book = a_book(
        tmp_path, numbered(1, "T", '<p><img alt="" src="images/x.png"></p>'), assets=assets
    )
    _, found = written(book, tmp_path / "b.pdf")
    assert found == ["unreadable-picture"]


def test_a_character_that_no_font_has_is_named_with_its_chapter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    report = Report()
    with caplog.at_level(logging.DEBUG, "weasyprint"):
        write_pdf(a_book(tmp_path, numbered(1, "Old", "<p>ok\n𒀀</p>")), tmp_path / "b.pdf", report)
    (diagnostic,) = report
    assert diagnostic.rule.name == "missing-glyph"
    assert "U+12000" in diagnostic.message
    assert "Old" in diagnostic.message
    assert diagnostic.span is not None
    assert (diagnostic.span.file, diagnostic.span.line) == ("c1.md", 2)
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


def test_scripts_and_symbols_come_from_the_bundled_fonts(tmp_path: Path) -> None:
    text = "<p>Ελληνικά ἀρχή русский العربية עברית 日本語かな हिन्दी ไทย ქართული ∑∀ ✂ 😀 → ☐ ✓</p>"
    code = "<pre class='code'><code>├── src │ λ → ✗ 日本</code></pre>"
    path, found = written(a_book(tmp_path, numbered(1, "T", text + code)), tmp_path / "b.pdf")
    assert found == []
    with pikepdf.open(path) as pdf:
        fonts = {
            str(o.BaseFont).partition("+")[2].replace("-", " ")
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font" and "/BaseFont" in o
        }
    known = tuple(name.replace("Symbols 2", "Symbols2") for name in FALLBACKS)
    assert fonts
    assert all(font.startswith(known) for font in fonts), fonts


def test_fontconfig_knows_the_given_folders_only(tmp_path: Path) -> None:
    xml = fontconfig_xml([tmp_path / "a & b"], tmp_path / "cache")
    assert xml.count("<dir>") == 1
    assert "a &amp; b" in xml
    assert "include" not in xml


def test_tables_and_code_stay_inside_the_page_or_are_reported(tmp_path: Path) -> None:
    cells = "".join(f"<td>{'wordlength' * 3}{n}</td>" for n in range(7))
    table = f"<table><tbody><tr>{cells}</tr></tbody></table>"
    code = f"<pre class='code'><code>{'x = function(argument); ' * 20}{'y' * 300}</code></pre>"
    path, found = written(a_book(tmp_path, numbered(1, "T", table + code)), tmp_path / "b.pdf")
    assert found == []
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            text = page.get_textpage()
            width = page.get_width()
            boxes = [text.get_charbox(n) for n in range(text.count_chars())]
            assert all(left > 0 and right < width - 28 for left, _b, right, _t in boxes if right)


def test_a_table_that_cannot_fit_is_reported_with_its_place(tmp_path: Path) -> None:
    cells = "".join(f"<td>{n}</td>" for n in range(90))
    table = f"<table><tbody><tr>{cells}</tr></tbody></table>"
    report = Report()
    write_pdf(a_book(tmp_path, numbered(1, "T", table)), tmp_path / "b.pdf", report)
    assert [(d.rule.name, d.span.file if d.span else "") for d in report] == [("too-wide", "c1.md")]


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


def test_the_authors_styles_come_last(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("@page { size: 100mm 100mm }\n.x { colour: red }\n", "utf-8")
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    report = Report()
    write_pdf(book, tmp_path / "b.pdf", report)
    with pikepdf.open(tmp_path / "b.pdf") as pdf:
        assert round(float(pdf.pages[0].mediabox[2])) == 283
    (diagnostic,) = report
    assert diagnostic.rule.name == "bad-style"
    assert diagnostic.hint == "did you mean `color`?"
    assert diagnostic.span == Span("own.css", 2, 6, 11, ".x { colour: red }")


@pytest.mark.parametrize(
    ("css", "where", "says"),
    [
        ('\n@import "b.css";', (2, 10, 5), "not for print"),
        ("\n@font-face { font-family: Yx; src: url(x.ttf) }\n", (2, 27, 2), "loads no “Yx”"),
        ("@font-face { font-family: Y }", (1, 1, 10), "Missing src descriptor"),
        ("q {}\np:::x { color: red }", (2, 1, 5), "'p:::x '"),
        ("p {}\nq { color red }", (2, 14, 2), "this does not parse"),
        ("p {\n  color: none; }", (2, 3, 11), "`color: none` is left out: invalid value"),
    ],
)
def test_what_print_does_not_understand_of_a_style_is_said_where_it_stands(
    css: str, where: tuple[int, int, int], says: str, tmp_path: Path
) -> None:
    (tmp_path / "own.css").write_text(css, "utf-8")
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    report = Report()
    write_pdf(book, tmp_path / "b.pdf", report)
    (diagnostic,) = report
    span = diagnostic.span
    assert span is not None
    assert (diagnostic.rule.name, span.file) == ("bad-style", "own.css")
    assert (span.line, span.column, span.length) == where
    assert says in diagnostic.message


@pytest.mark.parametrize("name", ["none.css", "../outside.css"])
def test_a_stylesheet_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.css").write_text("p {}", "utf-8")
    root = tmp_path / "root"
    root.mkdir()
    book = a_book(root, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, book=BookConfig(style=(name,)))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    assert [d.rule.name for d in caught.value.diagnostics] == ["style-missing"]
    assert not (tmp_path / "b.pdf").exists()


@pytest.mark.parametrize(("trim", "width"), [("a5", 420), ("6x9in", 432), ("A4", 595)])
def test_trim_sizes(tmp_path: Path, trim: str, width: int) -> None:
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(trim=trim))
    path, _ = written(book, tmp_path / "b.pdf")
    with pikepdf.open(path) as pdf:
        assert round(float(pdf.pages[0].trimbox[2])) == width


def test_an_unknown_trim_size_is_an_error_with_a_hint(tmp_path: Path) -> None:
    book = a_book(tmp_path, numbered(1, "T", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(trim="a55"))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.rule.name, diagnostic.hint) == ("unknown-trim", "did you mean `a5`?")


def test_a_chapter_that_breaks_the_layout_is_named(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("li::marker { content: '* ' }", "utf-8")
    good = numbered(1, "Good", "<p>x</p>")
    bad = numbered(2, "Bad", f"<ul><li>x{call('c2-1')}</li></ul>" + notes("c2", "n"))
    book = a_book(tmp_path, good, bad)
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule.name == "layout-failed"
    assert "Bad" in diagnostic.message
    assert diagnostic.span is not None
    assert diagnostic.span.file == "c2.md"


def test_the_only_chapter_is_named_where_its_pages_cannot_be_drawn(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text(".chapter p { font-size: 1e9px }", "utf-8")
    book = a_book(tmp_path, numbered(1, "Huge", "<p>x</p>"))
    book.config = replace(book.config, pdf=PdfConfig(style=("own.css",)))
    with pytest.raises(BookError) as caught:
        write_pdf(book, tmp_path / "b.pdf", Report())
    assert [d.span.file for d in caught.value.diagnostics if d.span] == ["c1.md"]


def test_a_book_from_right_to_left(tmp_path: Path) -> None:
    chapters = [
        numbered(n, f"فصل {n}", f"<p>{'هذا نص عربي للتجربة في كتاب صغير. ' * 90}</p>")
        for n in (1, 2)
    ]
    meta = Metadata("كتاب", "urn:uuid:2", "ar")
    path, found = written(a_book(tmp_path, *chapters, metadata=meta), tmp_path / "b.pdf")
    assert found == []
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.ViewerPreferences.Direction) == "/R2L"
    assert int(next(label for _, t, label in outline_of(path) if t.startswith("2 "))) % 2 == 1


def test_a_part_as_a_volume_has_no_opening_of_its_own(tmp_path: Path) -> None:
    part = Part("part-1", "The Part", chapters=[numbered(1, "T", "<p>x</p>")])
    book = a_book(tmp_path, parts=[part], volume=part)
    path, _ = written(book, tmp_path / "b.pdf")
    pages = pages_of(path)
    assert not any("The Part" in page for page in pages)


def test_importing_the_package_does_not_import_weasyprint() -> None:
    code = "import sys, bookbuilder.formats.pdf.writer; print('weasyprint' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "False"


def test_without_pango_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0': not found\nmore")

    for name in [n for n in sys.modules if n.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(BookError) as caught:
        write_pdf(a_book(tmp_path, numbered(1, "T", "<p>x</p>")), tmp_path / "b.pdf", Report())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.rule.name == "pango-missing"
    assert "apt install" in diagnostic.hint


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "i"), (4, "iv"), (19, "xix"), (1994, "mcmxciv")]
)
def test_roman(number: int, numeral: str) -> None:
    assert roman(number) == numeral


def test_baking_says_whether_anything_changed() -> None:
    from xml.etree import ElementTree as ET

    tree = ET.fromstring('<p><b data-page-of="#a"/><b data-page-of="#gone"/></p>')
    assert write_numbers(tree, {"a": "7"})
    assert [b.text for b in tree] == ["7", "000"]
    assert not write_numbers(tree, {"a": "7"})


def test_a_word_of_many_lines_is_broken_and_complete(tmp_path: Path) -> None:
    book = a_book(tmp_path, numbered(1, "T", f"<p>{'x' * 20_000}</p>"))
    path, found = written(book, tmp_path / "b.pdf")
    body = "".join(pages_of(path)[labels_of(path).index("1") :])
    assert body.count("x") == 20_000
    assert found == []
