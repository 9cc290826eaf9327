"""Whatever authors write: ids are unique in the book, and every internal link has a target."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuilder import Book
from books import load_files

names = st.sampled_from(["one", "two", "Same", "1st", "é", "a b", "part-1", "nav", "x--y", "日本"])
ids = st.sampled_from(["x", "y", "1", "x y", "é", "x--y", "fn-1", "same"])
headings = st.builds(
    lambda level, text, name: f"{'#' * level} {text}{f' {{#{name}}}' if name else ''}",
    st.integers(1, 6),
    names,
    st.none() | st.sampled_from(["x", "y", "same"]),
)
links = st.builds(
    lambda file, part: f"[link]({file}{'.md' if file else ''}{'#' + part if part else ''})",
    names | st.just(""),
    ids | st.just(""),
)
blocks = st.one_of(
    headings,
    links,
    st.builds(lambda i: f'<p id="{i}">raw</p>', ids),
    st.builds(lambda i: f"A note[^{i}].\n\n[^{i}]: The note.", st.integers(1, 3)),
    st.just("[[one]] and [[Same#x|that]]"),
)
books = st.dictionaries(
    names.map(lambda n: f"{n}.md"), st.lists(blocks, min_size=1, max_size=6), min_size=1, max_size=4
)


def ids_of(book: Book) -> list[str]:
    found = [part.slug for part in book.parts]
    for chapter in book.chapters:
        found.append(chapter.slug)
        found += [str(t["id"]) for t in chapter.tree.find_all(id=True)]
    return found


def assert_linked(book: Book) -> None:
    counts = Counter(ids_of(book))
    assert [i for i, n in counts.items() if n > 1] == []
    for chapter in book.chapters:
        assert chapter.tree["id"] == chapter.slug
        for name in chapter.tree.find_all(id=True):
            assert not re.search(r"\s", str(name["id"]))
        for anchor in chapter.tree.find_all("a", href=True):
            href = str(anchor["href"])
            assert href.startswith("#") or re.match(r"[a-z]+:", href)
            if href.startswith("#"):
                assert href[1:] in counts


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(books)
def test_ids_are_unique_and_links_resolve(chapters: dict[str, list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {name: "\n\n".join(blocks) for name, blocks in chapters.items()}
        book, _ = load_files(Path(folder), files)
        assert_linked(book)
