"""errata.toml is checked against the text, and is listed in a chapter that is meant for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookbuilder import Audience, Report, load
from bookbuilder.build import check
from books import errors_of, load_files, place_of, rules_of, write_files

TOML = """\
[book]
title = "T"
language = "en"
authors = "A"
chapters = ["chapters/01-one.md", "chapters/02-two.md"]
"""
ONE = """\
# One

Of "all" students 44%[^n] stay, _as we
know_.

## Pay

They earn 30 a day.

## Later

Before, it was 20 a day.

[^n]: A note.
"""
FILES = {
    "book.toml": TOML,
    "chapters/01-one.md": ONE,
    "chapters/02-two.md": "# Two\n\nText.\n",
}


def erratum(place: str, was: str, now: str, more: str = "") -> str:
    return f"[[erratum]]\nplace = '{place}'\nwas = '{was}'\nis = '{now}'\n{more}\n"


def found(folder: Path, *errata: str) -> list[tuple[str, str, str]]:
    _, report = load_files(folder, {**FILES, "errata.toml": "".join(errata)})
    return [(d.rule.code, place_of(d.span), d.message) for d in report]


@pytest.mark.parametrize(
    "good",
    [
        # Quotes, line ends and the numbers of notes are no difference.
        erratum("chapters/01-one.md", "41% stay", 'Of "all" students 44% stay, as we know.'),
        erratum("one", "41%", "44%"),
        erratum("One", "41%", "44%"),
        erratum("01-one.md", "41%", "44%"),
        # In its section, what was wrong is right elsewhere.
        erratum("one#pay", "20 a day", "30 a day"),
        # What is right holds what was wrong.
        erratum("one", "students", 'Of "all" students'),
        erratum("page 3", "50 a day", "30 a day"),
        erratum("p. 3", "50 a day", "30 a day", "found-by = 'B'\nsince = '2'\ndate = 2026-12-01"),
    ],
)
def test_what_was_corrected_is_no_finding(tmp_path: Path, good: str) -> None:
    assert found(tmp_path, good) == []


def test_what_is_not_in_the_text_is_a_finding_at_its_line(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        erratum("one", "41%", "45%"),
        erratum("one", "20 a day", "30 a day"),
        erratum("three", "a", "b"),
        erratum("one#pya", "20", "30"),
        erratum("page 9", "a", "nowhere in the book"),
    ) == [
        ("E019", "errata.toml:4:1", "`45%` does not stand in one"),
        ("E019", "errata.toml:8:1", "`20 a day` still stands in one"),
        ("E020", "errata.toml:12:1", "no chapter is at `three`"),
        ("E020", "errata.toml:17:1", "no chapter is at `one#pya`"),
        ("E019", "errata.toml:24:1", "`nowhere in the book` does not stand in page 9"),
    ]


def test_mistakes_in_the_file_are_errors(tmp_path: Path) -> None:
    text = (
        "erata = 1\n[[erratum]]\nplace = 'one'\nwas = '41%'\nis = 44\nfoundby = 'B'\n"
        "[[erratum]]\nplace = 'one'\nwas = 'x'\n"
    )
    assert errors_of(tmp_path, {**FILES, "errata.toml": text}) == [
        ("unknown-key", "errata.toml:1:1"),
        ("wrong-type", "errata.toml:5:1"),
        ("unknown-key", "errata.toml:6:1"),
        ("missing-key", "errata.toml:7:1"),
    ]
    assert errors_of(tmp_path, {"errata.toml": "erratum = 3"}) == [
        ("wrong-type", "errata.toml:1:1")
    ]
    assert errors_of(tmp_path, {"errata.toml": "[[erratum]"}) == [("bad-toml", "errata.toml:1:10")]


def test_a_part_of_the_book_need_not_hold_what_was_corrected(tmp_path: Path) -> None:
    toml = TOML + '[edition.short]\nchapters = ["chapters/02-two.md"]\n'
    files = {**FILES, "book.toml": toml, "errata.toml": erratum("one", "41%", "44%")}
    folder = write_files(tmp_path, files)
    report = Report()
    load(folder, report=report, audience=Audience(edition="short"))
    assert rules_of(report) == []
    check(folder, report=report)
    assert "erratum-without-place" not in rules_of(report)


def test_text_for_another_format_is_in_the_book(tmp_path: Path) -> None:
    text = "# Two\n\nText.\n\n::: {.only format=print}\nOn paper: 12 pages.\n:::\n"
    files = {**FILES, "chapters/02-two.md": text, "errata.toml": erratum("two", "13 p", "12 pages")}
    _, report = load_files(tmp_path, files)
    assert rules_of(report) == []


def test_a_chapter_for_errata_lists_them(tmp_path: Path) -> None:
    toml = TOML + 'back = ["errata.md"]\n'
    errata = erratum("one#pay", "20 <b> a day", "30 a day", "found-by = 'B'\nsince = '2.1'")
    errata += erratum("page 3", "x *y*", "30 a day")
    files = {**FILES, "book.toml": toml, "errata.md": "---\nrole: errata\n---\n# Errata\n"}
    book, report = load_files(tmp_path, {**files, "errata.toml": errata})
    assert rules_of(report) == []
    assert str(book.back[0].tree.ul) == (
        '<ul class="errata"><li><a href="#one--pay">One</a>: <del>20 &lt;b&gt; a day</del> → '
        "<ins>30 a day</ins> (Version 2.1, found by B)</li>"
        "<li>page\N{NO-BREAK SPACE}3: <del>x *y*</del> → <ins>30 a day</ins></li></ul>"
    )


def test_readers_are_not_told_the_errata_of_what_is_left_out(tmp_path: Path) -> None:
    files = {
        "book.toml": '[book]\ntitle = "T"\nlanguage = "en"\nauthors = "A"\nback = ["errata.md"]\n'
        'chapters = ["one.md", "gone.md", "draft.md"]\n[edition.teacher]\n',
        "one.md": "# One\n\nOpen *and* [Leakspan]{.only edition=teacher} shown.\n\n"
        "## Leakhead {#leak .only edition=teacher}\n\nLeaksection.\n\n"
        "## More\n\n::: solution\nLeaksolution.\n:::\n",
        "gone.md": "---\nonly: teacher\n---\n# Gone\n\nLeakchapter.\n",
        "draft.md": "---\ndraft: true\n---\n# Draft\n\nLeakdraft.\n",
        "errata.md": "---\nrole: errata\n---\n# Errata\n",
        "errata.toml": erratum("one", "Opne", "Open *and*")
        + erratum("one.md", "Leakwas", "and Leakspan shown")
        + erratum("page 1", "Leakwas", "Leaksection")
        + erratum("one#leak", "Leakwas", "Leaksection")
        + erratum("one#more", "Leakwas", "Leaksolution")
        + erratum("gone.md", "Leakwas", "Leakchapter")
        + erratum("draft", "Leakwas", "Leakdraft"),
    }
    folder, report = write_files(tmp_path, files), Report()
    book = load(folder, report=report)
    listed = book.back[0].tree.ul
    assert listed is not None
    assert listed.get_text() == "One: Opne → Open *and*"
    assert [one.said.was for one in book.errata] == ["Opne"]
    # What stands partly in what is left out is not found word for word.
    said = [d.message for d in report if d.rule.name.startswith("erratum")]
    assert said == ["`and Leakspan shown` does not stand in one.md"]
    teachers = load(folder, audience=Audience(edition="teacher"))
    assert len(teachers.errata) == 6
