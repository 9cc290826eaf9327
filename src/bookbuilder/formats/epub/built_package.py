"""Open a finished EPUB, also one of another tool, and read its package document.

Such a file may come from anywhere. It is never unpacked to disk; what it would unpack to, the size
of each document, and what its XML may declare are limited.
"""

from __future__ import annotations

import contextlib
import html.entities
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.parsers import expat

ARCHIVE = b"PK\x03\x04"
"""The first bytes of every EPUB."""
LARGEST_BOOK = 1_000_000_000
LARGEST_DOCUMENT = 16_000_000
MOST_TEXT = 100_000_000
MOST_DOCUMENTS = 5_000
# What opening and reading a damaged, encrypted or exotic archive raises.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError)

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML = {b"amp", b"lt", b"gt", b"quot", b"apos"}

Started = Callable[[str, Mapping[str, str]], None]
Ended = Callable[[str], None]
Text = Callable[[str], None]


class UnreadableError(Exception):
    """A file that cannot be read as an EPUB. The message completes "it cannot be read: …"."""


@dataclass(slots=True)
class Package:
    """Hold what a package document says; `spine` are the names of documents, in reading order.

    `titles` are the names that the contents give to documents. `properties` are those of the
    manifest, by document.
    """

    title: str = ""
    version: str = ""
    date: str = ""
    language: str = ""
    identifier: str = ""
    spine: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive; raise `OSError` if it would unpack to more than a book can be."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if (unpacked := sum(info.file_size for info in archive.infolist())) > LARGEST_BOOK:
            raise OSError(f"it would take {unpacked:,} bytes to unpack")
        yield archive


def read_package(archive: zipfile.ZipFile) -> Package:
    """Read the package document and the contents. Raises `UnreadableError`."""
    name = _name_of_opf(archive)
    reader = _OpfReader(posixpath.dirname(name))
    parse(read_document(archive, name), name, reader.start, reader.end, reader.text)
    package = reader.package
    package.spine = [reader.names[one] for one in reader.order if one in reader.names]
    if len(package.spine) > MOST_DOCUMENTS:
        raise UnreadableError(f"it has {len(package.spine):,} documents")
    if not package.spine:
        raise UnreadableError("its package lists no documents")
    known = set(archive.namelist())
    total = 0
    for document in package.spine:
        if document not in known:
            raise UnreadableError(f"its package lists `{document[:80]}`, which is not in it")
        total += archive.getinfo(document).file_size
    if total > MOST_TEXT:
        raise UnreadableError(f"its text takes {total:,} bytes")
    for contents in reader.contents:
        if contents in known and not package.titles:
            entries = _ContentsReader(posixpath.dirname(contents))
            parse(
                read_document(archive, contents), contents, entries.start, entries.end, entries.text
            )
            package.titles = entries.titles
    return package


def _name_of_opf(archive: zipfile.ZipFile) -> str:
    known = set(archive.namelist())
    if _CONTAINER not in known:
        raise UnreadableError(f"it has no {_CONTAINER}, so it is no EPUB")
    found: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "rootfile":
            found.append(attributes.get("full-path", ""))

    parse(read_document(archive, _CONTAINER), _CONTAINER, start)
    for name in found:
        if name in known:
            return name
    raise UnreadableError("it has no package document")


def read_document(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a document of the archive. Raises `UnreadableError` if it is too large or locked."""
    try:
        info = archive.getinfo(name)
        if info.file_size > LARGEST_DOCUMENT:
            raise UnreadableError(f"`{name[:80]}` takes {info.file_size:,} bytes")
        return archive.read(info)
    except KeyError:
        raise UnreadableError(f"`{name[:80]}` is missing in it") from None
    except ZIP_ERRORS as error:
        raise UnreadableError(f"`{name[:80]}` is damaged: {str(error)[:80]}") from None


def parse(
    data: bytes, name: str, start: Started, end: Ended | None = None, text: Text | None = None
) -> None:
    """Call the functions for all that is in the XML `data`. Raises `UnreadableError`.

    No tree is made, so it may be nested as deeply as it likes. HTML's names of characters are
    known, as EPUB 2 has them; a document that declares entities of its own is refused.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def declared(*_: object) -> None:
        raise UnreadableError(f"`{name[:80]}` declares entities, which no book needs")

    parser.EntityDeclHandler = declared
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(_NAMED.sub(_character, data), True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        why = expat.ErrorString(error.code) if isinstance(error, expat.ExpatError) else str(error)
        raise UnreadableError(f"`{name[:80]}` is not XML: {why}") from None


def is_locked(archive: zipfile.ZipFile, document: str) -> bool:
    """Tell whether a document is encrypted, as by shops. Fonts alone may be, too."""
    if _ENCRYPTION not in archive.namelist():
        return False
    return document.encode() in read_document(archive, _ENCRYPTION)


def _character(match: re.Match[bytes]) -> bytes:
    name = match[1]
    if name in _OF_XML:
        return match[0]
    code = html.entities.name2codepoint.get(name.decode())
    return match[0] if code is None else b"&#%d;" % code


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _joined(folder: str, address: str) -> str:
    path = unquote(address.partition("#")[0])
    return posixpath.normpath(posixpath.join(folder, path)) if path else ""


class _OpfReader:
    """Reads a package document."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.package = Package()
        self.names: dict[str, str] = {}
        self.order: list[str] = []
        self.contents: list[str] = []
        self._into = ""
        self._said: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        self._said = []
        self._into = local if local in ("title", "date", "language", "identifier") else ""
        if local == "meta" and attributes.get("property") == "schema:version":
            self._into = "version"
        elif local == "item":
            found = _joined(self.folder, attributes.get("href", ""))
            self.names[attributes.get("id", "")] = found
            properties = attributes.get("properties", "")
            self.package.properties[found] = properties
            if "nav" in properties.split():
                self.contents.insert(0, found)
            elif attributes.get("media-type") == "application/x-dtbncx+xml":
                self.contents.append(found)
        elif local == "itemref":
            self.order.append(attributes.get("idref", ""))

    def text(self, said: str) -> None:
        if self._into:
            self._said.append(said)

    def end(self, _name: str) -> None:
        # The first of several titles, identifiers and dates is the main one.
        if self._into and not getattr(self.package, self._into):
            setattr(self.package, self._into, " ".join("".join(self._said).split())[:500])
        self._into = ""


class _ContentsReader:
    """Reads a navigation document or an NCX: the first entry of each document is its title."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.titles: dict[str, str] = {}
        self._navs: list[bool] = []
        self._href = ""
        self._said: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        if local == "nav":
            self._navs.append("toc" in attributes.get("epub:type", "").split())
        elif local == "navPoint" or (local == "a" and self._navs and self._navs[-1]):
            self._said = []
            self._href = attributes.get("href", "")
        elif local == "content":
            self._href = attributes.get("src", "")
            self._take()

    def text(self, said: str) -> None:
        self._said.append(said)

    def end(self, name: str) -> None:
        local = _local(name)
        if local == "a":
            self._take()
        elif local == "nav" and self._navs:
            self._navs.pop()

    def _take(self) -> None:
        title = " ".join("".join(self._said).split())[:500]
        if self._href and title:
            self.titles.setdefault(_joined(self.folder, self._href), title)
        self._href, self._said = "", []
