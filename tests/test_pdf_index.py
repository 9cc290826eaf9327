"""The index in print."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.compose.index_pages import (
    page_ranges,
    print_index,
    write_index_numbers,
)

ENTRY = (
    "<section><ul><li><span>plain</span></li>"
    '<li><span class="index-term">term</span> <a class="index-link" href="#a">chapter 1</a>, '
    '<a class="index-link" href="#b">chapter 2</a></li></ul></section>'
)


def test_pages_are_merged_into_ranges_and_named_once() -> None:
    labels = {"a": "iv", "b": "7", "c": "7", "d": "8", "e": "9", "f": "12"}
    found = list(page_ranges(["#a", "#b", "#c", "#d", "#e", "#f", "#gone"], labels))
    assert found == [("iv", "#a"), ("7–9", "#b"), ("12", "#f")]


def test_entries_show_pages_and_settle() -> None:
    tree = ET.fromstring(ENTRY)
    print_index(tree)
    for _ in range(2):
        write_index_numbers(tree, {"a": "3", "b": "5"})
    assert "".join(tree.itertext()) == "plainterm 3, 5"
    assert [a.get("href") for a in tree.iter("a")] == ["#a", "#b"]
    write_index_numbers(tree, {"a": "3", "b": "4"})
    assert "".join(tree.itertext()) == "plainterm 3–4"


def test_entries_below_an_entry_stay_there() -> None:
    below = ENTRY.replace("chapter 2</a>", "chapter 2</a>" + ENTRY[9:-10].replace("#", "#x"))
    tree = ET.fromstring(below)
    print_index(tree)
    write_index_numbers(tree, {"a": "3", "b": "5", "xa": "8", "xb": "9"})
    assert "".join(tree.itertext()) == "plainterm 3, 5plainterm 8–9"
    inner = tree.find("ul/li/ul")
    assert inner is not None
    assert "".join(inner.itertext()) == "plainterm 8–9"


def test_each_letter_begins_apart_in_scripts_that_have_capitals() -> None:
    terms = ["2d", "apple", "Äpfel", "azure", "berry", "\u732b", "\u72ac"]
    entries = "".join(f'<li><span class="index-term">{term}</span></li>' for term in terms)
    tree = ET.fromstring(f'<section><h1/><ul class="index-entries">{entries}</ul></section>')
    print_index(tree)
    first = [li for li in tree.iter("li") if "index-letter" in li.get("class", "").split()]
    assert ["".join(li.itertext()) for li in first] == ["apple", "berry"]
