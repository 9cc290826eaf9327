"""Ways through the EPUB, from Markdown: lists of figures and tables, index, glossary, nesting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import ace
import epubcheck
from bookbuilder import write
from books import load_files
from epub_books import EPUB_TYPE, Package, picture

FILES: dict[str, str | bytes] = {
    "book.toml": """
[book]
title = "Ways"
authors = "A"
language = "en"
back = ["glossary.md"]
[[part]]
title = "First"
chapters = ["one.md"]
[[part]]
title = "Second"
chapters = ["two.md"]
""",
    "one.md": """# One

A [field]{.index} with a recto.

![A square](square.png "The *square*")

![Another](square.png)

Table: Sizes

| a | b |
|---|---|
| 1 | 2 |
""",
    "two.md": "# Two\n\nRectos, a [field]{.index}, and a [hedge]{.index}.\n",
    "glossary.md": "# Glossary\n\nRecto\n: A right-hand page.\n\nVerso\n: A left-hand page.\n",
    "square.png": picture(),
}


def made(folder: Path, part: int | None = None, files: Mapping[str, str] | None = None) -> Package:
    book, _ = load_files(folder, {**FILES, **(files or {})}, part)
    write(book, folder / "t.epub")
    return Package(folder / "t.epub")


def links(package: Package, document: str, path: str) -> list[tuple[str, str]]:
    return [("".join(a.itertext()), a.get("href")) for a in package.find(document, path)]


def target(package: Package, document: str, href: str) -> Any:
    name, _, anchor = href.partition("#")
    (found,) = package.find(name or document, f"//*[@id='{anchor}']")
    return found


def test_captioned_figures_and_tables_are_listed(tmp_path: Path) -> None:
    package = made(tmp_path)
    figures = links(package, "nav.xhtml", "//x:nav[@epub:type='loi']//x:a")
    assert figures == [("The square", "one.xhtml#one--figure-square")]
    assert target(package, "nav.xhtml", figures[0][1]).tag.endswith("}figure")
    tables = links(package, "nav.xhtml", "//x:nav[@epub:type='lot']//x:a")
    assert tables == [("Sizes", "one.xhtml#one--table-sizes")]
    titles = package.find("nav.xhtml", "//x:nav[@epub:type='loi' or @epub:type='lot']/x:h2/text()")
    assert titles == ["Figures", "Tables"]
    marks = package.find("nav.xhtml", "//x:nav[@epub:type='landmarks']//x:a/@epub:type")
    assert [m for m in marks if m in ("loi", "lot")] == ["loi", "lot"]
    in_ncx = package.find("toc.ncx", "//ncx:navList//ncx:content/@src")
    assert in_ncx == ["one.xhtml#one--figure-square", "one.xhtml#one--table-sizes"]


def test_a_book_without_captions_has_no_such_lists(tmp_path: Path) -> None:
    package = made(tmp_path, files={"one.md": "# One\n"})
    assert package.find("nav.xhtml", "//x:nav[@epub:type='loi' or @epub:type='lot']") == []
    assert package.find("toc.ncx", "//ncx:navList") == []


def test_each_place_in_the_index_is_where_the_term_stands(tmp_path: Path) -> None:
    package = made(tmp_path)
    found = links(package, "index.xhtml", "//x:li/x:a")
    assert [text.split() for text, _ in found] == [["chapter", n] for n in "122"]
    terms = [target(package, "index.xhtml", href).text for _, href in found]
    assert terms == ["field", "field", "hedge"]
    (section,) = package.find("index.xhtml", "//x:section[@role='doc-index']")
    assert section.get(EPUB_TYPE) == "index"
    assert package.find("nav.xhtml", "//x:nav[@epub:type='landmarks']//x:a[@epub:type='index']")
    assert "index" in package.meta("schema:accessibilityFeature")
    assert package.spine()[-1] == "index.xhtml"


def test_the_glossary_links_both_ways(tmp_path: Path) -> None:
    package = made(tmp_path)
    back = links(package, "glossary.xhtml", "//x:dd//x:a[@role='doc-backlink']")
    assert [text for text, _ in back] == ["1", "2"]
    uses = [target(package, "glossary.xhtml", href) for _, href in back]
    assert [use.text for use in uses] == ["recto", "Rectos"]
    assert {use.get("href") for use in uses} == {"glossary.xhtml#glossary--recto"}


@pytest.mark.slow
def test_a_volume_leads_to_its_own_chapters_alone(tmp_path: Path) -> None:
    package = made(tmp_path, part=2)
    entries = package.find("index.xhtml", "//x:li")
    assert [" ".join("".join(e.itertext()).split()) for e in entries] == [
        "field, chapter 2",
        "hedge, chapter 2",
    ]
    back = links(package, "glossary.xhtml", "//x:dd//x:a")
    assert back == [("2", "two.xhtml#two--use-recto")]
    package = made(tmp_path, part=1)
    assert len(package.find("index.xhtml", "//x:li")) == 1


def test_a_volume_keeps_entries_for_what_is_below_them(tmp_path: Path) -> None:
    files = {
        "one.md": '# One\n\n[A]{.index} [b]{.index entry="a!b"} [c]{.index entry="c!d"}\n',
        "two.md": '# Two\n\n[B]{.index entry="a!b"} [e]{.index entry="A!e"}\n',
    }
    package = made(tmp_path, 2, files)
    (a,) = package.find("index.xhtml", "//x:section/x:ul/x:li[x:span='a']")
    assert " ".join("".join(a.itertext()).split()) == "ab, chapter 2"
    assert len(package.find("index.xhtml", "//x:li//x:li")) == 2
    assert not package.find("index.xhtml", "//x:ul[not(x:li)]")


def test_nested_chapters_are_nested_in_both_contents(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "SUMMARY.md": "# Summary\n\n- [A](a.md)\n  - [B](b.md)\n    - [C](c.md)\n- [D](d.md)\n",
        **{f"{n}.md": f"# {n.upper()}\n" for n in "abcd"},
    }
    book, _ = load_files(tmp_path, files)
    write(book, tmp_path / "t.epub")
    package = Package(tmp_path / "t.epub")
    path = "//x:nav[@role='doc-toc']/x:ol/x:li/x:ol/x:li/x:ol/x:li/x:a"
    assert links(package, "nav.xhtml", path) == [("C", "c.xhtml")]
    path = "//ncx:navMap/ncx:navPoint/ncx:navPoint/ncx:navPoint/ncx:content/@src"
    assert package.find("toc.ncx", path) == ["c.xhtml"]


@pytest.mark.parametrize(("chapters", "shown"), [(20, 60), (21, 21)])
def test_a_long_page_of_contents_keeps_headings_for_the_menu(
    chapters: int, shown: int, tmp_path: Path
) -> None:
    text = "# A\n\n## One\n\n## Two\n"
    book, _ = load_files(tmp_path, {f"{n}.md": text for n in range(chapters)})
    write(book, tmp_path / "t.epub")
    package = Package(tmp_path / "t.epub")
    toc = "//x:nav[@role='doc-toc']"
    assert len(package.find("contents.xhtml", f"{toc}//x:a")) == shown
    assert not package.find("contents.xhtml", "//*[@hidden]")
    assert len(package.find("nav.xhtml", f"{toc}//x:a")) == 3 * chapters
    assert len(package.find("nav.xhtml", f"{toc}/x:ol/x:li/x:a")) == chapters


@pytest.mark.slow
@pytest.mark.parametrize("part", [None, 2])
def test_epubcheck_and_ace_have_nothing_against_it(part: int | None, tmp_path: Path) -> None:
    made(tmp_path, part)
    assert [str(m) for m in epubcheck.check(tmp_path / "t.epub", usage=True)] == []
    assert [str(v) for v in ace.check(tmp_path / "t.epub")] == []
