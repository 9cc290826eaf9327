"""Find and check pictures, and give each a name in the book."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from bs4 import Tag
from bs4.element import AttributeValueList

from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.dialect.syntax.wikilinks import EMBED
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import PICTURE, find_link
from bookbuilder.model.source import Span
from bookbuilder.passes.picture_files import Found, PictureFiles
from bookbuilder.passes.pictures import (
    EXTENSIONS,
    LARGEST_IMAGE,
    how_to_fetch,
    normalise,
    pointer_of,
)
from bookbuilder.reading.chapter_files import report_alike
from bookbuilder.runtime.files import name_of, read_file
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.badges import is_badge
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.slugs import file_slug, unique
from bookbuilder.trees.markup import elements, has_class

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures


MISSING_IMAGE = Rule(
    "I001",
    "missing-image",
    Severity.WARNING,
    "The chapter names a picture that does not exist. Its alt text is printed instead.",
)
BAD_IMAGE = Rule(
    "I002",
    "bad-image",
    Severity.WARNING,
    "The file cannot be read as a picture: it is broken, cut short, or something else under a"
    " picture's name. Save the picture again.",
)
REMOTE_IMAGE = Rule(
    "I003",
    "remote-image",
    Severity.WARNING,
    "Pictures are fetched from the web only with `--fetch-remote-images`, because an e-book may"
    " not load them from there. A link to the picture stands in its place. To show it, save it"
    " in the book's folder.",
)
NO_ALT = Rule(
    "I004",
    "image-without-alt",
    Severity.WARNING,
    "Readers who cannot see a picture hear its alt text: `![what it shows](picture.png)`. If a"
    ' picture only decorates, say so: `![](picture.png){role="presentation"}`.',
)
OUTSIDE_IMAGE = Rule(
    "I005",
    "image-outside",
    Severity.ERROR,
    "Only files inside the book's folder are read, so that a book cannot give away other files"
    " of its author. Copy the picture into the folder.",
)
NOT_FETCHED = Rule(
    "I007",
    "image-not-fetched",
    Severity.WARNING,
    "`--fetch-remote-images` fetches pictures from public web servers, within limits of size and"
    " time. If one cannot be fetched, a link to it stands in its place.",
)
LICENCE = Rule(
    "I008",
    "image-licence",
    Severity.NOTE,
    "Whoever gives the book to others publishes the pictures in it, including those fetched from"
    " the web. Their makers must permit this, and often want to be named.",
)
MISLABELLED = Rule(
    "I009",
    "mislabelled-image",
    Severity.NOTE,
    "The file's name says one format, and its content is another. The book uses the right one,"
    " but other programs may refuse the picture. Rename the file.",
)
CLEANED_SVG = Rule(
    "I006",
    "active-svg",
    Severity.WARNING,
    "A drawing in a book may not run scripts or load things from elsewhere. Its style may use"
    " only known properties and functions. Everything else is removed.",
)

GUESSED = Rule(
    "I010",
    "guessed-image",
    Severity.NOTE,
    "Pictures are looked for from the chapter's folder, from the book's, and in the folders that"
    " site generators publish. This one is in none of them, but one file's path ends as the"
    " address does. Write its path as seen from the chapter to be sure.",
)
AMBIGUOUS = Rule(
    "I011",
    "ambiguous-image",
    Severity.WARNING,
    "`![[picture.png]]` names a file wherever it lies, and several are called so. The one that"
    " lies nearest to the book's own folder was taken.",
)
MOST_NAMED = 3
BADGE = Rule(
    "I013",
    "badge-left-out",
    Severity.NOTE,
    "Badges on the web (build passing, version 1.2) say how a repository stands today. A book"
    " cannot, so they are left out, with the links around them. `--fetch-remote-images` fetches"
    " them like other pictures.",
)

_HOLDERS = frozenset({"a", "b", "em", "figure", "i", "p", "span", "strong", "sub", "sup"})
_SCHEME = rare_pattern(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def assets(book: Book, report: Report, remote: RemotePictures | None = None) -> None:
    """Collect every picture into `book.assets` and point each `src` at its asset's name.

    Pictures on the web are fetched by `remote`; without it, links stand in their places.
    """
    collector = _Collector(book, report, remote)
    # Several chapters may come from one file, in which their places are counted.
    seen_in: defaultdict[Path, Counter[str]] = defaultdict(Counter)
    for chapter in tracked(book.chapters):
        seen = seen_in[chapter.source.path]
        for picture in elements(chapter.tree, "img"):
            src = str(picture.get("src", "")).strip()
            collector.settle(picture, src, seen[src], chapter)
            seen[src] += 1
    paths = [asset.path for asset in book.assets.values() if asset.path]
    report_alike((name_of(path, book.config.root) for path in paths), report)


class _Collector:
    """Collect pictures, so that one file becomes one asset however often it is shown."""

    def __init__(self, book: Book, report: Report, remote: RemotePictures | None) -> None:
        self.book = book
        self.report = report
        self.remote = remote
        self.names: set[str] = set()
        self.by_key: dict[str, Asset | None] = {}
        self.files = PictureFiles(book.config)

    def settle(self, picture: Tag, src: str, nth: int, chapter: Chapter) -> None:
        def here() -> Span:
            return find_link(chapter.source, src, nth, PICTURE)

        asset = self._asset(picture, src, chapter, here)
        if asset is None:
            return
        is_embed = has_class(picture, EMBED)
        picture.attrs.pop("class", None)
        picture["src"] = asset.name
        decorates = picture.get("role") in ("presentation", "none")
        if not str(picture.get("alt", "")).strip() and not decorates:
            hint = 'write what it shows between the [ ], or add {role="presentation"}'
            if chapter.pictures and "-output-" in src:
                hint = "write a line `#| fig-alt: what it shows` at the top of the cell"
            if is_embed:
                size = "x".join(str(picture[k]) for k in ("width", "height") if k in picture.attrs)
                parts = (unquote(src)[:80], "what it shows", size)
                hint = f"write `![[{'|'.join(filter(None, parts))}]]`"
            self.report.add(NO_ALT, f"the picture `{src[:80]}` has no alt text", here(), hint)
            picture["alt"] = ""

    def _asset(self, picture: Tag, src: str, chapter: Chapter, here: Any) -> Asset | None:
        if src.startswith("data:"):
            return self._from_data(picture, src, here)
        if unquote(src) in chapter.pictures:
            return self._from_notebook(picture, src, chapter, here)
        if src.startswith("//") or re.match(r"https?:", src, re.IGNORECASE):
            url = f"https:{src}" if src.startswith("//") else src
            return self._from_web(picture, src, url, here)
        src = src.removeprefix("pathname://")  # of Docusaurus
        if _SCHEME.match(src):
            self.report.add(OUTSIDE_IMAGE, f"`{src[:100]}` is not a path inside the book", here())
            _replace_by_text(picture)
            return None
        is_embed = has_class(picture, EMBED)
        folder = chapter.source.path.parent
        found = self.files.find(src, chapter.folders, by_name=is_embed)
        path = found.path
        if path is None:
            self._report_missing(found, src, folder, here)
            _replace_by_text(picture)
            return None
        self._report_guess(found, path, src, here)
        key = str(path.resolve())
        if key not in self.by_key:
            self.by_key[key] = self._read(path, src, here)
        asset = self.by_key[key]
        if asset is None:
            _replace_by_text(picture)
        return asset

    def _from_notebook(self, picture: Tag, src: str, chapter: Chapter, here: Any) -> Asset | None:
        key = f"{chapter.source.name}#{src}"
        if key not in self.by_key:
            data, name = chapter.pictures[unquote(src)], f"{chapter.slug}-{Path(src).stem}"
            self.by_key[key] = self._make(data, name, None, src, here)
        if self.by_key[key] is None:
            _replace_by_text(picture)
        return self.by_key[key]

    def _report_missing(self, found: Found, src: str, folder: Path, here: Any) -> None:
        if found.others:
            names = ", ".join(f"`{name}`" for name in found.others[:MOST_NAMED])
            message = f"no picture `{src[:100]}`, but {len(found.others)} whose paths end so"
            self.report.add(MISSING_IMAGE, message, here(), f"name one of them: {names}")
        elif found.leads_out:
            message = f"`{src[:100]}` lies outside the book's folder"
            self.report.add(OUTSIDE_IMAGE, message, here())
        else:
            hint = self.files.hint(src, folder)
            self.report.add(MISSING_IMAGE, f"no picture `{src[:100]}`", here(), hint)

    def _report_guess(self, found: Found, path: Path, src: str, here: Any) -> None:
        """Report that `path` is used for `src` because of its name, if so."""
        if not found.guessed:
            return
        name = name_of(path, self.book.config.root)
        if found.others:
            others = ", ".join(f"`{name}`" for name in found.others[:MOST_NAMED])
            message = f"`{name}` is used for `{src[:100]}`; it may also be {others}"
            self.report.add(AMBIGUOUS, message, here(), "write the path of the right one")
        else:
            message = f"`{name}` is used for `{src[:100]}`: no other is called so"
            self.report.add(GUESSED, message, here())

    def _from_data(self, picture: Tag, src: str, here: Any) -> Asset | None:
        head, _, body = src.partition(",")
        try:
            data = (
                base64.b64decode(unquote(body), validate=False)
                if head.endswith(";base64")
                else unquote_to_bytes(body)
            )
        except (binascii.Error, ValueError):
            data = b""
        if src not in self.by_key:
            self.by_key[src] = self._make(data, "inline", None, "data:", here)
        asset = self.by_key[src]
        if asset is None:
            _replace_by_text(picture)
        return asset

    def _from_web(self, picture: Tag, src: str, url: str, here: Any) -> Asset | None:
        if self.remote is None and is_badge(url):
            message = f"the badge {src[:100]} is left out"
            self.report.add(BADGE, message, here(), alike="badge")
            _leave_out(picture)
            return None
        if self.remote is None:
            hint = "save it in the book's folder, or build with --fetch-remote-images"
            self.report.add(REMOTE_IMAGE, f"the picture {src[:100]} is on the web", here(), hint)
        elif url not in self.by_key:
            self.by_key[url] = self._fetch(self.remote, url, src, here)
        asset = self.by_key.get(url)
        if asset is None:
            _replace_by_link(picture, url)
        return asset

    def _fetch(self, remote: RemotePictures, url: str, src: str, here: Any) -> Asset | None:
        from bookbuilder.runtime.fetching import FetchError

        try:
            data = remote.get(url)
        except FetchError as error:
            message = f"the picture {src[:100]} was not fetched: {error}"
            self.report.add(NOT_FETCHED, message, here())
            return None
        parts = urlsplit(url)
        asset = self._make(data, Path(unquote(parts.path)).stem[:100], None, src, here)
        if asset is not None:
            remote.keep(url, data)
            message = (
                f"the book holds pictures from {parts.netloc}: make sure that you may publish them"
            )
            self.report.add(LICENCE, message)
        return asset

    def _read(self, path: Path, src: str, here: Any) -> Asset | None:
        try:
            data = read_file(path, LARGEST_IMAGE, self.book.config.folders)
        except OSError as error:
            message = f"`{src[:100]}` cannot be read: {error.strerror}"
            self.report.add(
                BAD_IMAGE, message, here(), "change the file's permissions so that you can read it"
            )
            return None
        return self._make(data, path.stem, path, src, here)

    def _make(self, data: bytes, stem: str, path: Path | None, src: str, here: Any) -> Asset | None:
        try:
            data, media_type, removed, change = normalise(data)
        except ValueError as error:
            message = f"`{src[:100]}` is not a usable picture: {error}"
            tool = pointer_of(data)
            hint = "save it again in a picture editor, as PNG, JPEG or SVG"
            hint = how_to_fetch(tool) if tool else hint
            self.report.add(BAD_IMAGE, message, here(), hint, alike=tool)
            return None
        for what in removed:
            self.report.add(CLEANED_SVG, f"`{src[:100]}`: {what} removed", here())
        name = unique(f"images/{file_slug(stem, 'picture')}", self.names) + EXTENSIONS[media_type]
        said = path.suffix.lower().replace(".jpeg", ".jpg") if path else ""
        if said != (suffix := EXTENSIONS[media_type]) and said in EXTENSIONS.values():
            message = f"`{src[:100]}` is really a {suffix[1:].upper()} file"
            self.report.add(MISLABELLED, message, here(), f"rename it to `{stem[:100]}{suffix}`")
        asset = Asset(name, media_type, data, path, change)
        self.book.assets[name] = asset
        return asset


def _replace_by_text(picture: Tag) -> None:
    """Replace a picture that cannot be shown by its alt text or name, marked as a replacement."""
    alt = " ".join(str(picture.get("alt", "")).split())
    if not alt and picture.get("role") in ("presentation", "none"):
        _leave_out(picture)
        return
    name = unquote(str(picture.get("src", ""))).partition("?")[0].rpartition("/")[2]
    _turn_into(picture, "span", f"[{alt or name[:80] or 'picture'}]")


def _leave_out(picture: Tag) -> None:
    """Remove a picture, and what holds nothing but it: a link, a figure, its paragraph."""
    tag = picture
    while (around := tag.parent) is not None and around.name in _HOLDERS:
        if around.get_text(strip=True) or len(elements(around, "img", "svg", "math")) > 1:
            break
        tag = around
    tag.decompose()


def _replace_by_link(picture: Tag, url: str) -> None:
    alt = " ".join(str(picture.get("alt", "")).split()) or "picture"
    if picture.find_parent("a"):
        _turn_into(picture, "span", f"[{alt}]")
        return
    _turn_into(picture, "a", f"[{alt}]")
    picture["href"] = url


def _turn_into(picture: Tag, name: str, text: str) -> None:
    """Change the tag in place; bs4's `replace_with` would search all its siblings."""
    picture.name = name
    picture.attrs = {"class": AttributeValueList(["missing-image"])}
    picture.can_be_empty_element = False
    picture.append(text)
