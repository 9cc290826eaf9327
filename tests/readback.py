"""A PDF's printed numbers and notes, read back by PDFium and pikepdf, against where things are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from bs4 import Tag

from bookbuilder.book import Book
from bookbuilder.formats.pdf.compose.print_notes import arrange_notes
from bookbuilder.text.words import direction, words_for
from bookbuilder.trees.markup import elements, raw_text, texts

_NUMBER = r"(\d+|[ivxlc]+)"
_LEADER = re.compile(rf"\. {_NUMBER}$")
_PAGES = re.compile(rf"{_NUMBER}(?:–(\d+))?[,.]?")
# Whatever has fewer letters may stand on a page by chance.
FEWEST_LETTERS = 20


@dataclass(frozen=True, slots=True)
class Number:
    """A printed page number and the label of the page that its link leads to.

    `kind` is where it is printed: in the `contents`, a `list`, the `index` or the `text`.
    """

    kind: str
    said: str
    leads_to: str
    target: str


@dataclass(slots=True)
class Pages:
    """A PDF: page labels, text, where each named destination is, and links in reading order."""

    labels: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """A link into the book: its page and target, its words, its line and what follows it."""

    page: int
    target: str
    words: str
    line: str
    after: str


def read(path: Path) -> Pages:
    found = Pages()
    with pikepdf.open(path) as pdf, pypdfium2.PdfDocument(path) as text:
        at = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        found.labels = [page.label for page in pdf.pages]
        names = pikepdf.NameTree(pdf.Root.Names.Dests)
        found.places = {str(name): at[place[0].objgen] for name, place in names.items()}
        for number, page in enumerate(pdf.pages):
            chars = text[number].get_textpage()
            whole = chars.get_text_range()
            found.texts.append(whole)
            found.links += _links(number, page, chars, whole)
    return found


def _links(number: int, page: pikepdf.Page, chars: Any, whole: str) -> Iterator[Link]:
    for annotation in page.get("/Annots", []):
        if "/Dest" not in annotation:
            continue
        left, y1, right, y2 = (float(x) for x in annotation.Rect)
        bottom, top = min(y1, y2), max(y1, y2)
        words = " ".join(chars.get_text_bounded(left, bottom, right, top).split())
        line = " ".join(chars.get_text_bounded(left - 30, bottom - 1, right + 40, top + 1).split())
        last = chars.get_index(right - 1, (bottom + top) / 2, 4, 4)
        after = whole[last + 1 : last + 60] if last is not None else ""
        yield Link(number, str(annotation.Dest), words, line, after)


def numbers(pages: Pages, book: Book) -> list[Number]:
    """Return every page number that is printed beside a link."""
    before, _, behind = words_for(book.metadata.language).page.partition("{}")
    # An asterisk is the next link's own text, in books about code.
    said_in_text = re.compile(
        rf"[^\w*]{{0,3}}[(,（]?\s?{re.escape(before.strip())}\s*{_NUMBER}\s*{re.escape(behind.strip())}"
    )
    captions = {str(t["id"]) for c in book.chapters for t in elements(c.tree, "figure", "table")
                if t.get("id")}  # fmt: skip
    index = _span(pages, book, "doc-index")
    found = []
    for link in pages.links:
        label = pages.labels[pages.places[link.target]]
        if match := _LEADER.search(link.line):
            kind = "list" if link.target in captions else "contents"
            found.append(Number(kind, match[1], label, link.target))
        elif link.page not in index and (match := said_in_text.match(link.after)):
            found.append(Number("text", match[1], label, link.target))
    for target, match in _index_links(pages, index):
        found.append(Number("index", match[1], pages.labels[pages.places[target]], target))
    return found


def _index_links(pages: Pages, index: range) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the index's links with a page or a range as text, those over two lines put together."""
    links = (link for link in pages.links if link.page in index)
    for target, pieces in groupby(links, key=lambda link: link.target):
        if match := _PAGES.fullmatch("".join(piece.words for piece in pieces)):
            yield target, match


def wrong(found: list[Number]) -> list[Number]:
    return [number for number in found if number.said != number.leads_to]


def wrong_index_entries(pages: Pages, book: Book) -> list[str]:
    """Return the index entries whose pages are not exactly those with the terms on them."""
    span = _span(pages, book, "doc-index")
    printed: dict[str, set[str]] = defaultdict(set)
    for target, match in _index_links(pages, span):
        last = match[2] or match[1]
        run = range(int(match[1]), int(last) + 1) if last.isdigit() else [match[1]]
        printed[target] |= {str(label) for label in run}
    faults = []
    for chapter in (c for c in book.chapters if c.role == "doc-index"):
        for entry in elements(chapter.tree, "li"):
            links = [a for a in entry.find_all("a", recursive=False) if isinstance(a, Tag)]
            targets = {str(a["href"]).removeprefix("#") for a in links}
            there = {pages.labels[pages.places[t]] for t in targets if t in pages.places}
            said = set().union(*(printed[t] for t in targets))
            if there != said:
                faults.append(f"{raw_text(entry)[:40]!r}: says {said}, is on {there}")
    return faults


