"""Tell where an author wants the list of sources: in an empty chapter of that name, or a `div`."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.dialect.core.citing import PLACE
from bookbuilder.text.slugs import loose
from bookbuilder.text.words import all_titles_of_sources
from bookbuilder.trees.markup import elements
from bookbuilder.trees.xhtml import HEADINGS


def is_list_of_sources(tree: Tag) -> bool:
    """Return whether a chapter has nothing but a title such as "References", or a place for them.

    pandoc puts the list at the end of the text, below such a title.
    """
    headings = elements(tree, *HEADINGS)
    if any(tag.get("id") == PLACE for tag in elements(tree, "div")):
        return True
    if len(headings) != 1 or not is_title_of_sources(headings[0].get_text()):
        return False
    return tree.get_text(strip=True) == headings[0].get_text(strip=True)


def is_title_of_sources(title: str) -> bool:
    return loose(title) in all_titles_of_sources()
