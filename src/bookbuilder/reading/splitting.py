"""Cut a book in one file into chapters, and give each chapter the notes that it refers to."""

from __future__ import annotations

from bs4 import Tag
from bs4.element import NavigableString, PageElement

from bookbuilder.model.source import Source
from bookbuilder.reading.titles import give_anchors
from bookbuilder.trees.markup import copy_of, elements, has_class, new_tag, relink
from bookbuilder.trees.xhtml import HEADINGS

LARGEST_UNSPLIT = 100_000
MOST_PIECES = 500
SHOWN = ("img", "svg", "math")


def split(tree: Tag, source: Source) -> list[Tag]:
    """Cut the tree at its `h1`s, or at its `h2`s if it is long and has only one `h1`.

    A tree that would fall into more than `MOST_PIECES` is a list, not a book, and stays whole.
    """
    cut = _level_to_cut_at(tree, source)
    if not cut:
        return [tree]
    # Links in the file were written for the anchors that GitHub gives in the whole of it.
    give_anchors(tree)
    notes = [d for d in elements(tree, "div") if has_class(d, "footnote")]
    for holder in notes:
        holder.extract()
    pieces = [new_tag("section", {})]
    for node in list(tree.children):
        if isinstance(node, Tag) and node.name == cut:
            pieces.append(new_tag("section", {}))
        pieces[-1].append(node)
    kept = [p for p in pieces if p is not pieces[0] or _has_more_than_title(p)]
    _share_notes(kept, notes)
    return kept


def _level_to_cut_at(tree: Tag, source: Source) -> str:
    cut = "h1"
    if len(tree.find_all("h1", recursive=False)) < 2:
        if len(source.text) < LARGEST_UNSPLIT:
            return ""
        cut = "h2"
    return cut if 2 <= len(tree.find_all(cut, recursive=False)) <= MOST_PIECES else ""


def _has_more_than_title(piece: Tag) -> bool:
    headings = elements(piece, *HEADINGS)
    text = piece.get_text(strip=True)
    if elements(piece, *SHOWN) or _references(piece):
        return True
    return bool(text) and (not headings or text != headings[0].get_text(strip=True))


def _references(tree: Tag) -> list[Tag]:
    return [a for a in elements(tree, "a") if has_class(a, "footnote-ref")]


def _drop_links_back(item: Tag) -> None:
    """Take off the links back, of which there is one for each reference in the whole file.

    The pass `notes` makes those that a chapter needs.
    """
    for holder in (child for child in item.contents if isinstance(child, Tag)):
        kept = holder.contents
        while kept and _leads_back(kept[-1]):
            kept.pop()
        if kept and isinstance(kept[-1], NavigableString):
            kept[-1] = NavigableString(str(kept[-1]).rstrip("\N{NO-BREAK SPACE} \n"))
    relink(item)


def _leads_back(node: PageElement) -> bool:
    if isinstance(node, Tag):
        return node.name == "a" and has_class(node, "footnote-backref")
    return not str(node).strip("\N{NO-BREAK SPACE} \n")


def _share_notes(pieces: list[Tag], notes: list[Tag]) -> None:
    """Give each piece the notes that it refers to, and those that these notes refer to.

    A note that several pieces refer to is in each of them. Only its first copy keeps the ids that
    the author gave in it, so that a link to one of them has one target.
    """
    by_id = {str(li["id"]): li for d in notes for li in elements(d, "li") if li.get("id")}
    for item in by_id.values():
        _drop_links_back(item)
    used: set[str] = set()
    for piece in pieces:
        waiting = [str(a.get("href", ""))[1:] for a in _references(piece)]
        wanted: dict[str, None] = {}
        for name in waiting:
            if name in by_id and name not in wanted:
                wanted[name] = None
                waiting += [str(a.get("href", ""))[1:] for a in _references(by_id[name])]
        items = []
        for name in wanted:
            item = copy_of(by_id[name])
            if name in used:
                for tag in elements(item):
                    tag.attrs.pop("id", None)
            used.add(name)
            items.append(item)
        if items:
            piece.append(new_tag("div", {"class": "footnote"}, new_tag("ol", {}, *items)))
