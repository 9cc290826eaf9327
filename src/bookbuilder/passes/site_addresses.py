"""Find the chapter that an address on a website means: `/guide/two`, `/guide/two.html`.

Site generators put a folder of chapters, such as `docs`, at the root of a site, leave suffixes and
the numbers in front of file names out, and give a folder's index page the folder's address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bookbuilder.book import Chapter
from bookbuilder.text.patterns import rare_pattern

# Folders that a site's root often is.
_SITE_FOLDERS = frozenset(
    """
    book chapters content contents doc docs documentation manuscript pages site source src text
    website
    """.split()  # noqa: SIM905 (a list would be a page long)
)
# A site may stand in a folder of its host, which then starts each address: `/repository/docs/`.
_MOST_OF_BASE = 2
_SUFFIX = rare_pattern(r"\.(?:html?|xhtml|md|mdx|markdown|qmd|rmd)$")
_FILE = rare_pattern(r"\.(?:md|mdx|markdown|qmd|rmd)$", re.IGNORECASE)
_INDEX = ("index", "readme", "_index")
_NUMBER = rare_pattern(r"^\d{1,4}[-_. ]+(?=\D)")

_Place = tuple[str, ...]


class SiteAddresses:
    """Look up chapters by their address on a site; `folders` are where its root may be."""

    def __init__(self, chapters: Iterable[Chapter], folders: Iterable[Path]) -> None:
        chapters = list(chapters)
        self._found: dict[_Place, Chapter] = {}
        parents = [c.path_in_book.parent for c in chapters]
        common = [Path(os.path.commonpath(parents))] if parents else []
        self._roots = roots = list(dict.fromkeys((*folders, *common)))
        # Places below a folder that is surely meant win over those below a likely one.
        for root in roots:
            self._add(
                (place, c) for c in chapters if (place := _below(c.path_in_book, root)) is not None
            )
        for root in roots:
            self._add(
                (rest, c)
                for c in chapters
                if (place := _below(c.path_in_book, root)) is not None
                for rest in _without_site_folders(place)
            )

    def _add(self, places: Iterable[tuple[_Place, Chapter]]) -> None:
        known = list(places)
        for place, chapter in known:
            self._found.setdefault(place, chapter)
        for place, chapter in known:
            self._found.setdefault(tuple(_NUMBER.sub("", name) for name in place), chapter)

    def find(self, address: str) -> Chapter | None:
        """Return the chapter at `address`, which starts with a slash."""
        return self._at(_place(address), _MOST_OF_BASE)

    def find_beside(self, chapter: Chapter, address: str) -> Chapter | None:
        """Return the chapter at `address`, if the page of `chapter` is a folder on the site.

        `../two/` on the page `one/` leads to the page `two/` beside it. The path of a file is none.
        """
        if _FILE.search(address) or chapter.source.path.stem.casefold() in _INDEX:
            return None
        path = Path(os.path.normpath(chapter.path_in_book.with_suffix("") / address))
        places = (_below(path, root) for root in self._roots)
        return next((self._at(place, 0) for place in places if place is not None), None)

    def find_near(self, chapter: Chapter, address: str) -> Chapter | None:
        """Return the chapter at `address` as seen from the folder of `chapter`: `two.html`.

        The path of a file is none. Nor is a single word: a link to it may mean anything.
        """
        if _FILE.search(address) or not ("/" in address or _SUFFIX.search(address)):
            return None
        path = Path(os.path.normpath(chapter.path_in_book.parent / address))
        places = (_below(path, root) for root in self._roots)
        return next((found for p in places if p is not None and (found := self._at(p, 0))), None)

    def _at(self, place: _Place, most_of_base: int) -> Chapter | None:
        for start in range(min(most_of_base, max(len(place) - 1, 0)) + 1):
            if found := self._found.get(place[start:]):
                return found
        return None


def _below(path: Path, root: Path) -> _Place | None:
    return _place(path.relative_to(root).as_posix()) if path.is_relative_to(root) else None


def _without_site_folders(place: _Place) -> Iterator[_Place]:
    while place and place[0] in _SITE_FOLDERS:
        place = place[1:]
        yield place


def _place(path: str) -> _Place:
    """Return the names in `path`, without its suffix and the name of an index page."""
    names = [name for name in path.casefold().split("/") if name not in ("", ".")]
    if names:
        names[-1] = _SUFFIX.sub("", names[-1])
    if names and names[-1] in _INDEX:
        names.pop()
    return tuple(names)
