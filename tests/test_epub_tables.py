"""Tables that stay on the screen in any size of type: columns in per cent, by what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from epub_books import build, little


def styles(html: str, folder: Path) -> tuple[list[str], list[str]]:
    """Return the styles of the tables, and of the cells of their first rows."""
    package = build(little(f"<h1>One</h1>{html}"), folder)
    tables = package.find("one.xhtml", "//x:table")
    cells = package.find("one.xhtml", "//x:table//x:tr[1]/*")
    return [t.get("style", "") for t in tables], [c.get("style", "") for c in cells]


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{c}</td>' for c in cells)}</tr>"


def shares(found: list[str]) -> list[int]:
    return [int(style.removeprefix("width: ").removesuffix("%")) for style in found]


def test_a_wide_table_is_as_wide_as_the_screen_and_no_wider(tmp_path: Path) -> None:
    long = "a sentence that is longer than any column on a telephone would be"
    tables, cells = styles(f"<table>{row('Kind', long, long)}</table>", tmp_path)
    assert tables == ["table-layout: fixed; width: 100%"]
    first, second, third = shares(cells)
    assert first < second == third
    assert 98 <= first + second + third <= 102


def test_a_column_has_room_for_its_longest_word(tmp_path: Path) -> None:
    long = "many little words in a row that go on and on and on"
    words = row("incomprehensible", long) + row("a", "b")
    _, cells = styles(f"<table>{words}</table>", tmp_path)
    # 46 characters stand on a line of a phone, in normal type.
    assert shares(cells)[0] * 46 / 100 >= len("incomprehensible")


def test_a_table_that_fits_is_not_stretched(tmp_path: Path) -> None:
    assert styles(f"<table>{row('a', '1')}</table>", tmp_path) == ([""], ["", ""])
    tables, _ = styles(f"<table>{row('fourteen chars', 'fourteen chars')}</table>", tmp_path)
    assert tables == ["table-layout: fixed; width: 19em"]


@pytest.mark.parametrize(
    "html",
    [
        '<table style="width: 50%"><tr><td>{0}</td><td>{0}</td></tr></table>',
        '<table><colgroup><col style="width: 9%"></colgroup><tr><td>{0}</td></tr></table>',
        "<table><tr><td>{0}</td></tr><tr><td>{0}</td><td>{0}</td></tr></table>",
        "<table></table>",
    ],
)
def test_widths_of_the_author_and_ragged_tables_are_left_alone(html: str, tmp_path: Path) -> None:
    tables, cells = styles(html.format("some words that go on and on"), tmp_path)
    assert not any("fixed" in style for style in tables)
    assert not any("%" in style for style in cells)


def test_cells_that_span_have_the_width_of_their_columns(tmp_path: Path) -> None:
    cell = "words that go on and on for a while"
    head = '<tr><th colspan="2">Both</th><th rowspan="2">Tall</th></tr>'
    _, cells = styles(f"<table>{head}{row(cell, cell)}{row(cell, cell, cell)}</table>", tmp_path)
    both, tall = shares(cells[:2])
    assert both == 2 * tall


def test_a_table_inside_a_table_counts_for_itself(tmp_path: Path) -> None:
    cell = "words that go on and on for a while"
    inner = f"<table>{row(cell, cell, cell)}</table>"
    tables, _ = styles(f"<table>{row(cell, inner)}</table>", tmp_path)
    assert tables == ["table-layout: fixed; width: 100%"] * 2


def test_characters_of_east_asia_are_wide(tmp_path: Path) -> None:
    _, cells = styles(f"<table>{row('幅' * 30, 'a' * 3 + ' b' * 14)}</table>", tmp_path)
    first, second = shares(cells)
    assert first > 1.5 * second
