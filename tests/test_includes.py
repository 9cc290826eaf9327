"""Included files: bounded, confined, and never waited for. `specs/includes.txt` shows the rest."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from bookbuilder import BookError, load
from books import errors_of, load_files, rules_of, write_files

SETTINGS = '[book]\ntitle = "T"\nlanguage = "en"\nchapters = ["one.md"]\n'
HEAD: dict[str, str | bytes] = {"book.toml": SETTINGS, "one.md": "# One\n\n{{#include a.txt}}\n"}


@pytest.mark.attack("limits and growth")
def test_an_include_that_grows_without_end_is_an_error(tmp_path: Path) -> None:
    twice = "{{{{#include {0}.txt}}}}\n{{{{#include {0}.txt}}}}\n"
    names = [*"abcdefghij", "end"]
    bomb = {f"{n}.txt": twice.format(after) for n, after in itertools.pairwise(names)}
    files = HEAD | bomb | {"end.txt": "x" * 100_000 + "\n"}
    assert errors_of(tmp_path, files) == [("too-much-included", "one.md")]


@pytest.mark.attack("limits and growth")
def test_includes_nest_no_deeper_than_the_limit(tmp_path: Path) -> None:
    chain = {f"{n}.txt": f"{{{{#include {n + 1}.txt}}}}\n" for n in range(12)}
    files = HEAD | chain | {"a.txt": "Text.\n\n{{#include 0.txt}}\n", "12.txt": "End.\n"}
    with pytest.raises(BookError) as caught:
        load(write_files(tmp_path, files))
    assert [d.rule.name for d in caught.value.diagnostics] == ["too-much-included"]


@pytest.mark.attack("reading outside the book")
def test_pipes_devices_and_links_that_lead_out_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    (tmp_path / "secret.txt").write_text("SECRET", encoding="utf-8")
    includes = "".join(f"{{{{#include {name}}}}}\n" for name in ("pipe", "zero", "out"))
    write_files(folder, {"a.txt": "Text.\n"})
    os.mkfifo(folder / "pipe")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "out").symlink_to(tmp_path / "secret.txt")
    book, report = load_files(folder, HEAD | {"one.md": f"# One\n\nText.\n\n{includes}"})
    assert rules_of(report) == ["missing-include", "include-outside", "include-outside"]
    assert "SECRET" not in str(next(book.chapters).tree)


def test_an_allowed_folder_is_included_from(tmp_path: Path) -> None:
    write_files(tmp_path, {"listings/a.py": "print()\n"})
    files = {
        "book.toml": SETTINGS + 'allow = ["../listings"]\n',
        "one.md": '# One\n\n```py\n--8<-- "../listings/a.py"\n```\n',
    }
    book, report = load_files(tmp_path / "book", files)
    assert rules_of(report) == ["allowed-folder"]
    assert "print()" in next(book.chapters).tree.get_text()


@pytest.mark.parametrize(("data", "column"), [(b"caf\xe9\n", 4), (b"\x89PNG\r\n\x1a\n", 1)])
def test_what_is_no_text_is_named_with_its_line(data: bytes, column: int, tmp_path: Path) -> None:
    files = HEAD | {"a.txt": b"ok\n" + data}
    assert errors_of(tmp_path, files) == [("not-utf8", f"a.txt:2:{column}")]
