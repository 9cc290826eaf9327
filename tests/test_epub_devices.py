"""Profiles: what an EPUB for one maker's readers has that the generic one has not."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import etree

import epubcheck
from bookbuilder import BookError
from bookbuilder.book import Book
from bookbuilder.formats.epub import EPUB
from bookbuilder.formats.epub.devices import devices
from bookbuilder.trees.markup import elements
from epub_books import FIRST, NAMESPACES, Package, build, chapter, full


def for_device(book: Book, name: str) -> Book:
    config = book.config
    return replace(book, config=replace(config, epub=replace(config.epub, profile=name)))


def made(folder: Path, name: str) -> Package:
    folder.mkdir(exist_ok=True)
    return build(for_device(full(folder), name), folder)


def words_of(package: Package, name: str) -> list[str]:
    return " ".join(package.tree(name).itertext()).split()


@pytest.mark.slow
@pytest.mark.parametrize("name", devices())
def test_epubcheck_has_nothing_against_any_profile(name: str, tmp_path: Path) -> None:
    made(tmp_path, name)
    found = epubcheck.check(tmp_path / "book.epub", usage=True)
    # docs/epub.md: on a Kindle the cover has no page that could refer to the picture.
    assert [m.code for m in found] == (["OPF-097"] if name == "kindle" else [])


def test_files_are_called_after_the_device(tmp_path: Path) -> None:
    names = {name: EPUB.output_path(for_device(full(tmp_path), name)).name for name in devices()}
    assert names == {
        "generic": "salt-snow.epub",
        "kindle": "salt-snow-kindle.epub",
        "kobo": "salt-snow.kepub.epub",
        "apple": "salt-snow-apple.epub",
    }


def test_writing_leaves_the_book_as_it_is(tmp_path: Path) -> None:
    book = full(tmp_path)
    trees = [chapter.tree for chapter in book.chapters]
    before = [str(tree) for tree in trees]
    for name in devices():
        build(for_device(book, name), tmp_path)
    assert [str(tree) for tree in trees] == before
    for tree in trees:
        tags = [tree, *elements(tree)]
        assert all(child.parent is tag for tag in tags for child in tag.contents)


def test_a_kindle_shows_the_cover_by_itself(tmp_path: Path) -> None:
    package = made(tmp_path, "kindle")
    assert package.spine()[0] == "title-page.xhtml"
    assert "cover.xhtml" not in package.manifest()
    assert package.old_meta("cover") == ["cover-image"]
    assert package.manifest()["images/cover.png"]["properties"] == "cover-image"
    everything = b"".join(d for n, d in package.files.items() if n.endswith((".opf", ".xhtml")))
    assert b"cover.xhtml" not in everything


def test_a_kindle_gets_two_levels_of_contents_and_every_entry(tmp_path: Path) -> None:
    deep = made(tmp_path / "a", "generic")
    flat = made(tmp_path / "b", "kindle")
    entries = "//ncx:navMap//ncx:content/@src"
    assert flat.find("toc.ncx", entries) == deep.find("toc.ncx", entries)
    three = "//ncx:navPoint/ncx:navPoint/ncx:navPoint"
    assert deep.find("toc.ncx", three)
    assert not flat.find("toc.ncx", three)
    assert not flat.find("nav.xhtml", "//x:nav[@role='doc-toc']//x:ol//x:ol//x:ol")


def test_a_kobo_gets_numbered_sentences_and_the_same_words(tmp_path: Path) -> None:
    plain = made(tmp_path / "a", "generic")
    kobo = made(tmp_path / "b", "kobo")
    assert kobo.spine() == plain.spine()
    for name in kobo.spine():
        assert words_of(kobo, name) == words_of(plain, name)
    path = "//x:body/x:div[@id='book-columns']/x:div[@id='book-inner']//x:span[@class='koboSpan']"
    spans = kobo.find("salt.xhtml", path)
    ids = [span.get("id") for span in spans]
    assert len(set(ids)) == len(ids) > 10
    assert {tuple(map(str.isdigit, i.split(".")[1:])) for i in ids} == {(True, True)}
    (picture,) = kobo.find("salt.xhtml", "//x:figure//x:img")
    assert picture.getparent().get("class") == "koboSpan"
    assert not kobo.find("salt.xhtml", "//x:pre//x:span[@class='koboSpan']")
    assert not kobo.find("nav.xhtml", "//x:span[@class='koboSpan']")


def test_each_sentence_is_a_span_of_its_own(tmp_path: Path) -> None:
    book = full(tmp_path)
    book.parts[0].chapters[0] = chapter("salt", FIRST + "<p>One. “Two!” Three <em>and</em></p>")
    package = build(for_device(book, "kobo"), tmp_path)
    spans = package.find("salt.xhtml", "(//x:p)[last()]//x:span")
    assert [span.text for span in spans] == ["One. ", "“Two!” ", "Three ", "and"]
    block = spans[0].get("id").split(".")[1]
    assert [span.get("id") for span in spans] == [f"kobo.{block}.{n}" for n in (1, 2, 3, 4)]


@pytest.mark.slow
def test_apple_hears_of_fonts_and_version(tmp_path: Path) -> None:
    assert made(tmp_path, "apple").meta("ibooks:version") == ["1.2"]
    assert made(tmp_path, "generic").meta("ibooks:version") == []
    assert made(tmp_path, "apple").meta("ibooks:specified-fonts") == []
    book = for_device(full(tmp_path), "apple")
    made_font = io.BytesIO()
    TTFont(Path(str(_font()))).save(made_font)
    (tmp_path / "own.ttf").write_bytes(made_font.getvalue())
    (tmp_path / "own.css").write_text('@font-face { font-family: "O"; src: url(own.ttf) }')
    said = replace(book.config.book, style=("own.css",))
    book = replace(book, config=replace(book.config, book=said))
    package = build(book, tmp_path)
    assert package.meta("ibooks:specified-fonts") == ["true"]
    assert b"ibooks: http://vocabulary.itunes.apple.com/" in etree.tostring(package.opf)
    assert package.opf.find(".//opf:metadata", NAMESPACES) is not None


def _font() -> Path:
    import bookbuilder

    return Path(bookbuilder.__file__).parent / "fonts/NotoSerifHebrew-Bold.ttf"


def test_a_profile_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BookError) as raised:
        made(tmp_path, "kindel")
    (found,) = raised.value.diagnostics
    assert found.rule.code == "E017"
    assert "`kindle`" in found.hint
