"""Show formulas as drawings, for readers that know no MathML."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.formulas.drawing import Drawing, drawings
from bookbuilder.trees.markup import copy_of, elements, new_tag, relink, text_of
from bookbuilder.trees.serializing import to_element


def with_formula_pictures(book: Book) -> Book:
    """Return `book` with a drawing for each formula; trees that get one are copies.

    The drawing has the colour of the text, also in the dark, and grows with it.
    """
    drawn = drawings(book.config.pdf.cache)

    def draw(chapter: Chapter) -> Chapter:
        if not elements(chapter.tree, "math"):
            return chapter
        tree = copy_of(chapter.tree)
        for math in elements(tree, "math"):
            drawing = drawn.of(to_element(math))
            if drawing is not None and drawing.paths and math.parent is not None:
                names = [str(tag["id"]) for tag in elements(math) if tag.get("id")]
                anchors = [new_tag("span", {"id": name}) for name in names]
                _replace(math, [*anchors, _picture(math, drawing)])
        relink(tree)
        return replace(chapter, tree=tree)

    changed = replace(
        book,
        front=[draw(chapter) for chapter in book.front],
        parts=[replace(p, chapters=[draw(c) for c in p.chapters]) for p in book.parts],
        back=[draw(chapter) for chapter in book.back],
    )
    drawn.trim()
    return changed


def _replace(tag: Tag, made: list[Tag]) -> None:
    assert tag.parent is not None
    siblings = tag.parent.contents
    at = next(n for n, node in enumerate(siblings) if node is tag)
    siblings[at : at + 1] = made
    for node in made:
        node.parent = tag.parent


def _picture(math: Tag, drawing: Drawing) -> Tag:
    words = str(math.get("alttext") or text_of(math) or "?")
    svg = _tag(drawing.svg(words))
    is_display = math.get("display") == "block"
    height = drawing.height + drawing.depth
    style = f"width: {drawing.width:.3f}em; height: {height:.3f}em"
    if not is_display:
        style += f"; vertical-align: {-drawing.depth:.3f}em"
    svg.attrs = {
        "viewBox": svg["viewBox"],
        "class": "formula",
        "role": "img",
        "aria-label": words,
        "style": style,
    }
    for path in elements(svg, "path"):
        path.attrs.setdefault("fill", "currentColor")
    return svg


def _tag(element: ET.Element) -> Tag:
    made = new_tag(element.tag.rpartition("}")[2], dict(element.attrib))
    if element.text:
        made.append(element.text)
    made.contents.extend(_tag(child) for child in element)
    for child in made.contents:
        child.parent = made
    return made