def misplaced(pages: Pages, book: Book, found: list[Number]) -> list[str]:
    """Return the targets whose first words are not on the page that the number names."""
    trees = {str(t["id"]): t for c in book.chapters for t in (c.tree, *elements(c.tree))
             if t.get("id")}  # fmt: skip
    letters = [_letters(text) for text in pages.texts]
    by_label = dict(zip(pages.labels, zip(letters, [*letters[1:], ""], strict=True), strict=True))
    faults = []
    for number in found:
        tree = trees.get(number.target)
        if tree is None:
            continue
        heading = tree.find(["h1", "figcaption", "caption"]) or tree
        words = _letters(_without_notes(heading))[:FEWEST_LETTERS]
        here, overleaf = by_label.get(number.said, ("", ""))
        # A marked word may be broken at the foot of the page.
        broken = number.kind == "index" and any(
            words[:k] in here and words[k:] in overleaf for k in range(3, len(words) - 1)
        )
        if words not in here and not broken:
            faults.append(f"{number}: no {words!r}")
    return faults


def note_faults(pages: Pages, book: Book) -> tuple[int, list[str]]:
    """Count the notes; return those too that are not printed once, on their page or the next.

    Notes that are printed at their chapter's end must be there.
    """
    book = arrange_notes(book)
    calls: dict[str, int] = {}
    for link in pages.links:
        calls.setdefault(link.target, link.page)
    letters = [_letters(page) for page in pages.texts]
    # A note may go on overleaf; or its page's head, which comes last, may look like more of it.
    printed = ["".join(letters), "\n".join(_head_apart(page) for page in pages.texts)]
    wanted = "".join(_letters(raw_text(chapter.tree)) for chapter in book.chapters)
    starts = Counter({c.slug: pages.places.get(c.slug, -1) for c in book.chapters})
    count, faults = 0, []
    for chapter in book.chapters:
        for note in elements(chapter.tree, "aside"):
            if note.get("role") != "doc-footnote":
                continue
            count += 1
            name = str(note["id"])
            # Page numbers follow links.
            words = _letters(_without_notes(note, to_first_link=True))
            place, call = pages.places.get(name), calls.get(name)
            if place is None or call is None:
                faults.append(f"{name}: printed on page {place}, called on {call}")
                continue
            if place - call not in (0, 1) and place < _end(chapter.slug, starts, len(pages.texts)):
                faults.append(f"{name}: called on page {call}, printed on {place}")
            if direction(book.metadata.language) == "rtl":
                continue  # Lines from right to left come back in another order.
            if words[:FEWEST_LETTERS] not in letters[place]:
                faults.append(f"{name}: its words are not on its page {place}")
            counts = {text.count(words) for text in printed}
            if len(words) >= FEWEST_LETTERS and wanted.count(words) not in counts:
                times = max(counts) - wanted.count(words) + 1
                faults.append(f"{name}: printed {times} times")
    return count, faults


def _head_apart(page: str) -> str:
    """Return a page's letters with a line end before its head and folio."""
    body, *head = page.rsplit("\r\n", 2)
    return "\n".join(_letters(part) for part in (body, *head))


def _end(slug: str, starts: Counter[str], pages: int) -> int:
    """Return the last page of a chapter, for notes that were put there."""
    later = [page for page in starts.values() if page > starts[slug]]
    return min(later, default=pages) - 2


def _span(pages: Pages, book: Book, role: str) -> range:
    """Return the pages of the chapter with `role`."""
    starts = [(pages.places[c.slug], c.role) for c in book.chapters if c.slug in pages.places]
    for (start, its_role), (end, _) in zip(starts, [*starts[1:], (len(pages.texts), "")],
                                           strict=True):  # fmt: skip
        if its_role == role:
            return range(start, end)
    return range(0)


def _without_notes(tree: Tag, to_first_link: bool = False) -> str:
    """Return the text below `tree` without calls of notes and links back from them."""
    pieces = []
    for text in texts(tree):
        above = [tag for tag in text.parents if tag is not tree]
        if to_first_link and any(str(tag.get("href", "")).startswith("#") for tag in above):
            break
        skipped = {"doc-noteref", "doc-backlink"}.intersection(
            str(tag.get("role")) for tag in above
        )
        if not skipped and not any(tag.name in ("svg", "math") for tag in above):
            pieces.append(str(text))
    return "".join(pieces)


def _letters(text: str) -> str:
    """Reduce `text` to its letters: hyphens, numbers and ligatures do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalpha())
