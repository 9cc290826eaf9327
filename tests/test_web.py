"""The web pages: whole, linked, valid, and readable without a server, scripts or the web."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from bs4 import BeautifulSoup, Tag
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from ace import AXE
from bookbuilder import Book, BookError, Report, load
from bookbuilder.formats.web import write_pages
from bookbuilder.model.audience import Audience
from bookbuilder.model.pagination import PageStart, Pagination
from books import load_files, rules_of, write_files
from commandline import invoke

XHTML = "{http://www.w3.org/1999/xhtml}"
TITLE = 'Fields & "Fences" <script>alert(1)</script>'
READ_TITLE = "Fields & “Fences” <script>alert(1)</script>"
WIDE = "| " + " | ".join(f"Measurement{n}" for n in range(9)) + " |\n"
WIDE += "|" + "---|" * 9 + "\n" + ("| some words here and there " * 9 + "|\n") * 2
ONE = f"""# One: *first* & <b>bold</b>

The first paragraph is long enough to say in a list of results what the chapter is about.

## The worksheet {{#worksheet .exercise}}

See [the second](two.md), [its end](two.md#the-end), [this page](one.md), [above](#worksheet),
[the part](two.md#two) and [the list](pages.md). A note[^1], and [a term]{{.index}}. An Acre of it.

{WIDE}
: A table with a caption, far too wide for a phone {{#tbl-wide}}

```python
# A comment
def fields(): return "grass"
```

<pre>

Two lines above.</pre>

![Grass](grass.webp "A figure") ![Again](images/grass.png)

<svg viewBox="0 0 9 9" role="img" aria-label="A square"><style>#red {{ fill: #f00 }}</style>
<linearGradient id="red"><stop offset="0" stop-color="#f00"/></linearGradient>
<rect id="r" width="9" height="9" fill="url(#red)"/><use href="#r"/></svg>

$$f(x) = aaaaaaaaaaaaaa + bbbbbbbbbbbbbbbb + cccccccccccccccc + dddddddddddddddd$$ {{#eq-long}}

$$x$$

## Page 2

## Text

### A lower one

[^1]: The note, with [a link](https://example.org/?a=1&b=2).

    ```
    code in a note
    ```
"""
FILES: dict[str, str | bytes] = {
    "book.toml": f"""
[book]
title = '''{TITLE}'''
name = "fields"
language = "en"
authors = "A. Writer"
license = "CC-BY-4.0"
style = "own.css"
front = ["preface.md"]
back = ["glossary.md", "terms.md"]
[[part]]
title = "First & last"
subtitle = "What is in it"
chapters = ["one.md", "two.md", "pages.md", "con.md"]
[share]
url = "https://example.org/fields"
""",
    "own.css": "h1 { background: url(paper.png) }\n",
    "preface.md": "# Preface\n\nShort.\n",
    "one.md": ONE,
    "two.md": "# Two\n\nBack to [it](one.md#worksheet), [page 2](one.md#page-2).\n\n"
    "## The end\n\nEnd.\n",
    "pages.md": "# Pages\n\nA chapter whose folder is wanted by others.\n",
    "con.md": "---\nslug: con\nlang: ar\n---\n# Con\n\n`x` text.\n\n"
    "| a | b |\n|---|---|\n| c | d |\n",
    "glossary.md": "# Glossary\n\nAcre\n: A field.\n",
    "terms.md": "---\nrole: index\n---\n# Index\n",
}


def picture(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (900, 40), "green").save(data, kind)
    return data.getvalue()


def paged(book: Book) -> Book:
    """Return `book` as if a PDF had been made of it."""
    two = "Back to it"
    starts = (
        PageStart("xi", "preface", 0, 0, ""),
        PageStart("1", "part-1", None, 0, ""),
        PageStart("2", "one", 0, 0, ""),
        PageStart("3", "one", 1, 30, "tosayinalist"),
        PageStart("57", "two", 1, 0, two),
    )
    return replace(book, pagination=Pagination("print", starts))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Book]:
    folder = tmp_path_factory.mktemp("book")
    pictures = {"grass.webp": picture("WEBP"), "images/grass.png": picture("PNG")}
    book, report = load_files(folder, {**FILES, **pictures, "paper.png": picture("PNG")})
    book = paged(book)
    output = write_pages(book, folder / "out" / "read", report, home="../index.html")
    assert (output.count, output.unit, output.path) == (7, "chapters", folder / "out" / "read")
    return output.path, book


@pytest.fixture(scope="module")
def pages(built: tuple[Path, Book]) -> dict[str, BeautifulSoup]:
    folder, _ = built
    found = sorted(folder.rglob("*.html"))
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html5lib")
        for path in found
    }


def test_a_folder_for_each_chapter(pages: dict[str, BeautifulSoup]) -> None:
    chapters = ("preface", "one", "two", "pages", "con-2", "glossary", "terms", "pages-2")
    assert pages.keys() == {"index.html", *(f"{name}/index.html" for name in chapters)}
    assert "con/index.html" not in pages  # a device on Windows


def test_every_page_is_valid_html(built: tuple[Path, Book]) -> None:
    for path in built[0].rglob("*.html"):
        text = path.read_text("utf-8")
        tree = html5lib.HTMLParser(strict=True).parse(text)
        ids = [e.get("id") for e in tree.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), path
        for element in tree.iter():
            assert element.tag not in (f"{XHTML}script", f"{XHTML}iframe")
            assert not any(str(name).lower().startswith("on") for name in element.keys())  # noqa: SIM118
        assert len(list(tree.iter(f"{XHTML}h1"))) == 1, path
        assert len(list(tree.iter(f"{XHTML}main"))) == 1
    assert "\n\nTwo lines above." in tree_text(built[0] / "one/index.html")


def tree_text(path: Path) -> str:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib").get_text()


def addresses(soup: BeautifulSoup) -> Iterator[tuple[Tag, str]]:
    for tag in soup.find_all(True):
        for name in ("href", "src", "xlink:href"):
            if name in tag.attrs:
                yield tag, str(tag[name])


def test_every_link_leads_to_a_place(
    built: tuple[Path, Book], pages: dict[str, BeautifulSoup]
) -> None:
    folder, _ = built
    ids = {name: {str(t["id"]) for t in p.find_all(id=True)} for name, p in pages.items()}
    count = 0
    for name, page in pages.items():
        for tag, address in addresses(page):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                is_link = tag.name == "a" or tag.get("rel") in (["canonical"], ["icon"])
                assert is_link, address  # nothing is fetched
                continue
            if address == "../../index.html" or (name == "index.html" and "../" in address):
                continue  # home
            target = posixpath.normpath(
                posixpath.join(posixpath.dirname(name), unquote(parts.path))
            )
            target = target if parts.path else name
            assert not address.endswith("/")
            if target in pages:
                assert not parts.fragment or unquote(parts.fragment) in ids[target], address
                count += 1
            else:
                assert (folder / target).is_file(), address
    assert count > 60
    used = [p for p in folder.rglob("*") if p.suffix in (".png", ".jpg", ".webp")]
    assert len(used) == 3


def test_links_can_be_sent(pages: dict[str, BeautifulSoup]) -> None:
    one = pages["one/index.html"]
    for name in ("worksheet", "page-2", "text", "tbl-wide", "part-1"):
        assert one.find(id=name) is not None
    heading = one.find(id="page-2")
    assert heading is not None
    assert heading.get_text() == "Page\N{NO-BREAK SPACE}2"
    link = pages["two/index.html"].find("a", string="it")
    assert isinstance(link, Tag)
    assert link["href"] == "../one/index.html#worksheet"
    assert [t["id"] for t in one.find_all(id=re.compile("^one--"))] == []


def test_pages_of_the_print_edition(pages: dict[str, BeautifulSoup]) -> None:
    (mark,) = pages["two/index.html"].select("[role=doc-pagebreak]")
    assert (mark["id"], mark["aria-label"]) == ("page-57", "57")
    one = pages["one/index.html"]
    marks = one.select("[role=doc-pagebreak]")
    assert [(m["id"], m["aria-label"]) for m in marks] == [
        ("page-1", "1"),
        ("page-2-2", "2"),
        ("page-3", "3"),
    ]
    listed = pages["pages-2/index.html"].select(".pages a")
    assert [(a["id"], a["href"]) for a in listed] == [
        ("page-xi", "../preface/index.html#page-xi"),
        ("page-1", "../one/index.html#page-1"),
        ("page-2", "../one/index.html#page-2-2"),
        ("page-3", "../one/index.html#page-3"),
        ("page-57", "../two/index.html#page-57"),
    ]


def test_the_head_says_what_a_page_is(pages: dict[str, BeautifulSoup]) -> None:
    page = pages["two/index.html"]
    assert page.title is not None
    assert page.title.get_text() == f"2. Two – {READ_TITLE}"
    html = page.find("html")
    assert isinstance(html, Tag)
    assert (html["lang"], html["dir"]) == ("en", "ltr")

    def meta(page: BeautifulSoup, name: str) -> str:
        tag = page.find("meta", attrs={"name": name}) or page.find("meta", property=name)
        return str(tag["content"]) if isinstance(tag, Tag) else ""

    assert meta(page, "og:title") == "2. Two"
    assert meta(page, "viewport")
    described = meta(pages["one/index.html"], "description")
    assert described.startswith("The first paragraph is long enough")
    canonical = page.find("link", rel="canonical")
    assert isinstance(canonical, Tag)
    assert canonical["href"] == "https://example.org/fields/read/two/"
    skip = page.find("a", class_="skip")
    main = page.find("main")
    assert isinstance(skip, Tag)
    assert isinstance(main, Tag)
    assert skip["href"] == f"#{main['id']}"


def test_each_page_is_part_of_the_whole(pages: dict[str, BeautifulSoup]) -> None:
    page = pages["two/index.html"]
    turn = page.select("nav.turn a")
    assert [a["href"] for a in turn] == ["../one/index.html", "../pages/index.html"]
    above = [a["href"] for a in page.select("header a")]
    assert above == ["../../index.html", "../index.html", "../pages-2/index.html"]
    inside = pages["one/index.html"].select("nav.inside a")
    assert [a["href"] for a in inside] == ["#worksheet", "#page-2", "#text", "#a-lower-one"]
    toc = pages["index.html"].select("nav.toc > ol > li > a")
    assert [a.get_text() for a in toc] == ["Preface", "Part 1. First & last", "Glossary", "Index"]
    assert toc[1]["href"] == "one/index.html#part-1"


def test_notes_drawings_and_tables(pages: dict[str, BeautifulSoup]) -> None:
    one = pages["one/index.html"]
    note = one.find("aside", role="doc-footnote")
    reference = one.find("a", role="doc-noteref")
    assert isinstance(note, Tag)
    assert isinstance(reference, Tag)
    assert reference["href"] == f"#{note['id']}"
    assert [a["href"] for a in note.select("[role=doc-backlink]")] == [f"#{reference['id']}"]
    assert note.get_text().startswith("1. The note")
    rect, style = one.find("rect"), one.find("svg").find("style")  # type: ignore[union-attr]
    assert isinstance(rect, Tag)
    assert isinstance(style, Tag)
    assert rect["fill"] == "url(#red)"
    assert one.find(id="red") is not None
    assert " #red {" in str(style.string)
    wide, *_ = one.select(".table-box")
    assert wide["tabindex"] == "0"
    assert "far too wide" in str(wide["aria-label"])
    (small,) = pages["con-2/index.html"].select(".table-box")
    assert "tabindex" not in small.attrs
    html = pages["con-2/index.html"].find("html")
    assert isinstance(html, Tag)
    assert (html["lang"], html["dir"]) == ("ar", "rtl")


def test_words_in_the_books_language_or_marked_as_english(tmp_path: Path) -> None:
    def words(language: str) -> str:
        toml = f"[book]\ntitle='x'\nlanguage='{language}'\nchapters=['a.md']\n"
        book, report = load_files(tmp_path / language, {"book.toml": toml, "a.md": "# A\n\n^b^\n"})
        write_pages(book, tmp_path / language / "out", report)
        return (tmp_path / language / "out" / "a" / "index.html").read_text("utf-8")

    assert ">Zum Text springen</a>" in words("de")
    assert '<span lang="en" dir="ltr">Skip to the text</span>' in words("eo")
    assert ">Gå til teksten</a>" in words("no")


def test_a_chapter_without_a_title_has_one_for_screen_readers(tmp_path: Path) -> None:
    toml = "[book]\ntitle='x'\nlanguage='en'\nfront=['dedication.md']\nchapters=['a.md']\n"
    files = {"book.toml": toml, "dedication.md": "For them.\n", "a.md": "# A\n\nText.\n"}
    book, report = load_files(tmp_path, files)
    write_pages(book, tmp_path / "out", report)
    page = BeautifulSoup((tmp_path / "out/dedication/index.html").read_text("utf-8"), "html5lib")
    (title,) = page.find_all("h1")
    assert title["class"] == ["unseen"]
    assert title.get_text().casefold() == "dedication"


def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})
    result = invoke("web", folder)
    assert result.exit_code == 0
    assert "one-web: 1 chapter" in result.stdout
    assert (folder / "dist/one-web/one/index.html").is_file()
    other = tmp_path / "v1.2"
    (other / "mine").mkdir(parents=True)
    (other / "mine" / "index.html").write_text("mine")
    result = invoke("web", folder, "-o", other)
    assert result.exit_code == 2
    assert "error[F006]" in result.stderr
    assert [path.name for path in other.iterdir()] == ["mine"]
    (other / "mine" / "index.html").unlink()
    (other / "mine").rmdir()
    assert invoke("web", folder, "-o", other).exit_code == 0
    assert invoke("web", folder, "-o", folder / "one.md").exit_code == 2
    denied = invoke("web", folder, "--deny", "warnings", "--edition", "nobody")
    assert denied.exit_code == 2


def test_what_is_for_the_epub_alone_is_said(tmp_path: Path) -> None:
    found = {}
    for words in ("epub", "epub web", "print"):
        folder = write_files(
            tmp_path / words, {"one.md": f'# One\n\n[a]{{.only format="{words}"}} b\n'}
        )
        report = Report()
        book = load(folder, report=report, audience=Audience("web"))
        write_pages(book, folder / "out", report)
        found[words] = [name for name in rules_of(report) if name == "not-on-the-web"]
    assert found == {"epub": ["not-on-the-web"], "epub web": [], "print": []}


def test_a_book_that_was_read_for_another_format_is_refused(tmp_path: Path) -> None:
    from bookbuilder import write

    folder = write_files(tmp_path, {"one.md": "# One\n\n[a]{.only format=html} b\n"})
    assert write(load(folder, audience=Audience("web")), tmp_path / "out", format_name="web").count
    text = "# One\n\n[a]{.only format=print} b\n"
    folder = write_files(tmp_path / "other", {"one.md": text})
    with pytest.raises(BookError, match="C024"):
        write(load(folder, audience=Audience("print")), tmp_path / "out", format_name="web")


CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_in_a_browser(
    browser: Browser, built: tuple[Path, Book], width: int, scheme: Any
) -> None:
    folder, _ = built
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index", "one/index", "two/index", "con-2/index", "pages-2/index"):
        page.goto(f"file://{folder}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then(r => r.violations.map(v => v.id + v.nodes[0].html))")
        assert found == [], name
    assert [url for url in asked if not re.match("file:|data:", url)] == []
    context.close()
