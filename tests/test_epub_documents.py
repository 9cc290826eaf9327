"""The EPUB's documents: links, roles, notes and languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from epub_books import (
    EPUB_TYPE,
    NAMESPACES,
    build,
    full,
    little,
)

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


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
    assert raised == ["1", "\N{NARROW NO-BREAK SPACE}2"]
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
