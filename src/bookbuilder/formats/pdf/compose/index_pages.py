"""Print the index with pages and ranges of pages, where the book's tree names chapters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.runs import PAGES_OF, classes_of


def print_index(section: ET.Element) -> None:
    """Replace the links of each entry by one place for its pages; they are filled in later.

    The first entry of each letter has the class `index-letter`, in scripts that have capitals: in
    others nearly every entry may begin with a sign of its own.
    """
    for entry in section.iter("li"):
        links = [child for child in entry if "index-link" in classes_of(child)]
        if any("index-term" in classes_of(child) for child in entry):
            entry.set("class", "index-entry")
        if not links:
            continue
        for link in links:
            entry.remove(link)
        targets = " ".join(link.get("href", "") for link in links)
        pages = ET.Element("span", {"class": "index-pages", PAGES_OF: targets})
        pages.tail = links[-1].tail
        entry.insert(sum(1 for child in entry if "index-term" in classes_of(child)), pages)
    for entries in [child for child in section if "index-entries" in classes_of(child)]:
        before = ""
        for entry in entries:
            initial = _initial(entry)
            if initial.isupper() and initial != before:
                entry.set("class", f"{entry.get('class', '')} index-letter".strip())
            before = initial


def _initial(entry: ET.Element) -> str:
    """Return the first letter as a capital without accents; nothing for digits and signs."""
    text = unicodedata.normalize("NFKD", "".join(entry.itertext()))
    first = next((c for c in text if c.isalnum()), "")
    return first.upper() if first.isalpha() else ""


def index_places(tree: ET.Element) -> Iterator[ET.Element]:
    """Yield the elements of `tree` that hold the pages of entries."""
    return (place for place in tree.iter("span") if place.get(PAGES_OF) is not None)


def targets_of(place: ET.Element) -> list[str]:
    return place.get(PAGES_OF, "").split()


def write_index_numbers(tree: ET.Element, labels: Mapping[str, str]) -> None:
    """Write the pages of every entry, each once."""
    for place in list(index_places(tree)):
        for child in list(place):
            place.remove(child)
        for text, target in page_ranges(targets_of(place), labels):
            link = ET.SubElement(place, "a", {"href": target})
            link.text = text
            link.tail = ", "
        if len(place):
            place[-1].tail = ""


def page_ranges(targets: list[str], labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield pages as an index prints them, `12–14`, each with the first target on it."""
    first: dict[str, str] = {}
    for target in targets:
        if label := labels.get(target.removeprefix("#")):
            first.setdefault(label, target)
    runs: list[list[str]] = []
    for label in first:
        follows = runs and label.isdigit() and runs[-1][-1].isdigit()
        if follows and int(label) == int(runs[-1][-1]) + 1:
            runs[-1].append(label)
        else:
            runs.append([label])
    for run in runs:
        text = run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}"
        yield text, first[run[0]]
