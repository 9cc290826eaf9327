"""Give HTML that a site's style sheet or script would show its meaning in a book.

Boxes of mdBook and Bootstrap are callouts, icons of Font Awesome and the like are characters, and
of pictures for a light and a dark page the dark one goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.syntax.callouts import DEFAULT_TITLE, KINDS
from bookbuilder.dialect.syntax.emoji import UNKNOWN_ICON
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.locating import find_text
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements, new_tag, text_of
from bookbuilder.trees.xhtml import HEADINGS, PHRASING

_LIGHT = rare_pattern(r"#(?:only-light|gh-light-mode-only)$")
_DARK = rare_pattern(r"#(?:only-dark|gh-dark-mode-only)$")
_EMPTIED = ("a", "p", "span", "picture", "figure", "em", "strong")
_SPANS = {"underline": "u", "ul": "u", "mark": "mark", "kbd": "kbd"}
_MARGIN = {"aside", "column-margin", "sidenote", "marginnote", "margin-note"}
_TITLED = rare_pattern(r"-title$")
_PROMPT = rare_pattern(r"^prompt-")
# Less than all kinds: classes such as `.quote` and `.done` are common names for other things.
_BOXED_PARAGRAPHS = {"note", "tip", "hint", "info", "important", "warning", "caution", "danger"}
_BOX = rare_pattern(r"(?:alert|admonition|callout)-?")
_BOX_KINDS = {"primary": "info", "secondary": "note", "light": "note", "dark": "note"}
_ICON = rare_pattern(
    r"(?:fa|fas|far|fab|fal|bi|mdi|glyphicon|octicon|icons?|iconify|ti|las|la|nf|ph|si|pi|devicon)$"
)
_ICON_NAME = rare_pattern(
    r"(?:fa|bi|mdi|glyphicon|octicon|icon|ti|la|nf-[a-z]{1,6}|ri|ph|si|pi|bx|uil|fi|feather|devicon)"
    r"-([\w-]+)$"
)
# The name of Google's icons is the text of the element.
_NAMED_BY_TEXT = rare_pattern(r"material-(?:icons|symbols)(?:-\w{1,20})?$")
_VARIANT = rare_pattern(r"-(?:line|fill|filled|outline|outlined|solid|plain|bold|o)$")
_STYLES = frozenset({"solid", "regular", "brands", "light", "thin", "fw", "lg", "sm", "xs", "spin"})
GLYPHS = {
    name: glyph
    for glyph, names in (
        ("✓", "check ok"),
        ("☑", "check-square square-check"),
        ("✕", "times xmark close remove"),
        ("→", "arrow-right long-arrow-right arrow-right-long"),
        ("←", "arrow-left long-arrow-left arrow-left-long"),
        ("↑", "arrow-up long-arrow-up"),
        ("↓", "arrow-down long-arrow-down"),
        ("★", "star"),
        ("☆", "star-o"),
        ("♥", "heart"),
        ("✉", "envelope mail"),
        ("☎", "phone"),
        ("⚠", "warning exclamation-triangle triangle-exclamation"),
        ("ℹ", "info info-circle circle-info"),
        ("⌂", "home house"),
        ("⚙", "cog gear cogs gears"),
        ("✎", "pencil pen edit pencil-square pen-to-square pencil-alt"),
        ("☰", "bars navicon list"),
        ("▶", "play"),
        ("⚑", "flag"),
        ("♫", "music"),
        ("+", "plus"),
        ("−", "minus"),
        ("●", "circle"),
        ("■", "square stop"),
        ("□", "square-o"),
        ("📖", "book book-open"),
        ("💡", "lightbulb lightbulb-o"),
        ("🔒", "lock"),
        ("🔑", "key"),
        ("🔍", "search magnifying-glass"),
        ("🔗", "link"),
        ("📅", "calendar"),
        ("👤", "user"),
        ("👥", "users"),
        ("📁", "folder"),
        ("📄", "file file-o"),
        ("🔔", "bell"),
        ("📷", "camera"),
        ("🌐", "globe"),
        ("👍", "thumbs-up"),
        ("👎", "thumbs-down"),
        ("👁", "eye"),
        ("🖨", "print"),
    )
    for name in names.split()
}
"""The characters for icons, by the icons' names; the fonts of bookbuilder have them."""


