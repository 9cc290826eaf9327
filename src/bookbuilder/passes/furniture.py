"""Make figures, table captions and named sections of authors' paragraphs and headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString, PageElement

from bookbuilder.book import Book
from bookbuilder.dialect.core.captions import PICTURE_CAPTION
from bookbuilder.dialect.core.containers import BOX, TICKED_BOX
from bookbuilder.dialect.core.page_breaks import PAGE_BREAK
from bookbuilder.dialect.syntax.callouts import DEFAULT_TITLE
from bookbuilder.dialect.syntax.wikilinks import EMBED
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.table_heads import head_tables
from bookbuilder.reading.titles import level
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import elements, has_class, names_and_classes, new_tag, texts
from bookbuilder.trees.xhtml import HEADINGS, SUBHEADINGS

UNLISTED = "unlisted"
"""The class of a heading that the contents leave out."""

_CAPTION = re.compile(r"^\s*(?:Table)?:\s+", re.IGNORECASE)
_ATTRIBUTES = rare_pattern(r"\s*\{:?\s*([^{}]*)\}\s*$")


def furniture(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        every = elements(chapter.tree)
        found = names_and_classes(every)
        has_pictures = not found.isdisjoint(("img", "svg"))
        for paragraph in [tag for tag in every if tag.name == "p"]:
            if has_pictures:
                _make_figure(paragraph)
            _make_caption(paragraph)
        language = str(chapter.tree.get("lang") or book.metadata.language)
        if f".{PICTURE_CAPTION}" in found:
            _drop_captions(chapter.tree)
        if f".{DEFAULT_TITLE}" in found:
            _name_callouts(chapter.tree, language)
        if ".task-box" in found:
            _name_boxes(chapter.tree, language)
        if f".{PAGE_BREAK}" in found:
            _settle_page_breaks(chapter.tree)
        _wrap_sections(chapter.tree)
        if "table" in found:
            head_tables(chapter.tree)
        if "ol" in found:
            _number_backwards(chapter.tree)


def _make_figure(paragraph: Tag) -> None:
    """Turn a picture alone in its paragraph into a figure; the picture's title is the caption."""
    pictures = elements(paragraph, "img", "svg")
    if not pictures:
        return
    said = next(_picture_captions(paragraph), None)
    in_caption = elements(said, "img", "svg") if said is not None else []
    pictures = [p for p in pictures if all(p is not c for c in in_caption)]
    text = said.get_text(strip=True) if said is not None else ""
    if len(pictures) != 1 or paragraph.parent is None:
        return
    # The words in a drawing are a part of it.
    beside = paragraph.get_text(strip=True)
    if pictures[0].name == "svg" and beside:
        strings = paragraph.find_all(string=True)
        beside = "".join(s.strip() for s in strings if s.find_parent("svg") is None)
    if beside != text:
        return
    if paragraph.find_parent(["li", "td", "th", "a", "figure", "dd", "summary"]):
        return
    picture = pictures[0]
    holder = picture.parent if picture.parent is not paragraph else picture
    if holder is not picture and (holder is None or holder.parent is not paragraph):
        return
    figure = new_tag("figure", {})
    if picture.name == "img":
        if "id" in picture.attrs:
            figure["id"] = picture.attrs.pop("id")
        classes = [str(c) for c in picture.get_attribute_list("class") if c]
        if of_figure := [c for c in classes if c != EMBED]:
            figure["class"] = AttributeValueList(of_figure)
        picture.attrs.pop("class", None)
        if EMBED in classes:
            # Its file is yet to be looked for, by its name.
            picture["class"] = EMBED
    caption = str(picture.attrs.pop("title", "")) if picture.name == "img" else ""
    paragraph.replace_with(figure)
    figure.append(holder.extract())
    if said is not None:
        figure.append(new_tag("figcaption", {}, *list(said.contents)))
    elif caption.strip():
        figure.append(new_tag("figcaption", {}, caption.strip()))


def _picture_captions(tree: Tag) -> Iterator[Tag]:
    return (span for span in elements(tree, "span") if has_class(span, PICTURE_CAPTION))


def _drop_captions(tree: Tag) -> None:
    """Drop the captions of pictures that are no figures. Their notes follow the picture."""
    for caption in list(_picture_captions(tree)):
        calls = [a for a in elements(caption, "a") if has_class(a, "footnote-ref")]
        after = next((n for n in caption.next_siblings if isinstance(n, Tag)), caption)
        after = after if after.name == "img" else caption
        for call in calls:
            mark = new_tag("sup", {}, call.extract())
            after.insert_after(mark)
            after = mark
        caption.decompose()


def _make_caption(paragraph: Tag) -> None:
    """Turn a paragraph `Table: …` next to a table into its caption, with its attributes."""
    first = next((s for s in texts(paragraph) if s.strip()), None)
    if first is None or not _CAPTION.match(first):
        return
    table = _neighbour(paragraph, forward=False) or _neighbour(paragraph, forward=True)
    if table is None:
        _make_listing(paragraph, first)
        return
    first.replace_with(NavigableString(_CAPTION.sub("", first)))
    last = next((s for s in reversed(list(paragraph.strings)) if s.strip()), None)
    if last is not None and (match := _ATTRIBUTES.search(last)):
        last.replace_with(NavigableString(last[: match.start()]))
        _apply(table, match[1])
    for name in ("id", "class"):
        if name in paragraph.attrs:
            table[name] = paragraph.attrs[name]
    if label := _take_label(paragraph):
        table["id"] = label
    caption = new_tag("caption", {})
    for child in list(paragraph.children):
        caption.append(child)
    paragraph.decompose()
    table.insert(0, caption)


