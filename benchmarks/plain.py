"""Print a book with WeasyPrint alone: one document, whose page numbers are `target-counter`.

benchmarks/plain.py DIR OUT. The text, fonts and styles are those that bookbuilder prints with; what
WeasyPrint is spared is the tagging, and what it cannot do is the index's page ranges.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from bookbuilder import Report, load
from bookbuilder.book import Asset
from bookbuilder.formats.pdf.compose.assembly import print_trees
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.formats.pdf.compose.styles import author_styles, built_in_styles
from bookbuilder.formats.pdf.writer import fonts_of
from bookbuilder.model.audience import PRINT, Audience

STYLE = """
.plain-front { page: front }
.plain-body { counter-reset: page 1 }
[data-page-of]::after { content: target-counter(attr(data-page-of url), page) }
"""


def joined(front: ET.Element, body: ET.Element) -> ET.Element:
    """Return front and body in one document, the numbers of pages left to the layout."""
    parts = [(front[1], "plain-front"), (body[1], "plain-body")]
    inside = ET.Element("body")
    for part, name in parts:
        holder = ET.SubElement(inside, "div", {"class": name})
        holder.extend(section for section in part if section.get("class") != "last-leaf")
    root = ET.Element("html", body.attrib)
    root.extend([body[0], inside])
    for element in root.iter():
        if element.get("data-page-of") is not None:
            element.text = None
    return root


def write(
    tree: ET.Element, assets: Mapping[str, Asset], styles: Iterable[tuple[str, str]], path: Path
) -> None:
    """Lay out `tree` and write it. Imports WeasyPrint: only to be called inside `fonts_of`."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    from bookbuilder.formats.pdf.weasy.documents import BASE_URL, BookFetcher, html_of

    fonts = FontConfiguration()
    fetcher = BookFetcher(assets)
    sheets = [
        CSS(string=text, base_url=f"{BASE_URL}{name}", url_fetcher=fetcher, font_config=fonts)
        for name, text in styles
    ]
    html_of(tree, fetcher).write_pdf(path, stylesheets=sheets, font_config=fonts)


def main(root: Path, path: Path) -> None:
    report = Report()
    book = load(root, audience=Audience(PRINT))
    with fonts_of(book, report):
        book = arrange_notes(book)
        styles = [*built_in_styles(book, report), *author_styles(book.config, report)]
        tree = joined(*print_trees(book))
        write(tree, book.assets, [*styles, ("plain.css", STYLE)], path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
