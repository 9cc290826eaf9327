"""Walk trees that nobody changes any more, once for all who look for elements in them."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import Tag

from bookbuilder.trees.markup import elements

Walk = Callable[..., list[Tag]]
"""Gives the elements below a root, all or only those of some names, as `elements` does."""


class Walks:
    """Remembers the elements of trees, which must stay as they are."""

    def __init__(self) -> None:
        # With the roots themselves, so that no other tree gets the id of one.
        self._known: dict[int, tuple[Tag, list[Tag]]] = {}

    def elements(self, root: Tag, *names: str) -> list[Tag]:
        if id(root) not in self._known:
            self._known[id(root)] = root, elements(root)
        _, found = self._known[id(root)]
        return [tag for tag in found if tag.name in names] if names else found
