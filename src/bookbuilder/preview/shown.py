"""Hold what the browser shows: documents, pages, findings. Nothing else is ever served."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bookbuilder.preview.counting import Entry
from bookbuilder.preview.findings import ShownFinding
from bookbuilder.preview.printing import Page, Stretch
from bookbuilder.preview.screens import File, Screen
from bookbuilder.runtime.cache import digest_of

MOST_PICTURES = 64_000_000
"""Bytes of drawn pages that are kept."""


@dataclass(slots=True)
class Shown:
    """The state of a preview; `bar` is what is wrong now, empty if nothing is."""

    title: str = ""
    language: str = ""
    screens: dict[str, Screen] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    file_digests: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    findings: tuple[ShownFinding, ...] = ()
    stretches: list[Stretch] = field(default_factory=list)
    documents: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    pictures: OrderedDict[tuple[str, int], bytes] = field(default_factory=OrderedDict)
    bar: str = ""
    printing: bool = False
    first_words: int | None = None
    first_pages: int | None = None
    _size: int = 0

    @property
    def words(self) -> int:
        return sum(entry.words for entry in self.entries if not entry.is_part)

    @property
    def pages(self) -> list[Page]:
        return [page for stretch in self.stretches for page in stretch.pages]

    def put_screens(self, screens: Iterable[Screen], *, all_of_them: bool) -> list[str]:
        """Take documents; return the names of those that differ from the ones before."""
        new = {screen.name: screen for screen in screens}
        changed = [
            n for n, s in new.items() if n not in self.screens or self.screens[n].data != s.data
        ]
        self.screens = new if all_of_them else self.screens | new
        return changed

    def put_files(self, files: Iterable[File], *, all_of_them: bool) -> list[str]:
        """Take files, those without data as they are known; return the names of changed ones."""
        new = {}
        for file in files:
            known = self.files.get(file.name)
            new[file.name] = known if not file.data and known else file
        changed = [n for n, file in new.items() if n in self.files and self.files[n] != file]
        self.files = new if all_of_them else self.files | new
        self.file_digests = {
            name: self.file_digests.get(name, "") if file is self.files.get(name) else ""
            for name, file in self.files.items()
        }
        for name, file in self.files.items():
            self.file_digests[name] = self.file_digests[name] or digest_of(file.data)
        return changed

    def count_words(self, words: dict[str, int]) -> None:
        """Take the words of some chapters, by slug; those of their parts follow."""
        counted: list[Entry] = []
        part = None
        for entry in self.entries:
            made = dataclasses.replace(entry, words=words.get(entry.slug, entry.words))
            if entry.is_part:
                part = len(counted)
            elif entry.depth == 0:
                part = None
            elif part is not None:
                more = counted[part].words + made.words - entry.words
                counted[part] = dataclasses.replace(counted[part], words=more)
            counted.append(made)
        self.entries = counted

    def put_stretch(self, made: Stretch, data: bytes) -> None:
        """Put the pages of one chapter in place of those before; number the ones after it anew."""
        self._put_document(made.document, data)
        stretches: list[Stretch] = []
        for old in self.stretches:
            stretches.append(made if old.name == made.name else old)
        self.stretches = stretches
        self._drop_documents()

    def put_print(self, stretches: Iterable[Stretch], document: str, data: bytes) -> None:
        self.stretches = list(stretches)
        self._put_document(document, data)
        self._drop_documents()

    def _put_document(self, name: str, data: bytes) -> None:
        self.documents[name] = data

    def _drop_documents(self) -> None:
        used = {stretch.document for stretch in self.stretches}
        for name in [name for name in self.documents if name not in used]:
            del self.documents[name]

    def place_of(self, key: str) -> tuple[str, int] | None:
        """Return the PDF, and the page in it, of the page with `key`."""
        for stretch in self.stretches:
            for number, page in enumerate(stretch.pages):
                if page.key == key:
                    return stretch.document, stretch.first + number
        return None

    def put_picture(self, key: tuple[str, int], data: bytes) -> None:
        if key not in self.pictures:
            self._size += len(data)
        self.pictures[key] = data
        while self._size > MOST_PICTURES and len(self.pictures) > 1:
            self._size -= len(self.pictures.popitem(last=False)[1])

    def pages_json(self) -> list[dict[str, Any]]:
        """Return the pages as the browser needs them, the front's first."""
        return [
            {
                "label": page.label,
                "key": page.key,
                "place": page.place,
                "width": round(page.width),
                "height": round(page.height),
                "side": "r" if (stretch.start + number) % 2 else "l",
                "front": stretch.is_front,
            }
            for stretch in self.stretches
            for number, page in enumerate(stretch.pages)
        ]