def _take_label(paragraph: Tag) -> str:
    """Take an empty element with an id, which labels what it captions, out; return the id."""
    for span in elements(paragraph, "span"):
        if span.get("id") and not span.contents:
            label = str(span["id"])
            after = span.next_sibling
            if isinstance(after, NavigableString):
                after.replace_with(NavigableString(after.lstrip()))
            span.decompose()
            return label
    return ""


def _make_listing(paragraph: Tag, first: NavigableString) -> None:
    """Turn `: A caption {#lst:x}` below code into its caption, as pandoc-crossref does."""
    code = next((n for n in paragraph.previous_siblings if isinstance(n, Tag)), None)
    name = str(paragraph.get("id", ""))
    if code is None or code.name != "pre" or not name.startswith(("lst:", "lst-")):
        return
    first.replace_with(NavigableString(_CAPTION.sub("", first)))
    figure = new_tag("figure", {"class": "listing", "id": name})
    code.insert_before(figure)
    figure.append(code.extract())
    figure.append(new_tag("figcaption", {}, *list(paragraph.contents)))
    paragraph.decompose()


def _neighbour(paragraph: Tag, forward: bool) -> Tag | None:
    siblings = paragraph.next_siblings if forward else paragraph.previous_siblings
    for node in siblings:
        if isinstance(node, Tag):
            return (
                node if node.name == "table" and not node.find("caption", recursive=False) else None
            )
        if str(node).strip():
            return None
    return None


def _apply(tag: Tag, attributes: str) -> None:
    for word in attributes.split():
        if word.startswith("#"):
            tag["id"] = word[1:]
        elif word.startswith("."):
            classes = tag.get_attribute_list("class")
            tag["class"] = " ".join([*(c for c in classes if c), word[1:]])


def _name_callouts(tree: Tag, language: str) -> None:
    """Give callouts without a title their kind's name in the chapter's language."""
    names = words_for(language).callouts
    for title in elements(tree, "p"):
        if not has_class(title, DEFAULT_TITLE):
            continue
        title["class"] = "callout-title"
        if title.parent and (name := names.get(_kind_of(title.parent))):
            title.string = name
    for name_in_title in elements(tree, "span"):
        if not has_class(name_in_title, DEFAULT_TITLE):
            continue
        aside = name_in_title.find_parent("aside")
        if aside and (name := names.get(_kind_of(aside))):
            name_in_title.string = name
        name_in_title.unwrap()
    for callout in elements(tree, "aside"):
        if not has_class(callout, DEFAULT_TITLE):
            continue
        classes = callout.get_attribute_list("class")
        callout["class"] = AttributeValueList(c for c in classes if c != DEFAULT_TITLE)
        if name := names.get(_kind_of(callout)):
            callout["aria-label"] = name


def _kind_of(callout: Tag) -> str:
    classes = [str(c) for c in callout.get_attribute_list("class")]
    return next((c.removeprefix("callout-") for c in classes if c.startswith("callout-")), "")


def _name_boxes(tree: Tag, language: str) -> None:
    """Label the boxes of task lists, in the chapter's language, as ticked or not."""
    words = words_for(language)
    names = {BOX: words.to_do, TICKED_BOX: words.done}
    for box in elements(tree, "span"):
        if has_class(box, "task-box") and (name := names.get(box.get_text())):
            box["aria-label"] = name


def _settle_page_breaks(tree: Tag) -> None:
    """Drop page breaks where a page begins anyway: at the ends of the chapter, and repeated."""
    breaks = [b for b in elements(tree, "div") if has_class(b, PAGE_BREAK)]
    for mark in breaks:
        before = _sibling(mark.previous_siblings)
        is_first = before is None or before.name == "h1" or has_class(before, PAGE_BREAK)
        if mark.parent is tree and is_first:
            mark.decompose()
    for mark in reversed(breaks):
        if mark.parent is tree and _sibling(mark.next_siblings) is None:
            mark.decompose()


def _sibling(nodes: Iterable[PageElement]) -> Tag | None:
    """Return the first element of `nodes`; an empty one stands for text before it."""
    for node in nodes:
        if isinstance(node, Tag):
            return node
        if str(node).strip():
            return new_tag("span", {})
    return None


def _wrap_sections(tree: Tag) -> None:
    """Wrap each heading that has a class in a section of that class, up to the next such level."""
    for heading in [child for child in tree.contents if isinstance(child, Tag)]:
        if heading.name not in SUBHEADINGS or not heading.get("class"):
            continue
        if heading.parent is not tree:
            continue  # Some section before it holds it by now.
        classes = [str(c) for c in heading.get_attribute_list("class") if c != UNLISTED]
        if not classes:
            continue
        section = new_tag("section", {"class": " ".join(classes)})
        if has_class(heading, UNLISTED):
            heading["class"] = UNLISTED
        else:
            del heading["class"]
        following = list(heading.next_siblings)
        heading.replace_with(section)
        section.append(heading)
        for node in following:
            ends = isinstance(node, Tag) and (
                (node.name in HEADINGS and level(node) <= level(heading))
                or "footnote" in node.get_attribute_list("class")
            )
            if ends:
                break
            section.append(node)


def _number_backwards(tree: Tag) -> None:
    """Give reversed lists a start number, because not every e-reader counts their items."""
    for numbered in elements(tree, "ol"):
        if "reversed" in numbered.attrs:
            items = [c for c in numbered.contents if isinstance(c, Tag) and c.name == "li"]
            numbered.attrs.setdefault("start", str(len(items)))
