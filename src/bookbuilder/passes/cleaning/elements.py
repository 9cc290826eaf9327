"""Remove or replace elements that a book cannot hold, and report them; their text stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from bs4 import Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.passes.cleaning.attributes import clean_attributes
from bookbuilder.passes.cleaning.mathml import clean_math
from bookbuilder.passes.cleaning.remarks import Remarks
from bookbuilder.passes.cleaning.svg import clean_drawing
from bookbuilder.trees.markup import new_tag, text_of
from bookbuilder.trees.parsing import parse_fragment
from bookbuilder.trees.xhtml import (
    ACTIVE,
    ATOMS,
    DROPPED,
    ELEMENTS,
    FORM,
    PAGE_HEAD,
    PHRASING,
    REPLACED,
    UNWRAPPED,
)

ACTIVE_ELEMENT = Rule(
    "H010",
    "active-element",
    Severity.WARNING,
    "Scripts and embedded pages (script, iframe, object, embed) do not work in a book: e-readers"
    " and shops refuse them, and a book may load nothing while it is read. They are removed;"
    " their fallback text stays.",
)
FORM_CONTROL = Rule(
    "H011",
    "form-control",
    Severity.WARNING,
    "Nobody can fill in a form in a book. The form's text stays as text.",
)
MEDIA = Rule(
    "H012",
    "audio-or-video",
    Severity.WARNING,
    "Audio and video do not play on e-ink or on paper. A link, or the text between the tags,"
    " stands in their place.",
)
PAGE_ELEMENT = Rule(
    "H013",
    "page-element",
    Severity.WARNING,
    "style, link, meta, base and title belong in the head of a web page. In a chapter they are"
    " removed; put style into the book's style sheet (`style` in book.toml).",
)
UNKNOWN_ELEMENT = Rule(
    "H014",
    "unknown-element",
    Severity.WARNING,
    "This is not an HTML element. The tags are removed, the text between them stays. To show the"
    " tag itself, write it as code: `<like this>`.",
)
TOO_DEEP = Rule(
    "H015",
    "elements-too-deep",
    Severity.WARNING,
    "No e-reader shows more than a few dozen nested elements, and some crash. Deeper elements"
    " are flattened; their text stays.",
)
NO_PICTURE = Rule(
    "H016",
    "image-without-source",
    Severity.WARNING,
    "An <img> without a src shows nothing. Its alt text is printed instead.",
)
DRAWING = Rule(
    "H017",
    "active-drawing",
    Severity.WARNING,
    "A drawing in a book may not run scripts, load anything from elsewhere or change what stands"
    " around it. Its style may use only known properties and functions. Everything else is"
    " removed.",
)

DEEPEST = 100

Replacement = list[PageElement]


def clean_elements(tree: Tag, remarks: Remarks) -> None:
    """Keep only known elements with valid attributes, none nested deeper than `DEEPEST`."""
    is_too_deep = False
    # One frame for each open element: nodes still to visit, last first, and nodes that stay.
    frames: list[tuple[Tag, list[PageElement], list[PageElement]]] = [
        (tree, tree.contents[::-1], [])
    ]
    while frames:
        parent, waiting, settled = frames[-1]
        if not waiting:
            parent.contents = settled
            frames.pop()
            continue
        node = waiting.pop()
        if isinstance(node, Tag):
            replacement = _replace(node, remarks)
            if replacement is None and len(frames) > DEEPEST and node.name not in ATOMS:
                is_too_deep = True
                replacement = _flatten(node)
            if replacement is not None:
                waiting.extend(reversed(replacement))
                continue
            # Most elements hold a single text, with which there is nothing to do.
            is_text = len(node.contents) == 1 and type(node.contents[0]) is NavigableString
            if node.contents and not is_text and node.name not in ATOMS:
                frames.append((node, node.contents[::-1], []))
        elif not isinstance(node, NavigableString) or isinstance(node, PreformattedString):
            continue
        node.parent = parent
        settled.append(node)
    if is_too_deep:
        message = f"elements nested more than {DEEPEST} deep are flattened"
        remarks.chapter(TOO_DEEP, message, "look for tags that are never closed")


def _flatten(tag: Tag) -> Replacement:
    if tag.name in PHRASING:
        return list(tag.contents)
    return [NavigableString(" "), *tag.contents, NavigableString(" ")]


def _replace(tag: Tag, remarks: Remarks) -> Replacement | None:
    """Return the replacement of `tag`, or None if it may stay, perhaps changed."""
    name = tag.name
    if name in ELEMENTS and not tag.attrs and name not in _SPECIAL:
        return None
    if (special := _SPECIAL.get(name)) is not None:
        return special(tag, remarks)
    if name in ELEMENTS:
        clean_attributes(tag, name, remarks)
        return None
    if name in FORM:
        remarks.element(FORM_CONTROL, f"<{name}> becomes text", name)
    if name in REPLACED:
        new_name, style = REPLACED[name]
        clean_attributes(tag, new_name, remarks, style)
        tag.name = new_name
        return None
    if name in DROPPED or name in UNWRAPPED:
        if name in ACTIVE:
            remarks.element(ACTIVE_ELEMENT, f"<{name}> is removed", name)
        elif name in PAGE_HEAD:
            remarks.element(PAGE_ELEMENT, f"<{name}> is removed", name)
        return list(tag.contents) if name in UNWRAPPED else []
    if name in FORM:
        return list(tag.contents)
    remarks.element(UNKNOWN_ELEMENT, f"<{name[:40]}> is not an HTML element", name)
    return list(tag.contents)


def _anchor(tag: Tag, remarks: Remarks) -> Replacement | None:
    clean_attributes(tag, "a", remarks)
    if "href" in tag.attrs:
        return None
    for key in ("rel", "type", "hreflang", "role"):
        tag.attrs.pop(key, None)
    return _as_span(tag)


def _as_span(tag: Tag) -> Replacement | None:
    if not tag.attrs:
        return list(tag.contents)
    tag.name = "span"
    return None


def _drawing(tag: Tag, remarks: Remarks) -> Replacement | None:
    place = remarks.place("<svg")
    for removal in clean_drawing(tag, is_inline=True):
        message = f"{removal.what} is removed from a drawing"
        remarks.inside(DRAWING, message, removal.trace, place, removal.hint)
    return None


def _formula(tag: Tag, remarks: Remarks) -> Replacement | None:
    clean_math(tag)
    return None


def _picture(tag: Tag, remarks: Remarks) -> Replacement | None:
    clean_attributes(tag, "img", remarks)
    if tag.attrs.get("src"):
        return None
    alt = str(tag.attrs.get("alt", ""))
    remarks.element(NO_PICTURE, "an <img> has no src, so it is not shown", "img")
    return [NavigableString(alt)] if alt.strip() else []


def _needing(attribute: str) -> Callable[[Tag, Remarks], Replacement | None]:
    def clean(tag: Tag, remarks: Remarks) -> Replacement | None:
        clean_attributes(tag, tag.name, remarks)
        return None if attribute in tag.attrs else _as_span(tag)

    return clean


def _input(tag: Tag, remarks: Remarks) -> Replacement:
    kind = str(tag.get("type", "text")).strip().lower()
    checked = "checked" in tag.attrs
    if kind in ("hidden", "checkbox", "radio"):
        # Nothing is lost.
        remarks.pass_over("input")
        boxes = {"checkbox": "☐☑", "radio": "○◉"}.get(kind)
        if kind == "checkbox" and (item := _item_begun_by(tag)) is not None:
            item["class"] = f"{' '.join(item.get_attribute_list('class'))} task-list-item".strip()
            return [new_tag("span", {"class": "task-box", "role": "img"}, "☐☑"[checked])]
        return [NavigableString(boxes[checked])] if boxes else []
    remarks.element(FORM_CONTROL, "<input> becomes text", "input")
    text = tag.get("alt") if kind == "image" else tag.get("value") or tag.get("placeholder")
    return [NavigableString(str(text))] if text else []


def _item_begun_by(tag: Tag) -> Tag | None:
    """Return the list item whose first content `tag` is, within a label or a paragraph at most."""
    while not any(isinstance(n, Tag) or str(n).strip() for n in tag.previous_siblings):
        parent = tag.parent
        if parent is None or parent.name not in ("li", "p", "label", "span"):
            return None
        if parent.name == "li":
            return parent
        tag = parent
    return None


def _select(tag: Tag, remarks: Remarks) -> Replacement:
    remarks.element(FORM_CONTROL, "<select> becomes text", "select")
    choices = [text_of(option) for option in _within(tag, "option")]
    return [NavigableString(" / ".join(filter(None, choices)))]


def _gauge(tag: Tag, remarks: Remarks) -> Replacement:
    numbers = [str(tag[key]) for key in ("value", "max") if key in tag.attrs]
    if text_of(tag) or numbers:
        # Nothing is lost.
        remarks.pass_over(tag.name)
        return list(tag.contents) if text_of(tag) else [NavigableString(" / ".join(numbers))]
    remarks.element(FORM_CONTROL, f"<{tag.name}> becomes text", tag.name)
    return []


def _media(tag: Tag, remarks: Remarks) -> Replacement:
    sources = [str(t.get("src", "")).strip() for t in (tag, *_within(tag, "source"))]
    address = next(filter(None, sources), "")
    remarks.element(MEDIA, f"<{tag.name}> cannot play in a book", tag.name)
    if text_of(tag):
        return list(tag.contents)
    return _in_place_of(tag, address, tag.name.capitalize())


def _frame(tag: Tag, remarks: Remarks) -> Replacement:
    remarks.element(ACTIVE_ELEMENT, "<iframe> is removed", "iframe")
    fallback = _raw_html(tag)
    return fallback or _in_place_of(tag, str(tag.get("src", "")).strip(), "")


def _raw(tag: Tag, remarks: Remarks) -> Replacement:
    return _raw_html(tag)


def _raw_html(tag: Tag) -> Replacement:
    """Parse the content that the HTML parser kept as text, because browsers do not show it."""
    text = "".join(str(node) for node in tag.contents if isinstance(node, NavigableString))
    return list(parse_fragment(text).contents) if text.strip() else []


def _in_place_of(tag: Tag, address: str, kind: str) -> Replacement:
    """Return a link to something on the web, or the name of a file, which no link can reach."""
    label = str(tag.get("title") or tag.get("aria-label") or "").strip()
    try:
        parts = urlsplit(f"https:{address}" if address.startswith("//") else address)
    except ValueError:
        return [NavigableString(label)]
    is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
    if not label and kind:
        label = f"{kind}: {PurePosixPath(unquote(parts.path)).name or parts.netloc}".rstrip(": ")
    if not is_web:
        return [new_tag("span", {"class": "media"}, label)] if label else []
    return [new_tag("a", {"class": "media", "href": parts.geturl()}, label or parts.geturl())]


def _area(tag: Tag, remarks: Remarks) -> Replacement:
    alt = str(tag.get("alt", "")).strip()
    if not alt:
        return []
    href = tag.get("href")
    return [new_tag("a", {"href": str(href)}, alt) if href else NavigableString(alt)]


def _within(tag: Tag, name: str) -> list[Tag]:
    found: list[Tag] = []
    waiting = [tag]
    while waiting:
        node = waiting.pop()
        if node.name == name:
            found.append(node)
        waiting.extend(c for c in reversed(node.contents) if isinstance(c, Tag))
    return found


_SPECIAL: dict[str, Callable[[Tag, Remarks], Replacement | None]] = {
    "a": _anchor,
    "area": _area,
    "audio": _media,
    "bdo": _needing("dir"),
    "data": _needing("value"),
    "iframe": _frame,
    "img": _picture,
    "input": _input,
    "math": _formula,
    "meter": _gauge,
    "noembed": _raw,
    "noframes": _raw,
    "progress": _gauge,
    "select": _select,
    "svg": _drawing,
    "video": _media,
}
