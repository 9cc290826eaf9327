"""Find and check pictures, and give each a name in the book."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from bs4 import Tag
from bs4.element import AttributeValueList

from bookbuilder.book import Asset, Book, Chapter
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import PICTURE, find_link
from bookbuilder.model.source import Span
from bookbuilder.passes.addresses import without_site
from bookbuilder.passes.pictures import EXTENSIONS, LARGEST_IMAGE, normalise
from bookbuilder.reading.chapter_files import report_alike
from bookbuilder.runtime.files import (
    files_below,
    is_file,
    is_inside,
    name_of,
    names_in,
    read_file,
)
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.slugs import file_slug, unique
from bookbuilder.text.suggest import did_you_mean
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

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def assets(book: Book, report: Report, remote: RemotePictures | None = None) -> None:
    """Collect every picture into `book.assets` and point each `src` at its asset's name.

    Pictures on the web are fetched by `remote`; without it, links stand in their places.
    """
    collector = _Collector(book, report, remote)
    for chapter in tracked(book.chapters):
        seen: Counter[str] = Counter()
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
        self._by_file_name: dict[str, Path] | None = None

    def settle(self, picture: Tag, src: str, nth: int, chapter: Chapter) -> None:
        def here() -> Span:
            return find_link(chapter.source, src, nth, PICTURE)

        asset = self._asset(picture, src, chapter, here)
        if asset is None:
            return
        is_embed = has_class(picture, "wikilink")
        picture.attrs.pop("class", None)
        picture["src"] = asset.name
        decorates = picture.get("role") in ("presentation", "none")
        if not str(picture.get("alt", "")).strip() and not decorates:
            hint = 'write what it shows between the [ ], or add {role="presentation"}'
            if is_embed:
                size = "x".join(str(picture[k]) for k in ("width", "height") if k in picture.attrs)
                parts = (unquote(src)[:80], "what it shows", size)
                hint = f"write `![[{'|'.join(filter(None, parts))}]]`"
            self.report.add(NO_ALT, f"the picture `{src[:80]}` has no alt text", here(), hint)
            picture["alt"] = ""

    def _asset(self, picture: Tag, src: str, chapter: Chapter, here: Any) -> Asset | None:
        if src.startswith("data:"):
            return self._from_data(picture, src, here)
        if src.startswith("//") or re.match(r"https?:", src, re.IGNORECASE):
            url = f"https:{src}" if src.startswith("//") else src
            return self._from_web(picture, src, url, here)
        if _SCHEME.match(src):
            self.report.add(OUTSIDE_IMAGE, f"`{src[:100]}` is not a path inside the book", here())
            _replace_by_text(picture)
            return None
        is_embed = "wikilink" in picture.get_attribute_list("class")
        path, leads_out = self._find(src, chapter, is_embed)
        if path is None:
            if leads_out:
                message = f"`{src[:100]}` lies outside the book's folder"
                self.report.add(OUTSIDE_IMAGE, message, here())
            else:
                hint = self._hint(src, chapter)
                self.report.add(MISSING_IMAGE, f"no picture `{src[:100]}`", here(), hint)
            _replace_by_text(picture)
            return None
        key = str(path.resolve())
        if key not in self.by_key:
            self.by_key[key] = self._read(path, src, here)
        asset = self.by_key[key]
        if asset is None:
            _replace_by_text(picture)
        return asset

    def _find(self, src: str, chapter: Chapter, by_name: bool) -> tuple[Path | None, bool]:
        """Return the file that `src` means, by path or (`![[picture.png]]`) by name anywhere.

        Where there is none, the other value says whether `src` leads out of the book's folders.
        """
        config = self.book.config
        src = without_site(unquote(src)) if "{{" in unquote(src) else src
        folders = [chapter.source.path.parent]
        if src.startswith("/"):
            folders = [config.text_folder, config.root]
        leads_out = False
        names = dict.fromkeys((src, unquote(src), unquote(re.split(r"[?#]", src)[0])))
        for name in filter(None, names):
            paths = [Path(os.path.normpath(folder / name.lstrip("/"))) for folder in folders]
            inside = [path for path in paths if is_inside(path, *config.folders)]
            if found := next(filter(is_file, inside), None):
                return found, False
            leads_out |= not inside
        if by_name and (found := self._files().get(Path(unquote(src)).name.casefold())):
            leads_out = not is_inside(found, *config.folders)
            if not leads_out and is_file(found):
                return found, False
        return None, leads_out

    def _files(self) -> dict[str, Path]:
        if self._by_file_name is None:
            found: dict[str, Path] = {}
            for path in files_below(self.book.config.root, self.book.config.root):
                found.setdefault(path.name.casefold(), path)
            self._by_file_name = found
        return self._by_file_name

    def _hint(self, src: str, chapter: Chapter) -> str:
        folders = self.book.config.folders
        path = Path(os.path.normpath(chapter.source.path.parent / unquote(src)))
        start = unquote(src).rpartition("/")[0]
        known = [
            f"{start}/{name}" if start else name
            for name in names_in(path.parent, *folders)
            if is_inside(path.with_name(name), *folders) and is_file(path.with_name(name))
        ]
        return did_you_mean(unquote(src), known)

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
        from bookbuilder.runtime.remote_pictures import FetchError

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
            hint = "save it again in a picture editor, as PNG, JPEG or SVG"
            self.report.add(BAD_IMAGE, message, here(), hint)
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
    """Replace a picture that cannot be shown by its alt text, marked as a replacement."""
    alt = " ".join(str(picture.get("alt", "")).split())
    if not alt:
        picture.decompose()
        return
    _turn_into(picture, "span", f"[{alt}]")


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
