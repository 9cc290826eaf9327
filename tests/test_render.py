"""Diagnostics as text, each format against what its readers expect."""

from __future__ import annotations

import json
import pickle

import click
import pytest

from bookbuilder.cli.render import MessageFormat, render, summary
from bookbuilder.model.diagnostics import BookError, Diagnostic, Rule, Severity
from bookbuilder.model.source import Span

NO_CHAPTER = Rule("L001", "no-such-chapter", Severity.ERROR, "A link must lead somewhere.")
NO_ALT = Rule("I001", "image-without-alt", Severity.WARNING, "A picture needs words.")
GUESSED = Rule("C009", "guessed-language", Severity.NOTE, "Say it in book.toml.")

LINE = "A `[x](01-on.md)` then [bad](01-on.md) and [near](#deap)."
BAD_LINK = Diagnostic(
    NO_CHAPTER,
    "no chapter `01-on.md`",
    Span("chapters/02-two.md", 5, 30, 8, LINE),
    "did you mean `01-one.md`?",
)
GUESS = Diagnostic(GUESSED, "the language seems to be Dutch", Span("book.toml"))


def marked(excerpt: str, column: int, length: int) -> tuple[str, str]:
    """Return the excerpt and the carets of a diagnostic there, as `full` shows them."""
    diagnostic = Diagnostic(NO_ALT, "m", Span("a.md", 7, column, length, excerpt))
    _, _, _, shown, carets, *_ = render([diagnostic]).split("\n")
    assert shown.startswith("7 | ")
    assert carets.startswith("  | ")
    return shown[4:], carets[4:]


def test_full_shows_the_line_and_a_caret() -> None:
    assert render([BAD_LINK]) == (
        "error[L001]: no chapter `01-on.md`\n"
        " --> chapters/02-two.md:5:30\n"
        "  |\n"
        "5 | A `[x](01-on.md)` then [bad](01-on.md) and [near](#deap).\n"
        "  |                              ^^^^^^^^\n"
        "  hint: did you mean `01-one.md`?\n"
        "\n"
        "1 error\n"
    )


def test_full_widens_its_margin_with_the_line_number() -> None:
    lines = render([Diagnostic(NO_ALT, "m", Span("a.md", 1234, 1, 1, "x"), "h")]).split("\n")
    assert lines[1:6] == ["    --> a.md:1234:1", "     |", "1234 | x", "     | ^", "     hint: h"]


def test_full_without_a_line_or_a_place_says_what_it_knows() -> None:
    about_a_file = Diagnostic(NO_ALT, "m", Span("a.md"), "h")
    about_the_book = Diagnostic(NO_ALT, "m")
    assert render([about_a_file]) == "warning[I001]: m\n --> a.md\n  hint: h\n\n1 warning\n"
    assert render([about_the_book]) == "warning[I001]: m\n\n1 warning\n"


def test_carets_stand_under_wide_characters() -> None:
    shown, carets = marked("日本語 ![図](x.png)", 5, 11)
    assert carets == " " * 7 + "^" * 12
    assert shown == "日本語 ![図](x.png)"


def test_carets_stand_under_text_after_tabs() -> None:
    shown, carets = marked("\ta\tbad", 4, 3)
    assert shown == "    a   bad"
    assert carets == "        ^^^"


def test_carets_do_not_count_combining_marks() -> None:
    _, carets = marked("e\u0301e\u0301 bad", 6, 3)
    assert carets == "   ^^^"


def test_carets_end_with_the_line() -> None:
    assert marked("abc", 3, 50)[1] == "  ^"
    assert marked("abc", 9, 1)[1] == "   ^"


@pytest.mark.parametrize("before", ["word " * 200, "言葉" * 300])
def test_a_long_line_is_cut_around_the_caret(before: str) -> None:
    shown, carets = marked(f"{before}[bad](x){' more' * 200}", len(before) + 1, 8)
    assert carets.count("^") == 8
    assert "[bad](x)" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= 96


