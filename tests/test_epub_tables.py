"""Tables that are read on a phone: columns in per cent, whole words, rows that become blocks."""

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
    assert tables == ["width: 100%"]
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
    assert tables == ["width: 19em"]


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
    assert tables == ["width: 100%"] * 2


def test_characters_of_east_asia_are_wide(tmp_path: Path) -> None:
    _, cells = styles(f"<table>{row('幅' * 30, 'a' * 3 + ' b' * 14)}</table>", tmp_path)
    first, second = shares(cells)
    assert first > 1.5 * second


def table(head: str, *rows: str) -> str:
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head.split("|"))
    body = "".join(row(*line.split("|")) for line in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


LONG = "some words that go on for a while"


@pytest.mark.parametrize(
    ("html", "is_stacked"),
    [
        (table("A|B|C", f"{LONG}|{LONG}|{LONG}"), True),
        # Numbers that have no room beside each other.
        (table("A|B|C|D|E|F|G|H|I", "|".join(["1,234"] * 9)), True),
        # Two columns can be read; short columns fit.
        (table("A|B", f"{LONG}|{LONG}"), False),
        (table("A|B|C|D", f"{LONG}|1|2|3"), False),
        # Cells whose head is not plain.
        (f"<table>{row(LONG, LONG, LONG)}{row(LONG, LONG, LONG)}</table>", False),
        (table("A|B|C", f"{LONG}|{LONG}|{LONG}").replace("<td>", '<td rowspan="1">'), False),
        (table("A|B|C", f"{LONG}|{LONG}").replace("</tbody>", f"{row('1')}</tbody>"), False),
        (table("A|B|C", f"{LONG}|{LONG}|{LONG}").replace("<table", '<table class="worksheet"'),
         False),
    ],
)  # fmt: skip
def test_rows_become_blocks_where_columns_are_too_many(
    html: str, is_stacked: bool, tmp_path: Path
) -> None:
    package = build(little(f"<h1>One</h1>{html}"), tmp_path)
    (found,) = package.find("one.xhtml", "//x:table")
    assert ("stacked" in found.get("class", "").split()) is is_stacked
    assert bool(package.find("one.xhtml", "//x:td[@data-label]")) is is_stacked


def test_blocks_have_labels_and_stay_a_table_for_screen_readers(tmp_path: Path) -> None:
    html = table("A <em>b</em>||C", f"{LONG}|{LONG}|{LONG}").replace("<td>", '<td id="x">', 1)
    package = build(little(f"<h1>One</h1>{html}"), tmp_path)
    labels = [cell.get("data-label") for cell in package.find("one.xhtml", "//x:td")]
    assert labels == ["A b", None, "C"]
    roles = package.find("one.xhtml", "//x:table/descendant-or-self::*/@role")
    assert roles == [
        *("table", "rowgroup", "row", "columnheader", "columnheader", "columnheader"),
        *("rowgroup", "row", "cell", "cell", "cell"),
    ]


def test_numbers_are_whole_and_long_addresses_are_not(tmp_path: Path) -> None:
    texts = ["1 234,5", "−5 %", "12/34", "7", "1 house", "https://example.org/" + "a" * 20]
    html = f"<table>{row('Kind', 'What')}{''.join(row(LONG, t) for t in texts)}</table>"
    package = build(little(f"<h1>One</h1>{html}"), tmp_path)
    found = [c.get("style", "") for c in package.find("one.xhtml", "//x:tr[position()>1]/x:td[2]")]
    assert found == ["white-space: nowrap"] * 3 + ["", "", "overflow-wrap: anywhere"]


def test_words_break_only_where_columns_would_leave_the_screen(tmp_path: Path) -> None:
    words = row(*["incomprehensibility"] * 4)
    package = build(little(f"<h1>One</h1><table>{words}{words}</table>"), tmp_path)
    (found,) = package.find("one.xhtml", "//x:table")
    assert found.get("class") == "tight"
    assert found.get("style") == "table-layout: fixed; width: 100%"
