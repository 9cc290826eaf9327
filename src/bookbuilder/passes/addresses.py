"""Find the chapter or heading that a link means, by any of its names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.passes.captions import label_of
from bookbuilder.runtime.files import is_file, is_folder, is_inside
from bookbuilder.text.slugs import anchor, loose
from bookbuilder.trees.markup import elements, has_class, text_of
from bookbuilder.trees.xhtml import HEADINGS

_INDEX = ("README.md", "index.md", "readme.md")


def without_site(path: str) -> str:
    """Return `path` relative to the book's root, without Jekyll's variable for the site's root."""
    return re.sub(r"^\{\{\s*site\.(?:base)?url\s*\}\}", "", path)


class Addresses:
    """Look up chapters by path, site address, title and file name, and anchors by chapter.

    `anchors[slug]` maps an author's id to its book-wide id; the link pass fills it.
    """

    def __init__(self, book: Book) -> None:
        self.folders = list(dict.fromkeys((book.config.text_folder, book.config.root)))
        self._may_be_read = book.config.folders
        self.anchors: dict[str, dict[str, str]] = {}
        self._of_label: dict[str, tuple[Chapter, str]] | None = None
        self._by_path: dict[str, Chapter] = {}
        self._by_address: dict[str, Chapter] = {}
        self._by_name: dict[str, Chapter] = {}
        self._siblings: dict[Path, list[Chapter]] = {}
        self._loose: dict[str, dict[str, str]] = {}
        self._of_file: dict[Path, tuple[dict[str, str], dict[str, str]]] = {}
        self._relative: dict[Path, list[str]] = {}
        self._by_id: dict[str, dict[str, Tag]] = {}
        self._labels: dict[str, str] = {}
        for chapter in book.chapters:
            path = chapter.source.path
            self._by_path.setdefault(_fold(path.as_posix()), chapter)
            self._siblings.setdefault(path, []).append(chapter)
            for address in chapter.addresses:
                self._by_address.setdefault(_fold(address.strip("/")), chapter)
            for name in (chapter.title, path.stem, chapter.slug, chapter.source.name):
                self._by_name.setdefault(_fold(name), chapter)
                self._by_name.setdefault(loose(name), chapter)
        self._chapters = list(book.chapters)

    def find(self, chapter: Chapter, path: str, by_name: bool) -> Chapter | None:
        """Return the chapter that `path` in `chapter` means; `by_name` is for `[[wikilinks]]`."""
        path = without_site(path)
        for candidate in self._candidates(chapter, path):
            if found := self._by_path.get(_fold(candidate)):
                return found
        if found := self._by_address.get(_fold(re.sub(r"(?:index)?\.html?$", "", path).strip("/"))):
            return found
        if by_name:
            return self._by_name.get(_fold(path)) or self._by_name.get(loose(path) or "\0")
        return None

    def _candidates(self, chapter: Chapter, path: str) -> Iterator[str]:
        folders = self.folders if path.startswith("/") else [chapter.source.path.parent]
        for folder in folders:
            full = os.path.normpath(folder / path.lstrip("/"))
            yield full
            stem = re.sub(r"\.(?:html?|xhtml)$", "", full)
            yield from (f"{stem}.md", f"{stem}.markdown")
            base = re.sub(r"/index$", "", stem)
            for index in _INDEX:
                yield f"{base}/{index}"

    def is_other_file(self, chapter: Chapter, path: str) -> bool:
        """Return whether `path` is some file or folder inside the book's folder."""
        full = Path(os.path.normpath(chapter.source.path.parent / path.lstrip("/")))
        return is_inside(full, *self._may_be_read) and (is_file(full) or is_folder(full))

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
        names = (fragment, anchor(fragment)), loose(fragment) or "\0"
        return self._among(self.anchors[chapter.slug], self._loose_anchors(chapter), *names) or (
            self._among(*self._anchors_of_file(chapter.source.path), *names)
        )

    @staticmethod
    def _among(
        known: dict[str, str], loosely: dict[str, str], names: tuple[str, ...], loose_name: str
    ) -> str | None:
        found = next((known[name] for name in names if name in known), None)
        return found or loosely.get(loose_name)

    def _anchors_of_file(self, path: Path) -> tuple[dict[str, str], dict[str, str]]:
        """Return the anchors of all chapters cut from one file; the first of each name wins."""
        if path not in self._of_file:
            pieces = self._siblings.get(path, [])
            self._of_file[path] = (
                {k: v for p in reversed(pieces) for k, v in self.anchors[p.slug].items()},
                {k: v for p in reversed(pieces) for k, v in self._loose_anchors(p).items()},
            )
        return self._of_file[path]

    def find_anchor_anywhere(self, name: str) -> str | None:
        """Return the book-wide id of `name`, or of mdBook's rule `name`, if there is only one."""
        found = [
            known[key]
            for known in self.anchors.values()
            for key in (name, f"r-{name}")
            if key in known
        ]
        return found[0] if len(found) == 1 else None

    @property
    def labels(self) -> dict[str, tuple[Chapter, str]]:
        """Map the labels of all chapters, in small letters, to a chapter and a book-wide id."""
        if self._of_label is None:
            self._of_label = {}
            for chapter in self._chapters:
                known = self.anchors[chapter.slug]
                for label in sorted(chapter.labels & known.keys()):
                    name = _normal_label(label)
                    self._of_label.setdefault(name, (chapter, known[label]))
        return self._of_label

    def find_label(self, chapter: Chapter, name: str) -> tuple[Chapter, str] | None:
        """Return the chapter and the id that `name` means, as a label or as any other name."""
        if found := self.labels.get(_normal_label(name)):
            return found
        for holder in (chapter, *self._chapters):
            known = self.anchors[holder.slug]
            if name in known:
                return holder, known[name]
        path, _, heading = name.partition(":")
        target = self.find(chapter, path, by_name=False) or self.find(chapter, f"/{path}", False)
        if target is not None:
            anchor_ = self.find_anchor(target, heading) if heading else None
            return target, anchor_ or target.slug
        return self._by_heading(name)

    def _by_heading(self, name: str) -> tuple[Chapter, str] | None:
        """Return the only heading of the book that reads `name`."""
        key = loose(name)
        found = [(c, ids[key]) for c in self._chapters if key in (ids := self._loose_anchors(c))]
        return found[0] if key and len(found) == 1 else None

    def number_and_title(self, chapter: Chapter, name: str) -> tuple[str, str]:
        """Return the number of a figure, table or chapter, if it has one, and its title."""
        target = self._tag(chapter, name)
        if target is None or target.name == "h1":
            return str(chapter.number or ""), chapter.title
        caption = target.find(["figcaption", "caption"])
        if not isinstance(caption, Tag):
            return "", text_of(target)[:120]
        label = label_of(caption)
        number = re.search(r"\d+", label)
        return number[0] if number else "", text_of(caption).removeprefix(label).strip()

    def _loose_anchors(self, chapter: Chapter) -> dict[str, str]:
        """Map anchors reduced to letters and digits, which match other tools' slugs, to ids."""
        if chapter.slug not in self._loose:
            table: dict[str, str] = {}
            for raw, name in self.anchors[chapter.slug].items():
                table.setdefault(loose(raw), name)
            for heading in elements(chapter.tree, *HEADINGS):
                name = loose(text_of(heading))
                table.setdefault(name, str(heading["id"]))
                # pandoc drops the number at the start of a heading.
                table.setdefault(name.lstrip("0123456789"), str(heading["id"]))
            self._loose[chapter.slug] = table
        return self._loose[chapter.slug]

    def label(self, chapter: Chapter, name: str) -> str:
        """Return the text for a link without text of its own."""
        if name not in self._labels:
            self._labels[name] = self._label(chapter, name)
        return self._labels[name]

    def _label(self, chapter: Chapter, name: str) -> str:
        target = self._tag(chapter, name)
        if target is None or target.name == "h1":
            return chapter.title
        if target.name == "aside" and (title := target.find("p", class_="callout-title")):
            return text_of(title)[:120]
        caption = target.find(["figcaption", "caption"])
        if caption is None and has_class(target, "listing"):
            caption = target.find("p", class_="listing-title")
        text = label_of(caption) or text_of(caption) if caption else text_of(target)
        return text[:120] or _alt_of(target) or chapter.title

    def _tag(self, chapter: Chapter, name: str) -> Tag | None:
        """Return the element with that id; an empty place in a heading or text is what holds it."""
        if chapter.slug not in self._by_id:
            tags = elements(chapter.tree)
            self._by_id[chapter.slug] = {str(t["id"]): t for t in tags if "id" in t.attrs}
        target = self._by_id[chapter.slug].get(name)
        if target is not None and target.name == "span" and not target.contents:
            return target.find_parent(["figure", "table", *HEADINGS]) or target.parent
        return target


def _alt_of(target: Tag) -> str:
    image = target if target.name == "img" else target.find("img")
    return str(image.get("alt") or "")[:120] if isinstance(image, Tag) else ""


def _normal_label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
