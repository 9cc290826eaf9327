"""Turn trees into plain values and back, to be remembered or sent to another process.

A record is flat, so that no depth of a tree is too much for whoever writes it down.
"""

from __future__ import annotations

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString, PageElement

from bookbuilder.trees.markup import is_text, new_tag, relink

Value = str | list[str]
TreeRecord = list[str | tuple[str, dict[str, Value]] | None]
"""Texts, the names of elements with their attributes, and None where an element ends."""


def record_of(tree: Tag) -> TreeRecord:
    """Return all that `tree` holds, but for comments."""
    record: TreeRecord = []
    stack: list[PageElement | None] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Tag):
            attrs = {
                str(key): [*map(str, value)] if isinstance(value, list) else str(value)
                for key, value in node.attrs.items()
            }
            record.append((node.name, attrs))
            stack.append(None)
            stack += node.contents[::-1]
        elif node is None:
            record.append(None)
        elif is_text(node):
            record.append(str(node))
    return record


def tree_of(record: TreeRecord) -> Tag:
    """Return the tree that `record` was made of; raise `ValueError` if it was made of none."""
    root: Tag | None = None
    around: list[Tag] = []
    for piece in record:
        if piece is None:
            if not around:
                raise ValueError("an element ends that has not begun")
            around.pop()
        elif isinstance(piece, str):
            if not around:
                raise ValueError("a text stands in no element")
            around[-1].contents.append(NavigableString(piece))
        else:
            tag = new_tag(piece[0])
            tag.attrs = {
                key: AttributeValueList(value) if isinstance(value, list) else value
                for key, value in piece[1].items()
            }
            if around:
                around[-1].contents.append(tag)
            elif root is None:
                root = tag
            else:
                raise ValueError("there are two roots")
            around.append(tag)
    if root is None or around:
        raise ValueError("there is no whole tree")
    relink(root)
    return root