@pytest.mark.attack("output and terminal")
def test_nothing_in_a_source_can_drive_the_terminal() -> None:
    evil = "a\x1b[2Jb\u202ec\x07\u2028d"
    for message_format in MessageFormat:
        text = render(
            [Diagnostic(NO_ALT, evil, Span(f"{evil}.md", 1, 2, 1, evil), evil)], message_format
        )
        assert not {"\x1b", "\x07", "\u202e", "\u2028"} & set(text)


def test_colours_are_only_added() -> None:
    plain, colored = render([BAD_LINK]), render([BAD_LINK], color=True)
    assert "\x1b[" not in plain
    assert "\x1b[31m" in colored
    assert click.unstyle(colored) == plain


def test_summary_counts_by_severity() -> None:
    assert summary([]) == ""
    alt, guessed = Diagnostic(NO_ALT, "a"), Diagnostic(GUESSED, "b")
    assert summary([guessed, alt, alt, BAD_LINK]) == "1 error, 2 warnings, 1 note"
    assert render([guessed, alt, alt, BAD_LINK]).endswith("\n\n1 error, 2 warnings, 1 note\n")


@pytest.mark.parametrize("message_format", MessageFormat)
def test_no_diagnostics_are_no_text(message_format: MessageFormat) -> None:
    assert render([], message_format) == ""


def test_concise_is_one_line_each() -> None:
    found = [BAD_LINK, Diagnostic(NO_ALT, "two\nlines", Span("a.md")), Diagnostic(GUESSED, "m")]
    assert render(found, MessageFormat.CONCISE) == (
        "chapters/02-two.md:5:30: error[L001]: no chapter `01-on.md`; did you mean `01-one.md`?\n"
        "a.md: warning[I001]: two lines\n"
        "note[C009]: m\n"
    )


def test_json_is_one_object_each() -> None:
    first, second = render([BAD_LINK, Diagnostic(GUESSED, "m")], MessageFormat.JSON).splitlines()
    assert json.loads(first) == {
        "severity": "error",
        "code": "L001",
        "name": "no-such-chapter",
        "message": "no chapter `01-on.md`",
        "hint": "did you mean `01-one.md`?",
        "file": "chapters/02-two.md",
        "line": 5,
        "column": 30,
        "length": 8,
    }
    assert json.loads(second)["file"] is None


def test_github_annotates_and_escapes() -> None:
    odd = Diagnostic(NO_ALT, "100%,\nreally: yes", Span("a,b:c%.md", 2, 1, 3, "abc"), "h")
    assert render([BAD_LINK, odd, Diagnostic(GUESSED, "m")], MessageFormat.GITHUB) == (
        "::error file=chapters/02-two.md,line=5,col=30,endColumn=38,title=L001 no-such-chapter"
        "::no chapter `01-on.md`%0Adid you mean `01-one.md`?\n"
        "::warning file=a%2Cb%3Ac%25.md,line=2,col=1,endColumn=4,title=I001 image-without-alt"
        "::100%25,%0Areally: yes%0Ah\n"
        "::notice title=C009 guessed-language::m\n"
    )


@pytest.mark.parametrize(
    ("folder", "shown"),
    [("", "one.md"), (".", "one.md"), ("my-book", "my-book/one.md"), ("..", "../one.md")],
)
def test_files_are_named_from_where_the_reader_stands(folder: str, shown: str) -> None:
    diagnostic = Diagnostic(NO_ALT, "m", Span("one.md", 1))
    text = render([diagnostic], MessageFormat.CONCISE, folder=folder)
    assert text == f"{shown}:1: warning[I001]: m\n"


def test_a_failure_says_the_same_in_another_process() -> None:
    error = pickle.loads(pickle.dumps(BookError([GUESS, BAD_LINK])))
    assert error.diagnostics == [GUESS, BAD_LINK]
    assert str(error) == "L001: no chapter `01-on.md`"
