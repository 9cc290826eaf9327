"""The EPUB's contents, in its navigation, its NCX and its landmarks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bookbuilder.book import Part
from bookbuilder.config.schema import Config, EpubConfig
from epub_books import (
    EPUB_TYPE,
    NAMESPACES,
    Package,
    build,
    chapter,
    full,
)


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


def test_landmarks_are_no_page_and_in_the_guide_too(tmp_path: Path) -> None:
    package = build(full(tmp_path), tmp_path)
    path = "//x:nav[@epub:type='landmarks']"
    assert package.find("nav.xhtml", f"{path}/@hidden") == ["hidden"]
    assert "nav.xhtml" not in package.spine()
    assert package.find("contents.xhtml", path) == []
    marks = [(a.get(EPUB_TYPE), a.get("href")) for a in package.find("nav.xhtml", f"{path}//x:a")]
    assert marks == [
        ("cover", "cover.xhtml"),
        ("titlepage", "title-page.xhtml"),
        ("toc", "contents.xhtml"),
        ("loi", "contents.xhtml#loi"),
        ("bodymatter", "part-0.xhtml"),
        ("preface", "preface.xhtml"),
        ("glossary", "glossary.xhtml"),
    ]
    guide = package.opf.iterfind(".//opf:guide/opf:reference", NAMESPACES)
    assert [(r.get("type"), r.get("href")) for r in guide] == [
        ("cover", "cover.xhtml"),
        ("title-page", "title-page.xhtml"),
        ("toc", "contents.xhtml"),
        ("loi", "contents.xhtml#loi"),
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
