"""Titles in lists of chapters are shown without their Markdown."""

from __future__ import annotations

import pytest

from bookbuilder.text.plain_title import plain_title

TITLES = {
    "Part *Two*": "Part Two",
    "A `Vec<T>` **b** _c_ snake_case_x": "A Vec<T> b c snake_case_x",
    "[Link](x.md) ~~s~~ ![p](q.png)": "Link s p",
    "2 * 3 * 4 \\*x\\*": "2 * 3 * 4 *x*",
    "The `*` sign & &amp; co": "The * sign & & co",
    "Ends with an id {#id}": "Ends with an id",
    "***all*** **a *b* c**": "all a b c",
    "<b>x</b> Vec<T>": "x Vec<T>",
    "`a` `\\`": "a \\",
    ":book: Notes[^1] :nope: 10:30:15": "\N{OPEN BOOK} Notes :nope: 10:30:15",
}


@pytest.mark.parametrize("title", TITLES)
def test_plain_title(title: str) -> None:
    assert plain_title(title) == TITLES[title]


def test_a_long_title_stays_as_it_is() -> None:
    assert plain_title("*" * 5_000) == "*" * 5_000
