"""Chapters are read again only if something that they depend on has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pygments.lexer import Lexer

import bookbuilder.reading.remembered
from bookbuilder import load
from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.reading.reader import read_chapters
from bookbuilder.runtime.cache import Cache
from bookbuilder.trees.markup import new_tag
from bookbuilder.trees.records import record_of, tree_of
from bookbuilder.trees.serializing import serialize
from books import write_files

BOOK = {
    "book.toml": '[book]\ntitle = "B"\nchapters = ["one.md", "two.md", "three.md"]\n'
    '[variables]\nday = "Monday"\n',
    "one.md": "# One\n\nOn {{ day }}.\n\n{{#include part.txt}}\n\n![](gone.png)\n",
    "two.md": "---\nrole: appendix\n---\n# Two\n\n::: only print\nPaper.\n:::\n\n[one](one.md)\n",
    "three.md": "# Three\n\n[x]{.nowhere-}\n\n```python\na = 'b'  # c\n```\n\n"
    "::: only format=ebub\nA slip.\n:::\n\n| a | b |\n|---|---|\n| `c` | &amp; |\n",
    "part.txt": "Included.\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_files(tmp_path / "book", BOOK)
    return tmp_path / "book"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list to which the names of files that are read are added."""
    names: list[str] = []

    def noted(source: object, *args: object, **named: object) -> object:
        names.append(getattr(source, "name", ""))
        return read_chapters(source, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(bookbuilder.reading.remembered, "read_chapters", noted)
    return names


def shown(folder: Path) -> tuple[list[str], list[str]]:
    """Return the texts of the book's chapters, and the findings."""
    report = Report()
    book = load(folder, report=report)
    return texts_of(book), [f"{d.rule.code} {d.message} {d.span} {d.hint}" for d in report]


def texts_of(book: Book) -> list[str]:
    return [f"{c.slug} {c.role} {c.number} {serialize(c.tree)}" for c in book.chapters]


def test_what_has_not_changed_is_not_read_again(folder: Path, read: list[str]) -> None:
    first = shown(folder)
    assert read == ["one.md", "two.md", "three.md"]
    assert shown(folder) == first
    assert read == ["one.md", "two.md", "three.md"]
    assert any("ebub" in finding for finding in first[1])


NO_TREE = {"tree": [], "untitled": False, "numbered": None, "labels": [], "left_out": []}
ALL = ["one.md", "two.md", "three.md"]
CHANGES: dict[str, tuple[list[str], Callable[[Path], object]]] = {
    "a word": (["two.md"], lambda b: (b / "two.md").write_text("# Two\n\nOther.\n", "utf-8")),
    "front matter": (
        ["three.md"],
        lambda b: (b / "three.md").write_text("---\nslug: 3\n---\n" + BOOK["three.md"], "utf-8"),
    ),
    "an included file": (["one.md"], lambda b: (b / "part.txt").write_text("Else.\n", "utf-8")),
    "a variable": (
        ALL,
        lambda b: (b / "book.toml").write_text(
            BOOK["book.toml"].replace("Monday", "Friday"), "utf-8"
        ),
    ),
    "the language of a chapter": (
        ["two.md"],
        lambda b: (b / "two.md").write_text("---\nlang: de\n---\n# Zwei\n\nText.\n", "utf-8"),
    ),
}


def test_a_change_is_read_and_comes_out_as_without_memory(
    folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown(folder)
    for number, (name, (wanted, change)) in enumerate(CHANGES.items()):
        change(folder)
        read.clear()
        remembered = shown(folder)
        assert read == wanted, name
        with monkeypatch.context() as without:
            without.setenv("XDG_CACHE_HOME", str(tmp_path / f"empty-{number}"))
            assert remembered == shown(folder), name


def test_what_is_no_record_is_read_anew(
    folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shown(folder)
    no_tree = {"chapters": [dict.fromkeys(("slug", "title", "role"), "") | NO_TREE]}
    record = msgspec.msgpack.encode(no_tree | {"found": [], "named": []})
    for data in (b"", b"\xc1", b"\x90", b"\x91\x91\x92\xa1k\xa1x", record):
        with monkeypatch.context() as damaged:
            damaged.setattr(Cache, "get", lambda _cache, _name, data=data: data)
            read.clear()
            assert shown(folder) == first, data
            assert read == ALL, data


def test_nothing_is_remembered_where_book_toml_says_so(folder: Path, tmp_path: Path) -> None:
    settings = BOOK["book.toml"] + "[pdf]\ncache = false\n"
    (folder / "book.toml").write_text(settings, "utf-8")
    shown(folder)
    assert not (tmp_path / "cache/bookbuilder").exists()


def test_code_that_has_not_changed_is_coloured_from_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = shown(folder)
    assert any('<span class="n">a</span>' in text for text in first[0])

    def refuse(lexer: Lexer, text: str) -> None:
        raise AssertionError(lexer, text)

    monkeypatch.setattr(Lexer, "get_tokens", refuse)
    assert shown(folder) == first


def test_trees_of_any_depth_are_recorded_whole() -> None:
    tree = deepest = new_tag("section", {"class": "a b", "lang": "de"})
    for _ in range(5_000):
        deepest.append(inner := new_tag("em", {}, "<&>"))
        deepest = inner
    tree["class"] = "one text"  # as passes write it
    again = tree_of(record_of(tree))
    assert serialize(again) == serialize(tree)
    assert again.attrs == tree.attrs


@pytest.mark.parametrize(
    "record", [[], ["text"], [None], [("p", {})], [("p", {}), None, ("p", {}), None]]
)
def test_a_record_of_no_tree_is_refused(record: list[object]) -> None:
    with pytest.raises(ValueError, match=r"tree|element|roots"):
        tree_of(record)  # type: ignore[arg-type]
