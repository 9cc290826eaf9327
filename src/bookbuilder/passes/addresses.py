"""Find the chapter or heading that a link means, by any of its names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.syntax.theorems import LABEL as THEOREM_LABEL
from bookbuilder.dialect.syntax.theorems import NAME as THEOREM_NAME
from bookbuilder.passes.captions import label_of
from bookbuilder.passes.site_addresses import SiteAddresses
from bookbuilder.passes.theorems import NUMBER, equation_number, kind_of_theorem
from bookbuilder.runtime.files import is_file, is_folder, is_inside
from bookbuilder.runtime.text_folder import MARKDOWN
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.site_templates import POST, without_site
from bookbuilder.text.slugs import anchor, loose
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.trees.markup import elements, has_class, text_of
from bookbuilder.trees.xhtml import HEADINGS

_MOST_COMPARED = 1_000
SUFFIXES = (*MARKDOWN, ".ipynb")
_INDEX = tuple(f"{stem}{suffix}" for stem in ("README", "index", "readme") for suffix in MARKDOWN)
_PAGE = rare_pattern(r"\.(?:x?html?|md|mdx|qmd|rmd)$", re.IGNORECASE)


class Addresses:
    """Look up chapters by path, site address, title and file name, and anchors by chapter.

    `anchors[slug]` maps an author's id to its book-wide id; the link pass fills it.
    """

    def __init__(self, book: Book) -> None:
        self.folders = list(dict.fromkeys((book.config.text_folder, book.config.root)))
        self._may_be_read = book.config.folders
        self.anchors: dict[str, dict[str, str]] = {}
        self._by_path: dict[str, Chapter] = {}
        self._by_address: dict[str, Chapter] = {}
        self._by_name: dict[str, Chapter] = {}
        self._siblings: dict[Path, list[Chapter]] = {}
        self._loose: dict[str, dict[str, str]] = {}
        self._of_file: dict[Path, dict[str, str]] = {}
        self._loose_of_file: dict[Path, dict[str, str]] = {}
        self._relative: dict[Path, list[str]] = {}
        self._by_id: dict[str, tuple[Tag, Chapter]] = {}
        self._labels: dict[str, str] = {}
        twins: dict[str, Chapter] = {}
        for chapter in book.chapters:
            path = chapter.source.path
            self._by_path.setdefault(_fold(path.as_posix()), chapter)
            if chapter.twin:
                twins.setdefault(_fold(chapter.twin.as_posix()), chapter)
            self._siblings.setdefault(path, []).append(chapter)
            for address in chapter.addresses:
                self._by_address.setdefault(_fold(address.strip("/")), chapter)
            for name in (chapter.title, path.stem, chapter.slug, chapter.source.name):
                self._by_name.setdefault(_fold(name), chapter)
                self._by_name.setdefault(loose(name), chapter)
        self._by_path = twins | self._by_path
        self._chapters = list(book.chapters)
        self._site: SiteAddresses | None = None
        self._all_names: list[str] | None = None
        self._drafts = {
            _fold(known): path.name
            for path in book.drafts
            for known in (path.as_posix(), path.stem)
        }

        self._elsewhere = {
            _fold(known): path.name
            for path in book.elsewhere
            for known in (path.as_posix(), path.stem)
        }

    def find(self, chapter: Chapter, path: str, by_name: bool) -> Chapter | None:
        """Return the chapter that `path` in `chapter` means; `by_name` is for `[[wikilinks]]`."""
        if post := POST.search(path):
            return self._by_name.get(_fold(post[1].rpartition("/")[2]))
        path = without_site(path)
        for candidate in self._candidates(chapter, path):
            if found := self._by_path.get(_fold(candidate)):
                return found
        if found := self._by_address.get(_fold(re.sub(r"(?:index)?\.html?$", "", path).strip("/"))):
            return found
        if by_name:
            return self._by_name.get(_fold(path)) or self._by_name.get(loose(path) or "\0")
        if self._site is None:
            self._site = SiteAddresses(self._chapters, self.folders)
        if path.startswith("/"):
            return self._site.find(path)
        found = self._site.find_beside(chapter, path) if path.startswith("../") else None
        return found or self._site.find_near(chapter, path)

    def _candidates(self, chapter: Chapter, path: str) -> Iterator[str]:
        folders = self.folders if path.startswith("/") else chapter.folders
        for folder in folders:
            full = os.path.normpath(folder / path.lstrip("/"))
            yield full
            stem = _PAGE.sub("", full)
            yield from (f"{stem}{suffix}" for suffix in SUFFIXES)
            base = re.sub(r"/index$", "", stem)
            for index in _INDEX:
                yield f"{base}/{index}"

    def find_draft(self, chapter: Chapter, path: str, by_name: bool) -> str:
        """Return the name of the draft, left out of the book, that `path` means, if any."""
        for candidate in self._candidates(chapter, without_site(path)):
            if name := self._drafts.get(_fold(candidate)):
                return name
        return self._drafts.get(_fold(path), "") if by_name else ""

    def find_elsewhere(self, chapter: Chapter, path: str, by_name: bool) -> str:
        """Return the name of the chapter that `path` means, if another audience has it."""
        for candidate in self._candidates(chapter, without_site(path)):
            if name := self._elsewhere.get(_fold(candidate)):
                return name
        return self._elsewhere.get(_fold(path), "") if by_name else ""

    def is_left_out(self, name: str) -> bool:
        """Tell whether an id is one of what is not for the book's audience."""
        return any(name in chapter.left_out for chapter in self._chapters)

    def is_other_file(self, chapter: Chapter, path: str) -> bool:
        """Return whether `path` is some file or folder inside the book's folder."""
        paths = (Path(os.path.normpath(f / path.lstrip("/"))) for f in chapter.folders)
        inside = (full for full in paths if is_inside(full, *self._may_be_read))
        return any(is_file(full) or is_folder(full) for full in inside)

    def names(self, chapter: Chapter, by_name: bool) -> list[str]:
        """Return the names that a link in `chapter` could have meant."""
        if by_name:
            return [c.title for c in self._chapters]
        folder = chapter.source.path.parent
        if folder not in self._relative:
            paths = (os.path.relpath(c.source.path, folder) for c in self._chapters)
            self._relative[folder] = [Path(p).as_posix() for p in paths]
        return self._relative[folder]

    def find_anchor(self, chapter: Chapter, fragment: str) -> str | None:
        """Return the book-wide id of `fragment` in `chapter`, or in another piece of its file."""
        names = (fragment, anchor(fragment))
        # An id of the file's that is exactly this wins over what only looks like it.
        for known in (self.anchors[chapter.slug], self._anchors_of_file(chapter.source.path)):
            for name in names:
                if name in known:
                    return known[name]
        name = loose(fragment) or "\0"
        return self._loose_anchors(chapter).get(name) or self._loose_anchors_of_file(
            chapter.source.path
        ).get(name)

    def _anchors_of_file(self, path: Path) -> dict[str, str]:
        """Return the anchors of all chapters cut from one file; the first of each name wins."""
        if path not in self._of_file:
            pieces = reversed(self._siblings.get(path, []))
            self._of_file[path] = {k: v for p in pieces for k, v in self.anchors[p.slug].items()}
        return self._of_file[path]

    def _loose_anchors_of_file(self, path: Path) -> dict[str, str]:
        if path not in self._loose_of_file:
            pieces = reversed(self._siblings.get(path, []))
            self._loose_of_file[path] = {
                k: v for p in pieces for k, v in self._loose_anchors(p).items()
            }
        return self._loose_of_file[path]

    def find_anchor_anywhere(self, name: str) -> str | None:
        """Return the book-wide id of `name`, or of mdBook's rule `name`, if there is only one."""
        found = [
            known[key]
            for known in self.anchors.values()
            for key in (name, f"r-{name}")
            if key in known
        ]
        return found[0] if len(found) == 1 else None

    def relative(self, chapter: Chapter, other: Chapter) -> str:
        """Return the path of the file of `other`, as a link in `chapter` writes it."""
        path = os.path.relpath(other.source.path, chapter.source.path.parent)
        return Path(path).as_posix()

    def holders(self, name: str) -> list[tuple[Chapter, str]]:
        """Return the chapters that have the id `name`, each with the book-wide id, in order."""
        return [(c, known[name]) for c in self._chapters if name in (known := self.anchors[c.slug])]

    def close_to(self, name: str) -> str:
        """Return the hint which id of the book `name` may mean, if it does not have too many."""
        if self._all_names is None:
            self._all_names = list({name for known in self.anchors.values() for name in known})
        is_small = len(self._all_names) <= _MOST_COMPARED
        return did_you_mean(name, sorted(self._all_names)) if is_small else ""

    def _loose_anchors(self, chapter: Chapter) -> dict[str, str]:
        """Map anchors reduced to letters and digits, which match other tools' slugs, to ids."""
        if chapter.slug not in self._loose:
            table: dict[str, str] = {}
            for raw, name in self.anchors[chapter.slug].items():
                table.setdefault(loose(raw), name)
            for heading in elements(chapter.tree, *HEADINGS):
                if "id" not in heading.attrs:
                    continue  # one that we added, over a list of sources
                name = loose(text_of(heading))
                table.setdefault(name, str(heading["id"]))
                # pandoc drops the number at the start of a heading.
                table.setdefault(name.lstrip("0123456789"), str(heading["id"]))
            self._loose[chapter.slug] = table
        return self._loose[chapter.slug]

    def label(self, name: str) -> str:
        """Return the text for a link to the book-wide id `name` that has no text of its own."""
        if name not in self._labels:
            self._labels[name] = self._label(name)
        return self._labels[name]

    def number(self, name: str) -> str:
        """Return only the number of the book-wide id `name`; its label, if it has none."""
        label = self.label(name)
        target, chapter = self._by_id[name]
        if target is chapter.tree or target.name == "h1":
            return str(chapter.number) if chapter.number is not None else chapter.title
        if kind_of_theorem(target):
            return self.name_of_theorem(target) or label
        if target.name == "aside" and (said := re.search(r"\((.+)\)$", label)):
            return said[1]  # "Theorem (Pythagoras)" has a name and no number
        return label

    @staticmethod
    def name_of_theorem(theorem: Tag) -> str:
        """Return the name that its author gave to a theorem, without the parentheses."""
        name = theorem.find("span", class_=THEOREM_NAME)
        return text_of(name)[1:-1][:120] if name is not None else ""

    def _label(self, name: str) -> str:
        target, chapter = self.element(name)
        if target is chapter.tree or target.name == "h1":
            letters = target.find("span", class_="chapter-number") if chapter.letter else None
            return f"{letters.get_text()}: {chapter.title}" if letters else chapter.title
        if target.name == "aside" and (title := target.find("p", class_="callout-title")):
            return text_of(title)[:120]
        if kind_of_theorem(target):
            said = target.find("span", class_=THEOREM_LABEL)
            name = "" if target.get(NUMBER) else self.name_of_theorem(target)
            return f"{said.get_text() if said else ''} ({name})" if name else _text(said)
        if number := equation_number(target):
            return f"({number})"
        caption = target.find(["figcaption", "caption"])
        if caption is None and has_class(target, "listing"):
            caption = target.find("p", class_="listing-title")
        text = label_of(caption) or text_of(caption) if caption else text_of(target)
        return text[:120] or _alt_of(target) or chapter.title

    def element(self, name: str) -> tuple[Tag, Chapter]:
        """Return the element with a book-wide id; for an empty place in a text, what holds it."""
        if not self._by_id:
            for chapter in self._chapters:
                self._by_id[chapter.slug] = chapter.tree, chapter
                for tag in elements(chapter.tree):
                    if "id" in tag.attrs:
                        self._by_id[str(tag["id"])] = tag, chapter
        target, chapter = self._by_id[name]
        if target.name in ("span", "a") and not target.contents:
            holder = target.find_parent(["figure", "table", *HEADINGS]) or target.parent
            return holder or target, chapter
        return target, chapter


def _alt_of(target: Tag) -> str:
    image = target if target.name == "img" else target.find("img")
    return str(image.get("alt") or "")[:120] if isinstance(image, Tag) else ""


def _text(tag: Tag | None) -> str:
    return tag.get_text() if tag is not None else ""


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
