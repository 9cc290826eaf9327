"""Take an EPUB apart into chapters and blocks of text, as a reader has them before the eyes.

What changes from version to version by itself, such as the numbers of notes and figures, is left
out of what is compared.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bookbuilder.formats.epub.built_package import (
    ZIP_ERRORS,
    Package,
    UnreadableError,
    is_locked,
    opened,
    parse,
    read_document,
    read_package,
)
from bookbuilder.text.comparing import comparable

OWN_PAGE = "what-changed"
"""The slug of the page that this package writes, which is not compared itself."""
WORKBOOK = "workbook"
HEADING, TEXT, ROW, CODE, CAPTION = "heading", "text", "row", "code", "caption"
NOTE, TERM, MEANING = "note", "term", "meaning"
FIGURE, TABLE, EXERCISE = "figure", "table", "exercise"
MOST_BLOCKS = 200_000

_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), HEADING),
    **dict.fromkeys(("p", "li", "div", "blockquote", "section", "article"), TEXT),
    **dict.fromkeys(("aside", "body", "summary", "details", "main", "header", "footer"), TEXT),
    **dict.fromkeys(("ul", "ol", "dl", "table", "figure", "address", "nav"), TEXT),
    **{
        "dt": TERM,
        "dd": MEANING,
        "tr": ROW,
        "pre": CODE,
        "figcaption": CAPTION,
        "caption": CAPTION,
    },
}
_UNSEEN = {"script", "style", "svg", "head", "rt", "rp", "annotation", "audio", "video", "object"}
_UNSEEN_ROLES = {"doc-backlink", "doc-noteref", "doc-pagebreak", "doc-pagelist", "doc-toc"}
_UNSEEN_CLASSES = {"caption-label", "note-number", "index-link", "glossary-uses", "noteref-comma"}
_NOT_TEXT = {"doc-toc", "doc-cover", "doc-titlepage", "doc-index", "doc-landmarks", "doc-part"}
_NOT_TEXT |= {"doc-halftitlepage", "doc-loi", "doc-lot", "doc-pagelist"}
_NUMBER = re.compile(r"\d+")
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff", None))


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, a row of a table … `key` is what is compared of its `text`."""

    kind: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Thing:
    """A figure, a table or an exercise. Two with a name in common are the same one."""

    kind: str
    label: str
    names: frozenset[str]


@dataclass(slots=True)
class Text:
    """Hold one chapter. `name` is that of its file, without folder and suffix."""

    name: str
    title: str
    number: str = ""
    blocks: list[Block] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)

    @property
    def running(self) -> str:
        """Return all its text as it is compared."""
        return "\n".join(block.key for block in self.blocks)


@dataclass(slots=True)
class Edition:
    """Hold one version of a book."""

    package: Package
    chapters: list[Text] = field(default_factory=list)


def read_edition(data: bytes) -> Edition:
    """Read the EPUB `data`. Raises `UnreadableError`."""
    try:
        with opened(data) as archive:
            package = read_package(archive)
            return Edition(package, list(_chapters(archive, package)))
    except ZIP_ERRORS as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UnreadableError(why[:200]) from None


def _chapters(archive: zipfile.ZipFile, package: Package) -> Iterator[Text]:
    current: Text | None = None
    count = 0
    for name in package.spine:
        if "nav" in package.properties.get(name, "").split():
            continue
        if is_locked(archive, name):
            raise UnreadableError("it is locked by the shop that sold it")
        reader = _Reader()
        parse(read_document(archive, name), name, reader.start, reader.end, reader.text)
        count += len(reader.blocks)
        if count > MOST_BLOCKS:
            raise UnreadableError(f"it has more than {MOST_BLOCKS:,} paragraphs")
        stem = name.rpartition("/")[2].rpartition(".")[0]
        if reader.is_no_text or stem in (OWN_PAGE, WORKBOOK):
            continue
        title = reader.title or package.titles.get(name, "")
        # Other tools cut long chapters into several files.
        goes_on = package.titles and name not in package.titles and not reader.title
        if goes_on and current is not None and not reader.is_chapter:
            current.blocks += reader.blocks
            current.things += reader.things
            continue
        if current is not None:
            yield current
        current = Text(stem, title or stem, reader.number, reader.blocks, reader.things)
    if current is not None:
        yield current


