"""Books made at random: built with fast checks passed, or refused with a diagnostic."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

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


def check(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
        write_files(folder / "book", data)
        output = folder / "out.epub"
        found = None
        try:
            write(load(folder / "book"), output)
        except BookError as error:
            found = error.diagnostics
        assert bool(found) != output.exists()
        if output.exists():
            check_package(output)


def check_package(path: Path) -> None:
    """Well-formed, every id once in its file, and every link of the package to something in it."""
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


@given(BOOKS)
def test_a_book_at_random_is_built_or_refused(files: dict[str, str]) -> None:
    check(files)