def foreign_html(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        every = elements(chapter.tree)
        if _drop_dark_twins([tag for tag in every if tag.name == "img"]):
            every = elements(chapter.tree)
        classed = [tag for tag in every if "class" in tag.attrs]
        boxes = [_put_into_box(tag) for tag in classed if tag.name == "p"]
        for division in (*classed, *filter(None, boxes)):
            if division.name in ("div", "blockquote"):
                _make_callout(division)
        for span in [tag for tag in classed if tag.name == "span"]:
            _settle_span(span)
        _settle_icons([tag for tag in classed if tag.name in ("i", "span", "em")], chapter, report)


def _drop_dark_twins(pictures: list[Tag]) -> bool:
    """Take out pictures for dark pages, if there are some for light ones too."""
    if not any(_LIGHT.search(str(picture.get("src", ""))) for picture in pictures):
        return False
    for picture in pictures:
        if not _DARK.search(str(picture.get("src", ""))):
            continue
        parent = picture.parent
        picture.extract()
        while (
            parent is not None
            and parent.name in _EMPTIED
            and not (parent.get_text(strip=True) or elements(parent, "img", "svg", "math"))
        ):
            emptied, parent = parent, parent.parent
            emptied.extract()
    return True


def _settle_span(span: Tag) -> None:
    """Make elements of pandoc's `[text]{.underline}`, and brackets around notes in the margin."""
    classes = [str(name) for name in span.get_attribute_list("class") if name]
    for name in classes:
        if element := _SPANS.get(name):
            span.name = element
            classes.remove(name)
            span["class"] = AttributeValueList(classes)
            if not classes:
                del span["class"]
            return
    if _MARGIN & set(classes) and text_of(span):
        before = span.previous_sibling
        is_apart = isinstance(before, NavigableString) and str(before)[-1:].isspace()
        span.insert(0, "(" if is_apart or before is None else " (")
        span.append(")")


def _put_into_box(paragraph: Tag) -> Tag | None:
    """Wrap a paragraph with `{: .note }` below it, which themes of Jekyll show as a box."""
    classes = [str(name).lower() for name in paragraph.get_attribute_list("class") if name]
    found = [name for name in classes if _PROMPT.sub("", name) in _BOXED_PARAGRAPHS]
    if not found or paragraph.find_parent("aside"):
        return None
    box = new_tag("blockquote", {"class": " ".join(classes)})
    del paragraph["class"]
    paragraph.wrap(box)
    return box


def _make_callout(division: Tag) -> None:
    """Turn `<div class="warning">`, Bootstrap's alerts and Sphinx's admonitions into callouts."""
    classes = [str(name).lower() for name in division.get_attribute_list("class") if name]
    is_quote = division.name == "blockquote"
    kind = _kind_of_quote(classes) if is_quote else _kind_of(classes)
    if not kind:
        return
    title = (
        _first_heading(division)
        if is_quote
        else next(
            (
                child
                for child in division.contents
                if isinstance(child, Tag)
                and any(
                    "title" in str(c) or "heading" in str(c)
                    for c in child.get_attribute_list("class")
                )
            ),
            None,
        )
    )
    division.name = "aside"
    division["class"] = f"callout callout-{kind}"
    division["role"] = "doc-tip" if kind == "tip" else "note"
    if not any(isinstance(c, Tag) and c.name not in PHRASING for c in division.contents):
        division.extend([new_tag("p", {}, *[child.extract() for child in list(division.contents)])])
    if title is None:
        name = {"class": f"callout-title {DEFAULT_TITLE}"}
        division.insert(0, new_tag("p", name, kind.capitalize()))
    else:
        title.name = "p"
        title["class"] = "callout-title"
        division.insert(0, title.extract())


def _kind_of_quote(classes: list[str]) -> str:
    """Return the kind of a quote with a class below it, as in Jekyll: `{: .challenge}`."""
    plain = [_PROMPT.sub("", _TITLED.sub("", name)) for name in classes]
    found = next((KINDS[name] for name in plain if name in KINDS and name != "quote"), "")
    return found or ("note" if "callout" in classes else "")


def _first_heading(quote: Tag) -> Tag | None:
    """Return the heading at the top of a quote, or its first line if the class asks for that."""
    first = next((child for child in quote.contents if isinstance(child, Tag)), None)
    asked = any(_TITLED.search(str(name)) for name in quote.get_attribute_list("class"))
    takes = first is not None and (first.name in HEADINGS or (asked and first.name == "p"))
    return first if takes else None


def _kind_of(classes: list[str]) -> str:
    if classes == ["warning"]:
        return "warning"
    if not classes or classes[0] not in ("alert", "admonition"):
        return ""
    for name in classes[1:]:
        bare = _BOX.sub("", name, count=1)
        if kind := KINDS.get(bare) or _BOX_KINDS.get(bare):
            return kind
    return "note"


def _settle_icons(tags: list[Tag], chapter: Chapter, report: Report) -> None:
    """Put a character, or its title, in place of each icon; report those that have neither."""
    seen: Counter[str] = Counter()
    for icon, name in _icons(tags):
        glyph = GLYPHS.get(name) or GLYPHS.get(_VARIANT.sub("", name), "")
        title = str(icon.get("title") or icon.get("aria-label") or "").strip()
        if glyph:
            label = title or name.replace("-", " ")
            icon.replace_with(new_tag("span", {"role": "img", "aria-label": label}, glyph))
        elif title:
            icon.replace_with(NavigableString(title))
        else:
            shown = " ".join(str(c) for c in icon.get_attribute_list("class"))
            message = f"the icon `{shown}` is left out"
            place = find_text(chapter.source, shown, seen[shown])
            seen[shown] += 1
            report.add(UNKNOWN_ICON, message, place, alike="icon")
            icon.extract()


def _icons(tags: list[Tag]) -> Iterator[tuple[Tag, str]]:
    """Yield those of `tags` that a font of icons would fill, with their icons' names.

    They are empty, but for those that have a name instead of a class for each icon.
    """
    for tag in tags:
        classes = [str(name) for name in tag.get_attribute_list("class") if name]
        if not classes or tag.get("id") or elements(tag, "img", "svg"):
            continue
        text = text_of(tag).strip()
        if any(_NAMED_BY_TEXT.match(name) for name in classes):
            yield tag, text.replace("_", "-")
        elif not text:
            names = [match[1] for name in classes if (match := _ICON_NAME.match(name))]
            # An empty `<i>` with a class is nothing else.
            if names or tag.name == "i" or any(_ICON.match(name) for name in classes):
                yield tag, next((name for name in names if name not in _STYLES), "")
