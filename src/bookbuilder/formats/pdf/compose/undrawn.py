"""Report parts of drawings that WeasyPrint cannot draw. The EPUB keeps them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Span
from bookbuilder.passes.cleaning.svg_gradients import is_tilted
from bookbuilder.passes.cleaning.svg_parser import parse_svg
from bookbuilder.trees.markup import elements, raw_text, text_of
from bookbuilder.trees.xhtml import names

NOT_DRAWN = Rule(
    "P028",
    "not-drawn-in-print",
    Severity.WARNING,
    "Drawings (SVG) are printed as drawings, but without a few things: filters such as blur and"
    " shadow, blending, text along a path, vertical text, and what stands in another drawing. The"
    " letters of Arabic, Hebrew and Indian scripts stand one by one, from the left. The rest of the"
    " drawing is printed. If it looks wrong without them, save it as a PNG of at least"
    " 300 dots per inch, or turn the effect into shapes in the drawing program.",
)
# What WeasyPrint does with a filter: it moves things, and blends them with what is below.
_DRAWN_FILTERS = names("feOffset feBlend feMerge feMergeNode")
_STYLES = {
    "a filter": re.compile(r"(?<![\w-])filter\s{0,9}:\s{0,9}(?!none|url|;|\})\w"),
    "blending": re.compile(r"(?<![\w-])mix-blend-mode\s{0,9}:\s{0,9}(?!normal)\w"),
    "vertical text": re.compile(r"(?<![\w-])writing-mode\s{0,9}:\s{0,9}(?:tb|vertical|sideways)"),
}
_OWN_URL = re.compile(r"""url\(\s{0,9}["']?#([^"')]+)""")
_MAY_BE_IN_FILE = re.compile(
    rb"<fe[A-Z]|filter|mix-blend|textPath|writing-mode|gradientTransform"
    rb"|[\xd6-\xdf][\x80-\xbf]|\xe0[\xa0-\xb7]|&#"
)
# Letters that stand from the right, or that change with their neighbours.
_JOINED = re.compile("[\u0590-\u0dff\ufb1d-\ufdff\ufe70-\ufefc]")
_MOST_READ = 5_000_000


def report_undrawn(book: Book, report: Report) -> None:
    """Report what is not drawn, each kind once in a chapter."""
    files: dict[str, dict[str, str]] = {}
    for chapter in book.chapters:
        drawings = elements(chapter.tree, "svg")
        ids = {str(tag["id"]) for d in drawings for tag in elements(d) if tag.get("id")}
        for drawing in drawings:
            for kind, trace in _undrawn(drawing, ids).items():
                _report(kind, find_text(chapter.source, trace), report)
        for name in dict.fromkeys(str(img.get("src", "")) for img in elements(chapter.tree, "img")):
            asset = book.assets.get(name)
            if asset is None or asset.media_type != "image/svg+xml":
                continue
            if name not in files:
                files[name] = _undrawn_in_file(asset.data)
            for kind in files[name]:
                _report(kind, find_text(chapter.source, Path(name).name), report, name)


def _report(kind: str, span: Span | None, report: Report, name: str = "") -> None:
    where = f"`{name[:100]}`" if name else "a drawing"
    message = f"{where} is printed without {kind}"
    report.add(NOT_DRAWN, message, span, "save the drawing as a PNG, or do without", alike=kind)


def _undrawn_in_file(data: bytes) -> dict[str, str]:
    if len(data) > _MOST_READ or not _MAY_BE_IN_FILE.search(data):
        return {}
    try:
        root, _ = parse_svg(data)
    except ValueError:
        return {}
    return _undrawn(root, frozenset())


def _undrawn(drawing: Tag, elsewhere: AbstractSet[str]) -> dict[str, str]:
    """Return the kinds of things in `drawing` that are not drawn, each with text that shows it.

    `elsewhere` are the ids of all drawings of the chapter.
    """
    found: dict[str, str] = {}
    every = [drawing, *elements(drawing)]
    foreign = elsewhere - {str(tag["id"]) for tag in every if tag.get("id")}
    filters = {str(tag.get("id")) for tag in every if tag.name == "filter" and _needs_pixels(tag)}
    for tag in every:
        if tag.name == "radialGradient" and is_tilted(str(tag.get("gradientTransform", ""))):
            found.setdefault("the right place of a tilted radial gradient", "<radialGradient")
        if tag.name == "text" and _JOINED.search(text := text_of(tag)):
            found.setdefault("the right order and forms of its letters", text.strip())
        if tag.name == "textPath":
            found.setdefault("its path for text", "<textPath")
        target = str(tag.get("href") or tag.get("xlink:href") or "")
        if tag.name == "use" and target[1:] in foreign:
            found.setdefault("a part that stands in another drawing", "<use")
        for trace, text in _styles_of(tag):
            for kind, pattern in _STYLES.items():
                if pattern.search(text):
                    found.setdefault(kind, trace)
            for target in _OWN_URL.findall(text):
                if target in filters:
                    found.setdefault("a filter", trace)
                elif target in foreign:
                    found.setdefault("a part that stands in another drawing", trace)
    return found


def _needs_pixels(filter_: Tag) -> bool:
    return any(tag.name not in _DRAWN_FILTERS for tag in elements(filter_))


def _styles_of(tag: Tag) -> Iterator[tuple[str, str]]:
    """Yield the declarations of a tag, in its attributes or in a sheet, and how they begin."""
    if tag.name == "style":
        yield "<style", raw_text(tag)
    for name, value in tag.attrs.items():
        if name == "style":
            yield "style=", str(value)
        elif name in ("filter", "mix-blend-mode", "writing-mode") or "url(" in str(value):
            yield f"{name}=", f"{name}: {value}"
