"""The EPUB's package document: metadata, manifest and spine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bookbuilder.formats.epub.writer import write_epub
from bookbuilder.model.diagnostics import BookError, Report
from epub_books import (
    NAMESPACES,
    build,
    chapter,
    full,
    little,
)


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


def test_the_spine_is_the_reading_order(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    names = "cover title-page contents preface part-0 salt part-1 thaw drops glossary plain"
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
