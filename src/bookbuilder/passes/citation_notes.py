"""Put the text of a citation into a tree: in its place, or into a note of the chapter."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import Tag
from bs4.element import NavigableString

from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.words import primary
from bookbuilder.trees.markup import elements, has_class, new_tag
from bookbuilder.trees.parsing import parse_fragment

# Languages in which the number of a note stands behind the punctuation.
_AFTER_PUNCTUATION = frozenset({"en"})
_PUNCTUATION = rare_pattern(r"[.,;:!?]+[”’\"']?")
Opener = Callable[[str], str]


def content_of(
    text: str, opener: Opener | None, *, addresses: bool = False
) -> list[NavigableString | Tag]:
    """Return a text with marks as nodes; `opener` begins links to sources."""
    from bookbuilder.citing.marks import to_html

    tree = parse_fragment(f"<p>{to_html(text, addresses=addresses, cited=opener)}</p>")
    paragraph = tree.find("p")
    nodes = list(paragraph.contents) if isinstance(paragraph, Tag) else []
    return [node.extract() for node in nodes if isinstance(node, Tag | NavigableString)]


def ends_sentence(text: str) -> bool:
    from bookbuilder.citing.marks import plain

    return plain(text).rstrip(" ”’»\"')")[-1:] in (".", "!", "?", "…")


def insert_inline(
    tag: Tag, text: str, opener: Opener, *, raises: bool = False, addresses: bool = False
) -> None:
    """Show `text` in the place of a citation. In links, titles and drawings it has no links."""
    linked = None if tag.find_parent(["a", "h1", "h2", "h3", "h4", "h5", "h6"]) else opener
    tag.clear()
    for node in content_of(text, linked, addresses=addresses and linked is not None):
        tag.append(node)
    first = tag.contents[0] if tag.contents else None
    if first is None or (raises and isinstance(first, Tag) and first.name == "sup"):
        _close_up(tag)


def _close_up(tag: Tag) -> None:
    """Drop the blank before a raised number."""
    before = tag.previous_sibling
    if isinstance(before, NavigableString) and before.rstrip() and before != before.rstrip():
        before.replace_with(NavigableString(before.rstrip()))


class NoteWriter:
    """Add notes to those of a chapter, in the form in which the dialect leaves them."""

    def __init__(self, tree: Tag) -> None:
        self.tree = tree
        holders = [d for d in elements(tree, "div") if has_class(d, "footnote")]
        self.list = holders[0].find("ol") if holders else None
        self.count = 0

    def insert(self, tag: Tag, author: str, text: str, opener: Opener, language: str) -> None:
        """Put a reference to a note with `text` in the place of `tag`, behind `author`."""
        self.count += 1
        name = f"citation-{self.count}"
        tag.clear()
        for node in content_of(author, opener) if author else ():
            tag.append(node)
        if not text.strip():
            return
        link = new_tag("a", {"class": "footnote-ref", "href": f"#fn:{name}"}, "0")
        reference = new_tag("sup", {"id": f"fnref:{name}"}, link)
        tag.append(reference)
        if not author:
            _close_up(tag)
            _move_behind(tag, language)
        if not isinstance(self.list, Tag):
            self.list = new_tag("ol")
            self.tree.append(new_tag("div", {"class": "footnote"}, self.list))
        said = text if ends_sentence(text) else f"{text}."
        paragraph = new_tag("p", {}, *content_of(said, opener, addresses=True))
        self.list.append(new_tag("li", {"id": f"fn:{name}"}, paragraph))


def _move_behind(tag: Tag, language: str) -> None:
    """Move the number of a note behind the punctuation that follows, where that is usual."""
    following = tag.next_sibling
    if primary(language) not in _AFTER_PUNCTUATION or not isinstance(following, NavigableString):
        return
    if found := _PUNCTUATION.match(following):
        rest = NavigableString(following[found.end() :])
        tag.insert_before(NavigableString(found[0]))
        following.replace_with(rest)
