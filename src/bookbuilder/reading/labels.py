"""Give the labels that MyST's authors write above a heading, figure or paragraph to it as its id.

`dialect` leaves an empty element for each; links find a label in any chapter (`passes/link.py`).
"""

from __future__ import annotations

from bs4 import Tag
from bs4.element import PageElement

from bookbuilder.dialect.core.captions import PICTURE_CAPTION
from bookbuilder.dialect.syntax.myst_blocks import LABEL_CLASS
from bookbuilder.trees.markup import elements, has_class, new_tag
from bookbuilder.trees.xhtml import HEADINGS

_HOLDS_TEXT = (*HEADINGS, "p", "li", "td", "th", "dt", "dd", "figcaption", "summary", "div")


def settle_labels(tree: Tag) -> frozenset[str]:
    """Move each label to what follows it, and return all labels."""
    found = set()
    marks = [tag for tag in elements(tree, "div", "span") if has_class(tag, LABEL_CLASS)]
    # From the last to the first, so that of several labels above a heading the last is its id.
    for mark in reversed(marks):
        found.add(str(mark["id"]))
        if mark.name == "span":
            del mark["class"]
            continue
        target = _target(mark)
        if target is None:
            del mark["class"]
        elif not target.get("id"):
            target["id"] = mark["id"]
            mark.decompose()
        elif target["id"] == mark["id"]:
            mark.decompose()
        else:
            _put_into(target, mark)
    return frozenset(found)


def _target(mark: Tag) -> Tag | None:
    """Return the element that the label is for; a picture alone in its paragraph is one."""
    node = mark.next_sibling
    while node is not None and (not isinstance(node, Tag) or has_class(node, LABEL_CLASS)):
        if not isinstance(node, Tag) and str(node).strip():
            return None
        node = node.next_sibling
    if isinstance(node, Tag) and node.name == "p":
        captions = [s for s in elements(node, "span") if has_class(s, PICTURE_CAPTION)]
        beside = [s for s in node.find_all(string=True) if not _is_in(s, captions)]
        pictures = [p for p in elements(node, "img") if not _is_in(p, captions)]
        if not "".join(beside).strip():
            return pictures[0] if len(pictures) == 1 else node
    return node


def _is_in(node: PageElement, captions: list[Tag]) -> bool:
    return bool(captions) and any(p is caption for p in node.parents for caption in captions)


def _put_into(target: Tag, mark: Tag) -> None:
    """Put a second label into the first element of `target` that holds text."""
    inner = target if target.name in _HOLDS_TEXT else target.find(_HOLDS_TEXT)
    span = new_tag("span", {"id": str(mark["id"])})
    if isinstance(inner, Tag):
        mark.decompose()
        inner.insert(0, span)
    else:
        del mark["class"]