class _Reader:
    """Reads one document: its blocks, and the figures, tables and exercises in it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.things: list[Thing] = []
        self.title = ""
        self.number = ""
        self.is_no_text = False
        self.is_chapter = False
        self._unseen = 0
        self._open: list[tuple[str, str]] = []
        self._said: list[str] = []
        self._compared: list[str] = []
        self._links: list[bool] = []
        self._notes = 0
        self._figures: list[dict[str, str]] = []
        self._exercises: list[bool] = []
        self._in_number = 0
        self._depth = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        self._depth += 1
        if self._unseen:
            self._unseen += 1
            return
        roles = set(attributes.get("role", "").split())
        roles |= {f"doc-{kind}" for kind in attributes.get("epub:type", "").split()}
        classes = set(attributes.get("class", "").split())
        # On the outermost elements, a role says what the whole document is.
        if self._depth <= 4 and roles & _NOT_TEXT and not self.blocks:
            self.is_no_text = True
        self.is_chapter |= local == "section" and "chapter" in classes
        hidden = local in _UNSEEN or roles & _UNSEEN_ROLES or classes & _UNSEEN_CLASSES
        if hidden or "hidden" in attributes:
            self._unseen = 1
            return
        if local in _KINDS:
            # Cells of a row are one block.
            if not self._is_in(ROW):
                self._flush()
            self._open.append((local, self._kind_of(local, classes)))
        if local == "aside" and "doc-footnote" in roles:
            self._notes = self._notes or self._depth
        self._note_element(local, attributes, classes)

    def _note_element(self, local: str, attributes: Mapping[str, str], classes: set[str]) -> None:
        """Remember what an element means for the text in it."""
        if local in ("td", "th") and self._said:
            self._say(" | ")
        elif local == "br":
            self._say(" ")
        elif local == "img":
            self._picture(attributes)
        elif local == "a":
            address = attributes.get("href", "")
            self._links.append(bool(address) and ":" not in address)
        elif local == "span" and "chapter-number" in classes:
            self._in_number = self._depth
        elif local in ("figure", "table"):
            self._figures.append({"kind": local, "id": attributes.get("id", "")})
        elif local == "section":
            self._exercises.append("exercise" in classes)

    def text(self, said: str) -> None:
        if not self._unseen:
            if self._in_number:
                self.number += said
            else:
                self._say(said)

    def end(self, name: str) -> None:
        local = name.rpartition(":")[2].lower()
        self._depth -= 1
        if self._unseen:
            self._unseen -= 1
            return
        if self._in_number > self._depth:
            self._in_number = 0
        if local == "a" and self._links:
            self._links.pop()
        if local in _KINDS and self._open:
            if local == "tr" or not self._is_in(ROW):
                self._flush()
            self._open.pop()
        if local in ("figure", "table") and self._figures:
            self._end_figure(self._figures.pop())
        if local == "section" and self._exercises:
            self._exercises.pop()
        if self._notes > self._depth:
            self._notes = 0

    def _kind_of(self, local: str, classes: set[str]) -> str:
        return TEXT if classes & {"callout-title", "listing-title"} else _KINDS[local]

    def _is_in(self, kind: str) -> bool:
        return bool(self._open) and any(one == kind for _, one in self._open[-8:])

    def _say(self, said: str) -> None:
        self._said.append(said)
        # "chapter 12" is the same link when a chapter was put before it.
        is_link = bool(self._links) and self._links[-1]
        self._compared.append(_NUMBER.sub("#", said) if is_link else said)

    def _flush(self) -> None:
        if not self._said:
            return
        text = " ".join("".join(self._said).translate(_INVISIBLE).split()).strip(" |")
        key = comparable("".join(self._compared)).strip(" |")
        self._said, self._compared = [], []
        if not text:
            return
        local, kind = self._open[-1] if self._open else ("", TEXT)
        if kind == HEADING and not self.title and (local in ("h1", "h2") or not self.blocks):
            self.title = text[:500]
            return
        if self._notes:
            kind = NOTE
        elif kind == TEXT and any(one == MEANING for _, one in self._open[-4:]):
            kind = MEANING
        self.blocks.append(Block(kind, text, key))
        if self._figures:
            self._figures[-1].setdefault(CAPTION if kind == CAPTION else "first", text)
        if kind == HEADING and self._exercises and self._exercises[-1]:
            self._exercises[-1] = False
            self.things.append(Thing(EXERCISE, text, frozenset({key.casefold()})))

    def _picture(self, attributes: Mapping[str, str]) -> None:
        if self._figures:
            self._figures[-1].setdefault("alt", attributes.get("alt", ""))
            source = attributes.get("src", "").rpartition("/")[2].rpartition(".")[0]
            self._figures[-1].setdefault("source", source)

    def _end_figure(self, found: dict[str, str]) -> None:
        caption = found.get(CAPTION, "")
        label = caption or found.get("alt" if found["kind"] == FIGURE else "first", "")
        if not label:
            return
        names = {comparable(caption).casefold(), comparable(label).casefold()}
        names |= {f"file:{found.get('source', '')}", f"id:{found['id']}"} - {"file:", "id:"}
        kind = FIGURE if found["kind"] == FIGURE else TABLE
        self.things.append(Thing(kind, label, frozenset(names - {""})))
