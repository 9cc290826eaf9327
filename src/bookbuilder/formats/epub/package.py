"""Pack the EPUB into its zip container (OCF 3.3, section 4): the same book, the same bytes."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from ebooklib.epub import EpubBook, EpubItem, EpubWriter
from msgspec import Struct

from bookbuilder.book import Metadata
from bookbuilder.formats.epub.accessibility import Accessibility
from bookbuilder.formats.epub.cover_picture import Cover
from bookbuilder.formats.epub.documents import Document
from bookbuilder.formats.epub.metadata import add_apple_options, add_metadata, add_page_source
from bookbuilder.formats.epub.names import NCX_NAME
from bookbuilder.formats.epub.navigation import Landmark
from bookbuilder.formats.epub.source_map import COVER_ID
from bookbuilder.formats.hypertext.styles import Resource
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.words import direction

BAD_EPOCH = Rule(
    "E001",
    "bad-source-date-epoch",
    Severity.ERROR,
    "SOURCE_DATE_EPOCH must be a whole number of seconds since 1970-01-01 UTC"
    " (https://reproducible-builds.org/specs/source-date-epoch/). With a guessed time, the book"
    " could not be built again byte for byte. Correct the variable, or unset it.",
)

MIMETYPE = "mimetype"
_EPUB = b"application/epub+zip"
_UNKNOWN = datetime(1980, 1, 1, tzinfo=UTC)
_NEVER = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


class Publication(Struct, frozen=True):
    """Hold all that an EPUB consists of, before it is packed.

    `documents` are in reading order, without the `navigation` document; `files` are pictures,
    stylesheets and what those use. `page_source` names the edition whose pages are marked, if any
    are.
    """

    metadata: Metadata
    accessibility: Accessibility
    documents: Sequence[Document]
    navigation: Document
    ncx: bytes
    cover: Cover
    files: Sequence[Resource]
    guide: Sequence[Landmark]
    page_source: str = ""
    has_apple_options: bool = False


def modified(published: date | None, report: Report) -> datetime:
    """Return when the book was last changed; the clock is never asked.

    That is `SOURCE_DATE_EPOCH`, else midnight UTC of the book's date, else 1980-01-01.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        try:
            return datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            report.add(
                BAD_EPOCH, f"SOURCE_DATE_EPOCH is `{epoch[:40]}`, not a time", hint="unset it"
            )
    return datetime.combine(published, time(), UTC) if published else _UNKNOWN


def pack(publication: Publication, changed: datetime) -> bytes:
    """Pack an EPUB. `changed` is when the book was last changed."""
    options = {"mtime": changed, "package_direction": True}
    writer = _Writer("", _package(publication), options)
    return _packed(writer.files())


def _package(publication: Publication) -> EpubBook:
    said, front = publication.metadata, publication.cover
    package = EpubBook()
    add_metadata(package, said, publication.accessibility)
    if publication.page_source:
        add_page_source(package, publication.page_source)
    if publication.has_apple_options:
        has_fonts = any(file.media_type.startswith("font/") for file in publication.files)
        add_apple_options(package, said.version, has_fonts)
    package.title = said.title
    if direction(said.language) == "rtl":
        package.set_direction("rtl")
    picture = EpubItem(COVER_ID, front.name, front.media_type, front.data)
    picture.properties = [COVER_ID]
    package.add_item(picture)
    package.add_metadata(None, "meta", "", {"name": "cover", "content": COVER_ID})
    for document in (*publication.documents, publication.navigation):
        item = EpubItem(
            _id_of(document.name), document.name, "application/xhtml+xml", document.data
        )
        item.properties = list(document.properties)
        package.add_item(item)
        if document is not publication.navigation:
            package.spine.append(item)
    package.add_item(EpubItem("ncx", NCX_NAME, "application/x-dtbncx+xml", publication.ncx))
    for file in publication.files:
        package.add_item(EpubItem(_id_of(file.name), file.name, file.media_type, file.data))
    package.guide = [
        {"type": mark.guide, "title": mark.title, "href": mark.href}
        for mark in publication.guide
        if mark.guide
    ]
    return package


def _id_of(name: str) -> str:
    """Return a manifest id. It holds a dot, as no other id of the package document does."""
    return name.replace("/", ".")


class _Files(dict[str, bytes]):
    """Takes the files that ebooklib would write into an archive of its own."""

    def writestr(self, name: str, data: str | bytes) -> None:
        self[name] = data.encode() if isinstance(data, str) else data


class _Writer(EpubWriter):  # type: ignore[misc]
    """ebooklib's writer, with the language that EPUB Accessibility asks of the package document.

    Places in the spine have ids, by which a reader finds a bookmark's chapter again (EPUB CFI 1.1,
    3.5) when another chapter has been put before it.
    """

    def files(self) -> dict[str, bytes]:
        """Return the files of the EPUB by their names in it, except `mimetype`."""
        self.out = _Files()
        self._write_container()
        self._write_opf()
        self._write_items()
        return self.out

    def _write_opf_file(self, root: Any) -> None:
        root.set("{http://www.w3.org/XML/1998/namespace}lang", self.book.language)
        super()._write_opf_file(root)

    def _write_opf_spine(self, root: Any, ncx_id: str) -> None:
        super()._write_opf_spine(root, ncx_id)
        for place in root.iter("itemref", "{*}itemref"):
            place.set("id", f"{place.get('idref')}.ref")


def _packed(files: Mapping[str, bytes]) -> bytes:
    """Pack `files`: `mimetype` first and stored, the rest deflated in sorted order.

    Times, permissions, extra fields and the packing system's name are fixed.
    """
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        _add(archive, MIMETYPE, _EPUB, zipfile.ZIP_STORED)
        for name in sorted(files, key=lambda n: ("META-INF" not in n, n)):
            _add(archive, name, files[name], zipfile.ZIP_DEFLATED)
    return result.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    info = zipfile.ZipInfo(name, _NEVER)
    info.create_system = _UNIX
    info.external_attr = _REGULAR_FILE
    info.compress_type = method
    archive.writestr(info, data, compresslevel=9)
