"""Trace a place in a written EPUB back to the Markdown that it comes from."""

from __future__ import annotations

import contextlib
import html
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from bookbuilder.book import Book, Chapter
from bookbuilder.formats.epub.names import PACKAGE_NAME, picture_before
from bookbuilder.model.locating import find_link, find_text
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_inside, read_text
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import file_slug
from bookbuilder.trees.markup import elements

# A document's lines are long; what stands this many before the place is near enough to find it by.
LINES_BEFORE = 8
_TAG = rare_pattern(r"<[^>]*>")
_ADDRESS = rare_pattern(r"""\b(?:src|href)\s*=\s*["']([^"'#][^"']*)""")
_ALTERNATIVE = rare_pattern(r"""\balt="([^"]+)\"""")
_URL = rare_pattern(r"""url\(\s*["']?([^"')]*)""")
_NUMBER_OF_STYLE = rare_pattern(r"styles/author-(\d+)\.css")
FOLDER = "EPUB/"
# The id of its picture in the package document.
COVER_ID = "cover-image"
_COVER = rare_pattern(rf'<item\b(?=[^>]*\bid="{COVER_ID}")[^>]*\bhref="([^"]*)"')


def trace(book: Book, package: zipfile.ZipFile, document: str, place: str) -> Span | None:
    """Return where `place` in `document` comes from; None for what the writer made itself.

    `document` is a member's name; `place` the number of a line in it, or a piece of its markup.
    """
    name = document.removeprefix(FOLDER)
    if match := _NUMBER_OF_STYLE.fullmatch(name):
        around = (line.strip(" ;{}") for line in _markup_around(package, document, place)[:1])
        return _in_style(book, int(match[1]), [piece for piece in around if piece])
    if name.startswith("styles/"):
        return _of_style_file(book, name)
    if name.startswith("images/"):
        return _of_picture(book, package, name)
    chapter = next((c for c in book.chapters if f"{c.slug}.xhtml" == name), None)
    if chapter is None:
        return book.config.span_of("book") if name.endswith((".opf", "title-page.xhtml")) else None
    if not chapter.source.text:
        return chapter.source.span_of_file()
    return find_in_chapter(chapter, _markup_around(package, document, place))


def _cover_of(package: zipfile.ZipFile) -> str:
    """Return the name of the cover's picture; empty where the package has none."""
    try:
        opf = package.read(f"{FOLDER}{PACKAGE_NAME}").decode(errors="replace")
    except KeyError:
        return ""
    found = _COVER.search(opf)
    return html.unescape(found[1]) if found else ""


def _markup_around(package: zipfile.ZipFile, document: str, place: str) -> list[str]:
    """Return pieces of markup to look for, the nearest first."""
    if not place.isdigit():
        return [place]
    try:
        lines = package.read(document).decode(errors="replace").splitlines()
    except KeyError:
        return []
    at = min(int(place), len(lines))
    return lines[max(0, at - 1 - LINES_BEFORE) : at][::-1]


def find_in_chapter(chapter: Chapter, pieces: list[str]) -> Span:
    """Return where one of the `pieces` of markup comes from; the file where none is found."""
    source = chapter.source
    for piece in pieces:
        for address in _ADDRESS.findall(piece):
            span = find_link(source, html.unescape(Path(address).name))
            if span.line:
                return span
        for words in (*_ALTERNATIVE.findall(piece), *_runs(piece)):
            if (span := find_text(source, words)).line:
                return span
    return source.span_of_file()


def _runs(markup: str) -> Iterator[str]:
    """Give runs of text that the source is likely to hold unchanged, the longest first."""
    texts = [" ".join(html.unescape(t).split()) for t in _TAG.split(markup)]
    for text in sorted((t for t in texts if len(t) > 2), key=len, reverse=True):
        # Typography has changed quotation marks and dashes; what is between them is as it was.
        pieces = re.split(r"[‘’“”–—…\"'«»„]+", text)
        for piece in sorted(pieces, key=len, reverse=True):
            words = piece.split()
            for count in (len(words), 6, 3):
                if count <= len(words) and len(run := " ".join(words[:count])) > 2:
                    yield run


def _in_style(book: Book, number: int, pieces: list[str]) -> Span | None:
    """Find one of `pieces` in the `number`th of the author's stylesheets, or in another.

    One that serves print alone is not in the package, so that numbers there may be lower.
    """
    config = book.config
    sources = list(_styles(book))
    for source in sources[number - 1 :] + sources[: number - 1]:
        for piece in pieces:
            if (at := source.text.find(piece)) >= 0:
                return source.span(at, len(piece))
    if 0 < number <= len(sources):
        return sources[number - 1].span_of_file()
    return config.span_of("book.style")


def _styles(book: Book) -> Iterator[Source]:
    config = book.config
    for name in (*config.book.style, *config.epub.style):
        path = config.root / name
        with contextlib.suppress(OSError, UnicodeDecodeError):
            if is_inside(path, *config.folders):
                yield Source(path, name, read_text(path))


def _of_style_file(book: Book, name: str) -> Span | None:
    """Find where a stylesheet asks for the font or picture that is `name` in the package."""
    stem = re.sub(r"-\d+$", "", PurePosixPath(name).stem)
    for source in _styles(book):
        for match in _URL.finditer(source.text):
            slug = file_slug(PurePosixPath(unquote(match[1])).stem, "file")
            if re.sub(r"-\d+$", "", slug) == stem:
                return source.span(match.start(), len(match[0]))
    return None


def _of_picture(book: Book, package: zipfile.ZipFile, name: str) -> Span | None:
    """Find where a picture is first shown."""
    if name == _cover_of(package):
        return book.config.span_of("book.cover")
    if (shown := picture_before(name, book.assets)) is None:
        return None
    asset = book.assets[shown]
    for chapter in book.chapters:
        if any(picture.get("src") == asset.name for picture in elements(chapter.tree, "img")):
            wanted = asset.path.name if asset.path else "data:"
            at = chapter.source.text.find(wanted)
            source = chapter.source
            return source.span(at, len(wanted)) if at >= 0 else source.span_of_file()
    return None
