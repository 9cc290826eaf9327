"""Guess the title of a book that does not say it: from its headings, or its folder's name."""

from __future__ import annotations

import re
from pathlib import Path

from bookbuilder.book import Book, Chapter
from bookbuilder.reading.titles import LONGEST_TITLE, is_contents
from bookbuilder.runtime.text_folder import INDEX_STEMS
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title

_PICTURES = rare_pattern(r"!\[[^\]\[]*\]\([^()]*\)|!\[[^\]\[]*\]\[[^\]\[]*\]|<img\b[^<>]*>")
_FOLDERS = frozenset(
    """
    book books build chapter chapters contents content data desktop dist doc docs document documents
    documentation download downloads draft drafts ebook en english episodes files guide home html
    latest lesson lessons main manual manuscript markdown master md notes out output pages posts
    project projects public repo repos root site source sources src static storage temp test text
    texts tmp trunk user users website wiki work workspace
    """.split()  # noqa: SIM905 (a list would be a page long)
)
_LANGUAGE = rare_pattern(
    r"(?:ar|bg|bn|ca|cs|da|de|el|en|es|et|fa|fi|fr|gl|he|hi|hr|hu|id|it|ja|ko|lt|lv|ms|nb|nl|nn|pl|pt"
    r"|ro|ru|sk|sl|sr|sv|th|tr|uk|ur|vi|zh)(?:[-_][a-z]{2,4})?",
    re.IGNORECASE,
)
_DOMAIN = rare_pattern(
    r"(?P<name>[\w-]+)(?:\.[\w-]+)*\.(?:io|com|org|net|dev|app|me|info|edu|gov|co|de|fr|uk|eu|ch|nl|page"
    r"|pages|site|tech|ai|cc|tv)",
    re.IGNORECASE,
)
# "Title: Moby-Dick", as the headings of texts that were scanned say.
_LABEL = rare_pattern(r"(?:Title|Titel|Titre|Título|Titolo|Book):[ ]+(?=\S)", re.IGNORECASE)
_SECTIONS = rare_pattern(
    r"to-?dos?|readme|index|home|welcome|intro|introduction|overview|preface|foreword|about"
    r"|getting started|summary|license|untitled",
    re.IGNORECASE,
)


def guessed_title(book: Book) -> str:
    """Return the title that a book seems to have.

    It is that of its only chapter or of the README that opens it; else the folder's name, or its
    parent's; if these say nothing (`docs`, `example.org`), the title of the first chapter.
    """
    chapters = list(book.chapters)
    if title := _by_text(book, chapters):
        return _LABEL.sub("", title)
    names = _names(book.config.root)
    if names and not _DOMAIN.fullmatch(names[0]):
        return _titled(names[0])
    first = next((c.title for c in chapters if not _is_section(c.title)), "")
    if first:
        return first
    domain = _DOMAIN.fullmatch(names[0]) if names else None
    if domain:
        return _titled(domain["name"])
    return chapters[0].title if chapters else "Untitled"


def _by_text(book: Book, chapters: list[Chapter]) -> str:
    """Return the title that the text gives the whole book; empty if it gives none."""
    if not chapters:
        return ""
    if len({c.source.path for c in chapters}) == 1:
        source = chapters[0].source
        prose = re.sub(r"(?ms)^(```|~~~).*?^\1", "", source.text)
        headings = re.findall(r"(?m)^#[ \t]+(.+)$|^(\S.*)\n=+[ \t]*$", prose)
        if len(headings) == 1:
            return plain_heading("".join(headings[0])) or chapters[0].title
        if len(chapters) == 1:
            title = chapters[0].title
            # It may be no more than the name of the folder.
            domain = _DOMAIN.fullmatch(title)
            return (_titled(domain["name"]) if domain else title).rstrip(":").rstrip()
    first = chapters[0]
    homes = (book.config.root, book.config.text_folder)
    is_opening = first.source.path.stem.lower() in INDEX_STEMS and first.source.path.parent in homes
    is_title = is_opening and not _is_section(first.title)
    return first.title.rstrip(":").rstrip() if is_title else ""


def plain_heading(line: str) -> str:
    """Return the words of a heading as it stands in Markdown, without pictures and marks."""
    line = line[:LONGEST_TITLE].rstrip(" \t#")
    return plain_title(_PICTURES.sub("", line)).rstrip(":").rstrip()


def _names(root: Path) -> list[str]:
    """Return the names of the book's folder and its parent, without those that say nothing."""
    names = []
    for name in (root.name, root.parent.name):
        words = name.strip(" ._-")
        is_plain = words.lower() in _FOLDERS or len(words) < 2 or words.isdigit()
        if words and not is_plain and not _LANGUAGE.fullmatch(words):
            names.append(words)
        elif name == root.name and root.parent == Path.home():
            break
    return names


def _titled(name: str) -> str:
    words = " ".join(re.sub(r"[-_]+", " ", name).split())
    return words[:1].upper() + words[1:]


def _is_section(title: str) -> bool:
    """Return whether `title` is that of some section of some book, and no book's own."""
    return bool(_SECTIONS.fullmatch(title.strip(" :.!"))) or is_contents(title)
