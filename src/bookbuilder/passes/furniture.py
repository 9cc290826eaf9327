"""Make figures, table captions and named sections of authors' paragraphs and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString

from bookbuilder.book import Book
from bookbuilder.dialect.core.captions import PICTURE_CAPTION
from bookbuilder.dialect.core.containers import BOX, TICKED_BOX
from bookbuilder.dialect.syntax.callouts import DEFAULT_TITLE
from bookbuilder.model.diagnostics import Report
from bookbuilder.reading.titles import level
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.words import callout_title, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag, text_of
from bookbuilder.trees.xhtml import HEADINGS

_CAPTION = re.compile(r"^\s*Table:\s+", re.IGNORECASE)
_ATTRIBUTES = re.compile(r"\s*\{:?\s*([^{}]*)\}\s*$")


def furniture(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        for paragraph in elements(chapter.tree, "p"):
            _make_figure(paragraph)
            _make_caption(paragraph)
        _drop_captions(chapter.tree)
        language = str(chapter.tree.get("lang") or book.metadata.language)
        _name_callouts(chapter.tree, language)
        _name_boxes(chapter.tree, language)
        _wrap_sections(chapter.tree)
        _head_tables(chapter.tree)
        _number_backwards(chapter.tree)


def _make_figure(paragraph: Tag) -> None:
    """Turn a picture alone in its paragraph into a figure; the picture's title is the caption."""
    said = next(_picture_captions(paragraph), None)
    in_caption = elements(said, "img", "svg") if said is not None else []
    pictures = [p for p in elements(paragraph, "img", "svg") if all(p is not c for c in in_caption)]
    text = said.get_text(strip=True) if said is not None else ""
    if len(pictures) != 1 or paragraph.get_text(strip=True) != text or paragraph.parent is None:
        return
    if paragraph.find_parent(["li", "td", "th", "a", "figure", "dd", "summary"]):
        return
    picture = pictures[0]
    holder = picture.parent if picture.parent is not paragraph else picture
    if holder is not picture and (holder is None or holder.parent is not paragraph):
        return
    figure = new_tag("figure", {})
    for name in ("id", "class"):
        if name in picture.attrs and picture.name == "img":
            figure[name] = picture.attrs.pop(name)
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
    first = next((s for s in paragraph.strings if s.strip()), None)
    if first is None or not _CAPTION.match(first):
        return
    table = _neighbour(paragraph, forward=False) or _neighbour(paragraph, forward=True)
    if table is None:
        return
    first.replace_with(NavigableString(_CAPTION.sub("", first)))
    last = next((s for s in reversed(list(paragraph.strings)) if s.strip()), None)
    if last is not None and (match := _ATTRIBUTES.search(last)):
        last.replace_with(NavigableString(last[: match.start()]))
        _apply(table, match[1])
    for name in ("id", "class"):
        if name in paragraph.attrs:
            table[name] = paragraph.attrs[name]
    caption = new_tag("caption", {})
    for child in list(paragraph.children):
        caption.append(child)
    paragraph.decompose()
    table.insert(0, caption)


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
    for title in elements(tree, "p"):
        if not has_class(title, DEFAULT_TITLE):
            continue
        title["class"] = "callout-title"
        if title.parent and (name := callout_title(_kind_of(title.parent), language)):
            title.string = name
    for name_in_title in elements(tree, "span"):
        if not has_class(name_in_title, DEFAULT_TITLE):
            continue
        aside = name_in_title.find_parent("aside")
        if aside and (name := callout_title(_kind_of(aside), language)):
            name_in_title.string = name
        name_in_title.unwrap()
    for callout in elements(tree, "aside"):
        if not has_class(callout, DEFAULT_TITLE):
            continue
        classes = callout.get_attribute_list("class")
        callout["class"] = AttributeValueList(c for c in classes if c != DEFAULT_TITLE)
        if name := callout_title(_kind_of(callout), language):
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


def _wrap_sections(tree: Tag) -> None:
    """Wrap each heading that has a class in a section of that class, up to the next such level."""
    for heading in elements(tree, *HEADINGS):
        if heading.name == "h1" or not heading.get("class") or heading.parent is not tree:
            continue
        section = new_tag("section", {"class": " ".join(heading.get_attribute_list("class"))})
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


def _head_tables(tree: Tag) -> None:
    for table in elements(tree, "table"):
        for head in elements(table, "thead"):
            if not text_of(head) and not elements(head, "img"):
                head.decompose()
                continue
            for cell in elements(head, "th"):
                if text_of(cell) or elements(cell, "img", "svg", "math"):
                    cell.attrs.setdefault("scope", "col")
                else:
                    # An empty corner cell heads no column.
                    cell.name = "td"
                    cell.attrs.pop("scope", None)


def _number_backwards(tree: Tag) -> None:
    """Give reversed lists a start number, because not every e-reader counts their items."""
    for numbered in elements(tree, "ol"):
        if "reversed" in numbered.attrs:
            items = [c for c in numbered.contents if isinstance(c, Tag) and c.name == "li"]
            numbered.attrs.setdefault("start", str(len(items)))
