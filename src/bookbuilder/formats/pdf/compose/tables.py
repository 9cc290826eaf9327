"""Class names by which the theme sets tables."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.pages.runs import classes_of

# More columns than these, and no more rows than that.
WIDE_TABLE = 5
WIDEST_TABLE = 8
SHORT_TABLE = 10
# Words of no more letters are kept whole; in wide tables there is no room for as many.
LONGEST_WHOLE = 12
LONGEST_WHOLE_IN_WIDE = 6


def mark_tables(section: ET.Element) -> None:
    for table in section.iter("table"):
        _mark(table)


def _mark(table: ET.Element) -> None:
    """Wide tables are set smaller, short ones kept together, and years and prices kept whole."""
    rows = [len(row) for row in table.iter("tr")]
    columns = max(rows, default=0)
    sizes = ["short"] if len(rows) <= SHORT_TABLE else []
    if columns > WIDE_TABLE:
        sizes.append("widest" if columns > WIDEST_TABLE else "wide")
    if sizes:
        table.set("class", " ".join([*classes_of(table), *sizes]))
    longest = LONGEST_WHOLE_IN_WIDE if columns > WIDE_TABLE else LONGEST_WHOLE
    for cell in table.iter("td"):
        if all(len(word) <= longest for word in "".join(cell.itertext()).split()):
            cell.set("class", " ".join([*classes_of(cell), "whole"]))
