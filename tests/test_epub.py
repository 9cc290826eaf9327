"""The EPUB writer on small linked books made by hand: what is packed, and what EPUBCheck says."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import epubcheck
from bookbuilder.book import Book, Metadata, Part
from bookbuilder.config.schema import BookConfig, Config, EpubConfig
from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.runtime.files import write_atomically
from epub_books import (
    EPUB_TYPE,
    HOSTILE_CSS,
    NAMESPACES,
    Package,
    build,
    chapter,
    full,
    little,
    picture,
)

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def problems(path: Path) -> list[str]:
    """What EPUBCheck has against a book, usage hints included."""
    return [str(m) for m in epubcheck.check(path, usage=True)]


# EPUBCheck


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_full_book(tmp_path: Path) -> None:
    build(full(tmp_path), tmp_path)
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_book_without_chapters(tmp_path: Path) -> None:
    book = Book(Config(tmp_path), Metadata("Empty", "urn:x:1"))
    package = build(book, tmp_path)
    assert package.find("nav.xhtml", "//x:nav[@role]//x:a/@href") == ["title-page.xhtml"]
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_epubcheck_has_nothing_against_a_right_to_left_book_with_styles(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a/own.css", HOSTILE_CSS.encode())
    write_atomically(tmp_path / "a/paper.png", picture())
    config = Config(tmp_path, book=BookConfig(style=("a/own.css",)))
    book = replace(full(tmp_path), config=config)
    book.metadata = replace(
        book.metadata, title="ملح", subtitle="", language="ar", license="https://example.org/l"
    )
    report = Report()
    build(book, tmp_path, report)
    assert report.errors == []
    assert problems(tmp_path / "book.epub") == []


@pytest.mark.slow
def test_the_driver_reports_what_is_wrong(tmp_path: Path) -> None:
    package = build(little(), tmp_path)
    broken = tmp_path / "broken.epub"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, data in package.files.items():
            archive.writestr(name, data.replace(b"<p>Words.</p>", b"<p><center/></p>"))
    found = epubcheck.check(broken)
    assert [(m.code, m.severity) for m in found] == [("RSC-005", "ERROR")]
    assert found[0].place == "EPUB/one.xhtml:10"


def test_the_driver_says_so_where_there_is_no_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    # Without the Java that this thread may have already.
    monkeypatch.setattr(epubcheck, "_this_thread", threading.local())
    with pytest.raises(RuntimeError, match="there is no Java"):
        epubcheck.check(tmp_path / "book.epub")


# Package document


def test_metadata_says_what_the_book_says(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert package.dc("title") == ["Salt & <Snow>", "A study in white"]
    assert package.meta("title-type", "#title") == ["main"]
    assert package.meta("title-type", "#subtitle") == ["subtitle"]
    assert package.dc("creator") == ["Ann Writer"]
    assert package.meta("role", "#creator-1") == ["aut"]
    assert package.meta("file-as", "#creator-1") == ["Writer, Ann"]
    assert package.dc("contributor") == ["Ed Itor"]
    assert package.meta("role", "#contributor-1") == ["edt"]
    assert package.meta("file-as", "#contributor-1") == []
    assert package.dc("language") == ["en-GB"]
    assert package.dc("identifier") == ["urn:uuid:6f0a5f0e-6a2b-5d0c-9c4e-2f7b1f6f4a10"]
    assert package.opf.get("unique-identifier") == package.opf.find(
        ".//dc:identifier", NAMESPACES
    ).get("id")
    assert package.dc("publisher") == ["The Press"]
    assert package.dc("rights") == ["Some rights"]
    assert package.dc("description") == ["About salt."]
    assert package.dc("subject") == ["Salt", "Snow"]
    assert package.dc("date") == ["2026-01-31"]
    links = package.opf.iterfind(".//opf:link[@rel='cc:license']", NAMESPACES)
    assert [e.get("href") for e in links] == ["https://creativecommons.org/licenses/by-sa/4.0/"]


def test_a_series_is_told_in_both_forms(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert package.meta("belongs-to-collection") == ["Whites"]
    assert package.meta("collection-type", "#series") == ["series"]
    assert package.meta("group-position", "#series") == ["3"]
    assert package.old_meta("calibre:series") == ["Whites"]
    assert package.old_meta("calibre:series_index") == ["3"]
    package = build(little(), tmp_path)
    assert package.meta("belongs-to-collection") == []
    assert package.old_meta("calibre:series") == []


@pytest.mark.parametrize(
    ("license", "url"),
    [
        ("https://example.org/x", "https://example.org/x"),
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-ND-3.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("GPL-3.0-only", "https://spdx.org/licenses/GPL-3.0-only.html"),
        ("All rights reserved", ""),
        ("", ""),
    ],
)
def test_a_licence_is_linked_where_it_is_known(license: str, url: str, tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, license=license)
    package = build(book, tmp_path)
    links = package.opf.iterfind(".//opf:link", NAMESPACES)
    assert [e.get("href") for e in links] == ([url] if url else [])
    assert package.find("title-page.xhtml", "//x:a/@href") == ([url] if url else [])


def test_a_licence_that_is_an_address_is_linked_from_the_rights(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, rights="Free", license="https://example.org/x")
    link = build(book, tmp_path).find("title-page.xhtml", "//x:a")
    assert [(a.text, a.get("href")) for a in link] == [("Free", "https://example.org/x")]


def test_control_characters_in_metadata_are_left_out(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, title="A\x00 B\x0b\n C", publisher="\x07")
    package = build(book, tmp_path)
    assert package.dc("title") == ["A B C"]
    assert package.dc("publisher") == []
    assert package.find("title-page.xhtml", "//x:h1/text()") == ["A B C"]


def test_modified_is_never_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert build(full(tmp_path), tmp_path).meta("dcterms:modified") == ["2026-01-31T00:00:00Z"]
    assert build(little(), tmp_path).meta("dcterms:modified") == ["1980-01-01T00:00:00Z"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert build(full(tmp_path), tmp_path).meta("dcterms:modified") == ["2023-11-14T22:13:20Z"]


@pytest.mark.parametrize("epoch", ["yesterday", "99999999999999999999", "1.5"])
def test_a_bad_source_date_epoch_is_an_error(
    epoch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(BookError, match="E001"):
        write_epub(little(), tmp_path / "book.epub", Report())
    assert list(tmp_path.iterdir()) == []


# Manifest, spine, navigation


def test_the_spine_is_the_reading_order(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    names = "cover title-page nav preface part-0 salt part-1 thaw drops glossary plain"
    assert package.spine() == [f"{name}.xhtml" for name in names.split()]


def test_the_package_holds_what_is_used_and_nothing_else(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    manifest = package.manifest()
    packed = {n.removeprefix("EPUB/") for n in package.files} - {
        "mimetype",
        "META-INF/container.xml",
        "content.opf",
    }
    assert set(manifest) == packed
    assert "images/square.png" in manifest
    assert "images/unused.png" not in manifest
    assert manifest["salt.xhtml"]["properties"].split() == ["mathml", "svg"]
    assert "properties" not in manifest["thaw.xhtml"]
    assert manifest["nav.xhtml"]["properties"] == "nav"


def test_ids_are_unique_whatever_chapters_are_called(tmp_path: Path) -> None:
    book = full(tmp_path)
    names = ("title", "subtitle", "series", "book-id", "creator-1", "ncx", "cover-image")
    book.back = [chapter(name, "<h1>x</h1>") for name in names]
    ids = build(book, tmp_path).find("content.opf", "//@id")
    assert len(ids) == len(set(ids))
    assert {f"{name}.xhtml" for name in names} <= set(ids)


def test_the_cover_is_named_for_old_readers_and_new(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    item = package.manifest()["images/cover.png"]
    assert item["properties"] == "cover-image"
    assert package.old_meta("cover") == [item["id"]]
    assert package.find("cover.xhtml", "//x:img/@src") == ["images/cover.png"]
    assert package.find("cover.xhtml", "//x:img/@alt") == ["Salt & <Snow>, Ann Writer, Ed Itor"]


def outline(package: Package) -> list[Any]:
    def items(ol: Any) -> list[Any]:
        return [
            [a.text, a.get("href"), *([items(nested)] if nested is not None else [])]
            for li in ol.iterfind("x:li", NAMESPACES)
            for a, nested in [(li.find("x:a", NAMESPACES), li.find("x:ol", NAMESPACES))]
        ]

    return items(package.find("nav.xhtml", "//x:nav[@role='doc-toc']/x:ol")[0])


def ncx_outline(package: Package) -> list[Any]:
    def points(parent: Any) -> Iterator[list[Any]]:
        for point in parent.iterfind("ncx:navPoint", NAMESPACES):
            label = point.findtext("ncx:navLabel/ncx:text", namespaces=NAMESPACES)
            nested = list(points(point))
            src = point.find("ncx:content", NAMESPACES).get("src")
            yield [label, src, *([nested] if nested else [])]

    return list(points(package.find("toc.ncx", "//ncx:navMap")[0]))


def test_the_contents_nest_parts_chapters_and_headings(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    assert outline(package) == [
        ["Preface", "preface.xhtml"],
        [
            "Part 0. Dry",
            "part-0.xhtml",
            [
                [
                    "1. Salt & <snow>",
                    "salt.xhtml",
                    [
                        ["Dry salt", "salt.xhtml#salt--dry"],
                        ["Exercise", "salt.xhtml#salt--do"],
                    ],
                ]
            ],
        ],
        [
            "Part 1. Wet",
            "part-1.xhtml",
            [
                [
                    "2. Thaw",
                    "thaw.xhtml",
                    [["Melting", "thaw.xhtml#thaw--melting"], ["Drops", "drops.xhtml"]],
                ]
            ],
        ],
        ["Glossary", "glossary.xhtml"],
        ["Plain", "plain.xhtml"],
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("depth", "levels"), [(0, 3), (1, 3), (2, 4), (5, 4)])
def test_the_ncx_says_the_same_at_every_depth(depth: int, levels: int, tmp_path: Path) -> None:
    book = full(tmp_path)
    book.config = Config(tmp_path, epub=EpubConfig(toc_depth=depth))
    package = build(book, tmp_path)
    assert ncx_outline(package) == outline(package)
    heads = {
        m.get("name"): m.get("content") for m in package.find("toc.ncx", "//ncx:head/ncx:meta")
    }
    assert heads["dtb:uid"] == book.metadata.identifier
    assert heads["dtb:depth"] == str(levels)
    orders = [int(p.get("playOrder")) for p in package.find("toc.ncx", "//ncx:navPoint")]
    assert orders == list(range(1, len(orders) + 1))


def test_landmarks_are_hidden_and_in_the_guide_too(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    path = "//x:nav[@epub:type='landmarks']"
    assert package.find("nav.xhtml", f"{path}/@hidden") == ["hidden"]
    marks = [(a.get(EPUB_TYPE), a.get("href")) for a in package.find("nav.xhtml", f"{path}//x:a")]
    assert marks == [
        ("cover", "cover.xhtml"),
        ("titlepage", "title-page.xhtml"),
        ("toc", "nav.xhtml"),
        ("loi", "nav.xhtml#loi"),
        ("bodymatter", "part-0.xhtml"),
        ("preface", "preface.xhtml"),
        ("glossary", "glossary.xhtml"),
    ]
    guide = package.opf.iterfind(".//opf:guide/opf:reference", NAMESPACES)
    assert [(r.get("type"), r.get("href")) for r in guide] == [
        ("cover", "cover.xhtml"),
        ("title-page", "title-page.xhtml"),
        ("toc", "nav.xhtml"),
        ("loi", "nav.xhtml#loi"),
        ("text", "part-0.xhtml"),
        ("preface", "preface.xhtml"),
        ("glossary", "glossary.xhtml"),
    ]


def test_a_volume_has_no_second_title_page_and_its_part_lands_on_the_first(tmp_path: Path) -> None:
    book = full(tmp_path)
    html = '<h1>Salt</h1><p><a href="#part-0">the part</a></p>'
    book.parts = [Part("part-0", "Dry", "Before", 0, [chapter("salt", html)])]
    book.volume = book.parts[0]
    package = build(book, tmp_path)
    assert "part-0.xhtml" not in package.spine()
    assert package.find("salt.xhtml", "//x:a/@href") == ["title-page.xhtml"]
    assert [entry[0] for entry in outline(package)] == ["Preface", "Salt", "Glossary", "Plain"]


# Documents


def test_every_link_lands(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    documents = {n.removeprefix("EPUB/") for n in package.files if n.endswith(".xhtml")}
    ids = {name: set(package.find(name, "//@id")) for name in documents}
    for name in documents:
        for href in package.find(name, "//x:a/@href"):
            if href.startswith("http"):
                continue
            file, _, fragment = href.partition("#")
            assert file == "" or file in documents, href
            assert fragment == "" or fragment in ids[file or name], href


def test_links_are_split_by_file(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    paragraph = package.find("salt.xhtml", "//x:section/x:p[1]/x:a/@href")
    assert paragraph == [
        "#salt--fn-1",
        "thaw.xhtml#thaw--melting",
        "part-0.xhtml",
        "thaw.xhtml",
        "#salt--deep",
        "https://example.org/?a=1&b=2",
    ]
    assert package.find("salt.xhtml", "//*[local-name()='circle']/@fill") == ["url(#salt--g)"]


def test_roles_have_their_epub_types(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    pairs = {
        (e.get("role"), e.get(EPUB_TYPE))
        for name in ("salt", "preface", "glossary", "part-0", "plain")
        for e in package.find(f"{name}.xhtml", "//*[@role or @epub:type]")
        if e.tag != f"{{{NAMESPACES['x']}}}body"
    }
    assert pairs == {
        ("doc-chapter", "chapter"),
        ("doc-preface", "preface"),
        ("doc-glossary", "glossary"),
        ("doc-part", "part"),
        ("doc-subtitle", "subtitle"),
        ("doc-noteref", "noteref"),
        ("doc-backlink", "backlink"),
        ("doc-footnote", "footnote"),
        ("doc-endnotes", "endnotes"),
        ("note", None),
        ("img", None),
    }


def test_notes_carry_their_number_and_a_named_way_back(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    notes = package.find("salt.xhtml", "//x:aside[@epub:type='footnote']")
    assert [" ".join("".join(n.itertext()).split()) for n in notes] == [
        "1. Sea salt. ↩",
        "2.code ↩",
    ]
    raised = package.find("salt.xhtml", "//x:a[@epub:type='noteref']/x:sup/text()")
    assert raised == ["1", "2"]
    back = package.find("salt.xhtml", "//x:a[@role='doc-backlink']")
    assert [a.get("aria-label") for a in back] == ["Back to the text", "Zurück"]


def test_the_trees_stay_as_they_were(tmp_path: Path) -> None:
    book = full(tmp_path)
    before = [str(c.tree) for c in book.chapters]
    build(book, tmp_path)
    assert [str(c.tree) for c in book.chapters] == before


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("en", None),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("fa", "rtl"),
        ("ur", "rtl"),
        ("az-Arab", "rtl"),
        ("ur-Latn", None),
    ],
)
def test_language_and_direction(language: str, direction: str | None, tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, language=language)
    package = build(book, tmp_path)
    for name in package.spine():
        root = package.tree(name)
        assert root.get("lang") == language
        assert root.get(XML_LANG) == language
        assert root.get("dir") == direction
        assert root.findtext("x:head/x:title", namespaces=NAMESPACES)
    assert (package.opf.get(XML_LANG), package.opf.get("dir")) == (language, direction)
    spine = package.opf.find("opf:spine", NAMESPACES)
    assert spine.get("page-progression-direction") == direction


def test_a_chapter_may_be_in_another_language(tmp_path: Path) -> None:
    book = little()
    next(book.chapters).tree["lang"] = "ar"
    root = build(book, tmp_path).tree("one.xhtml")
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")


@pytest.mark.parametrize(("language", "direction"), [("ar", "ltr"), ("en", None)])
def test_code_runs_left_to_right_everywhere(
    language: str, direction: str | None, tmp_path: Path
) -> None:
    book = little("<h1>One</h1><pre><code>a = 1</code></pre>")
    book.metadata = replace(book.metadata, language=language)
    package = build(book, tmp_path)
    assert package.find("one.xhtml", "//x:pre")[0].get("dir") == direction


def test_the_readers_words_are_in_the_books_language(tmp_path: Path) -> None:
    book = little()
    book.metadata = replace(book.metadata, language="de-AT")
    heading = build(book, tmp_path).find("nav.xhtml", "//x:h1")[0]
    assert (heading.text, heading.get("lang")) == ("Inhalt", None)
    book.metadata = replace(book.metadata, language="sw")
    heading = build(book, tmp_path).find("nav.xhtml", "//x:h1")[0]
    assert (heading.text, heading.get("lang")) == ("Contents", "en")


# Archive


def test_the_archive_depends_on_nothing_but_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(full(tmp_path), tmp_path / "a")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    second = build(full(tmp_path), tmp_path / "b")
    assert (tmp_path / "a/book.epub").read_bytes() == (tmp_path / "b/book.epub").read_bytes()
    assert first.files == second.files
    assert first.infos[0].filename == "mimetype"
    assert first.infos[0].compress_type == zipfile.ZIP_STORED
    assert first.infos[0].extra == b""
    assert first.infos[1].filename == "META-INF/container.xml"
    assert {i.date_time for i in first.infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {i.external_attr for i in first.infos} == {0o100644 << 16}


def test_what_was_there_stays_when_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "book.epub"
    target.write_bytes(b"before")
    config = Config(tmp_path, book=BookConfig(cover="missing.png"))
    with pytest.raises(BookError):
        write_epub(little(config=config), target, Report())
    assert target.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["book.epub"]
