"""Write the texts of chapters for their web pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.book import Asset, Chapter, Part
from bookbuilder.formats.hypertext.column_widths import scrolling_table
from bookbuilder.formats.hypertext.markup import added_attributes, escape, settling
from bookbuilder.formats.hypertext.page_breaks import MARK
from bookbuilder.formats.table_of_contents import part_label
from bookbuilder.formats.web.places import Places, relative
from bookbuilder.formats.web.tables import boxed
from bookbuilder.text.words import Words
from bookbuilder.trees.markup import elements, new_tag, one_line, raw_text, text_of
from bookbuilder.trees.serializing import serialize

_ID_REFERENCES = ("aria-labelledby", "aria-describedby", "headers", "for")
_SHORT_FORMULA = 15
_LONGEST_DESCRIPTION = 160
_SHORTEST_DESCRIPTION = 40
_NOT_THE_TEXT = frozenset(["aside", "blockquote", "figure", "table", "li", "dd"])


@dataclass(slots=True)
class ChapterText:
    """Writes chapters as HTML, and remembers the assets that they show.

    `assets` are by their names in the trees.
    """

    places: Places
    assets: Mapping[str, Asset]
    language: str
    words: Words
    used: set[str] = field(default_factory=set)

    def html(self, chapter: Chapter) -> str:
        page, tree = self.places.page_of(chapter.slug), chapter.tree
        language = self.language_of(chapter)
        added = added_attributes(tree, language, scrolling_table)
        settle = settling(added, partial(self._address, page))
        # Of drawings, which refer to their own ids in many ways.
        prefix = f"#{chapter.slug}--"
        drawn = {id(tag) for svg in elements(tree, "svg") for tag in (svg, *elements(svg))}

        def rewrite(tag: Tag, attributes: dict[str, str]) -> dict[str, str]:
            found = settle(tag, attributes)
            result = {name: self._id_in(name, value) for name, value in found.items()}
            if id(tag) in drawn:
                result = {name: value.replace(prefix, "#") for name, value in result.items()}
            if tag is tree:
                result.pop("id", None)
            if _may_scroll(tag):
                result.setdefault("tabindex", "0")
            if result.get("role") == "doc-backlink":
                result.setdefault("aria-label", "Back to the text")
            return result

        def contents(tag: Tag) -> Sequence[PageElement]:
            if tag.name == "style" and id(tag) in drawn:
                return [NavigableString(str(text).replace(prefix, "#")) for text in tag.contents]
            inside = boxed(tag, self.words)
            return [self._notes_title(), *inside] if tag.get("role") == "doc-endnotes" else inside

        return serialize(tree, rewrite, contents, also=added, as_xml=False)

    def _notes_title(self) -> Tag:
        foreign = {} if self.words.is_in(self.language) else {"lang": self.words.language}
        return new_tag("h2", foreign, self.words.notes)

    def language_of(self, chapter: Chapter) -> str:
        return str(chapter.tree.get("lang", "")) or self.language

    def opening(self, part: Part, page: str) -> str:
        """Return what stands above the first chapter of `part`, which opens on a printed `page`."""
        said = part_label(part, self.words)
        number = f'<span class="part-number">{escape(said)}</span> ' if said else ""
        mark = ""
        if page:
            name, label = escape(self.places.ids[f"{MARK}{page}"]), escape(page)
            mark = f'<span id="{name}" role="doc-pagebreak" aria-label="{label}"></span>'
        lines = [
            f'<div class="part-opening" id="{escape(self.places.ids[part.slug])}">',
            f'<p class="part-title">{mark}{number}{escape(part.title)}</p>',
        ]
        if one_line(part.subtitle):
            lines.append(f'<p class="part-subtitle">{escape(part.subtitle)}</p>')
        return "\n".join([*lines, "</div>", ""])

    def _address(self, here: str, tag: Tag, value: str) -> str:
        if tag.name == "a" and value.startswith("#"):
            target = self.places.targets.get(value[1:], value)
            if target == here:
                return f"#{self.places.texts[here]}"
            return relative(target, here)
        if value in self.assets:
            self.used.add(value)
            return relative(self.assets[value].name, here)
        return value

    def _id_in(self, name: str, value: str) -> str:
        if name == "id":
            return self.places.ids.get(value, value)
        if name in _ID_REFERENCES:
            return " ".join(self.places.ids.get(word, word) for word in value.split())
        return value


def _may_scroll(tag: Tag) -> bool:
    """Return whether `tag` is a formula that may be wider than a phone, to be reached by key."""
    is_display = {"formula", "display"} <= set(tag.get_attribute_list("class"))
    return is_display and len(raw_text(tag)) > _SHORT_FORMULA


def description_of(chapter: Chapter) -> str:
    """Return the first words of a chapter's text, for those who find its page."""
    for paragraph in elements(chapter.tree, "p"):
        if any(parent.name in _NOT_THE_TEXT for parent in paragraph.parents):
            continue
        text = one_line(text_of(paragraph))
        if len(text) >= _SHORTEST_DESCRIPTION:
            return shortened(text)
    return ""


def shortened(text: str) -> str:
    """Return `text`, cut after a word where it is longer than a description is shown."""
    text = one_line(text)
    if len(text) <= _LONGEST_DESCRIPTION:
        return text
    return re.sub(r"\s+\S{0,40}$", "", text[:_LONGEST_DESCRIPTION]).rstrip(",;:–— ") + " …"
