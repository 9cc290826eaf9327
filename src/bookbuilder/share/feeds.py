"""Write the feeds: catalogues for reading apps (OPDS 1.2 and 2.0), and the versions (Atom).

Their ids come from the book's identifier, and their times from its date, so they are the same
wherever and whenever the folder is made.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from bookbuilder import __version__
from bookbuilder.book import Book, Metadata
from bookbuilder.share.citation import full_title, people_who_wrote
from bookbuilder.share.shelf import EPUB_TYPE, File, Kind, Shelf
from bookbuilder.share.words import Sentences, sentences_for
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import one_line

CATALOGUE, CATALOGUE_2, VERSIONS = "opds.xml", "opds.json", "versions.xml"
CATALOGUE_TYPE = "application/atom+xml;profile=opds-catalog;kind=acquisition"
CATALOGUE_2_TYPE = "application/opds+json"
VERSIONS_TYPE = "application/atom+xml"
PAGE = "index.html"
MOST_VERSIONS = 100

_ATOM, _DC = "http://www.w3.org/2005/Atom", "http://purl.org/dc/terms/"
_OPDS = "http://opds-spec.org/2010/catalog"
_ACQUISITION = "http://opds-spec.org/acquisition/open-access"
_IMAGE = "http://opds-spec.org/image"
# What the vocabulary of the web publication manifest calls otherwise.
_FEATURES = {"pageBreakMarkers": "printPageNumbers", "pageNavigation": ""}


def opds(shelf: Shelf) -> bytes:
    """Return the catalogue as OPDS 1.2: an acquisition feed, which is also the catalogue's root."""
    said = shelf.book.metadata
    feed = _feed(shelf, "catalogue", one_line(said.title), CATALOGUE, CATALOGUE_TYPE)
    _link(feed, "start", shelf.absolute(CATALOGUE), CATALOGUE_TYPE)
    for entry, uid, book, files in _publications(shelf):
        _publication(ET.SubElement(feed, "entry"), shelf, entry, uid, book, files)
    return _xml(feed)


def opds_2(shelf: Shelf) -> bytes:
    """Return the catalogue as OPDS 2.0."""
    said = shelf.book.metadata
    feed = {
        "metadata": {"title": one_line(said.title), "modified": _time(shelf.changed)},
        "links": [
            _object("self", shelf.absolute(CATALOGUE_2), CATALOGUE_2_TYPE),
            _object("alternate", shelf.absolute(""), "text/html"),
        ],
        "publications": [
            {
                "metadata": _metadata(shelf, title, uid, book),
                "links": [
                    _object(_ACQUISITION, shelf.absolute(file.href), file.media_type)
                    | {"title": _name(file, sentences_for(said.language)), "size": file.size}
                    for file in files
                ],
                "images": [
                    _object("", shelf.absolute(cover.path), cover.media_type)
                    | {"width": cover.width, "height": cover.height}
                    for cover in shelf.covers
                ],
            }
            for title, uid, book, files in _publications(shelf)
        ],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=2) + "\n").encode()


def versions(shelf: Shelf, earlier: bytes = b"") -> bytes:
    """Return the feed of versions: this one, then those that an `earlier` feed of ours lists."""
    said = shelf.book.metadata
    feed = _feed(shelf, "versions", one_line(said.title), VERSIONS, VERSIONS_TYPE)
    name = one_line(said.version) or (said.date.isoformat() if said.date else "")
    uid = _urn(said, f"version-{name}")
    label = words_for(said.language).version.format(said.version) if said.version else name
    title = ", ".join(filter(None, (one_line(said.title), one_line(label))))
    entries = [(uid, title, _time(shelf.changed))]
    entries += [one for one in _entries_of(earlier, _urn(said, "versions")) if one[0] != uid]
    for uid, title, when in entries[:MOST_VERSIONS]:
        entry = ET.SubElement(feed, "entry")
        _texts(entry, {"title": title, "id": uid, "updated": when})
        _link(entry, "alternate", shelf.absolute(""), "text/html")
        ET.SubElement(entry, "content", {"type": "text"}).text = title
    return _xml(feed)


def _entries_of(data: bytes, uid: str) -> Iterator[tuple[str, str, str]]:
    """Yield id, title and time of the entries of a feed, if it is ours and of the same book."""
    if not data or b"<!" in data:  # ours has no document type, so nothing can grow
        return
    try:
        feed = ET.fromstring(data)
    except (ET.ParseError, ValueError):
        return
    generator = feed.find(f"{{{_ATOM}}}generator")
    if feed.findtext(f"{{{_ATOM}}}id") != uid or generator is None:
        return
    if generator.text != "bookbuilder":
        return
    for entry in feed.iterfind(f"{{{_ATOM}}}entry"):
        id_, title, when = (
            one_line(entry.findtext(f"{{{_ATOM}}}{name}") or "")
            for name in ("id", "title", "updated")
        )
        try:
            datetime.fromisoformat(when)
        except ValueError:
            continue
        if id_.startswith("urn:uuid:") and title:
            yield id_, title, when


def _publications(shelf: Shelf) -> Iterator[tuple[str, str, Book, Sequence[File]]]:
    """Yield title, id, book and files of the book, its editions and its workbook."""
    said = shelf.book.metadata
    files = list(shelf.of(Kind.EPUB, Kind.SCREEN, Kind.PAPER))
    yield one_line(said.title), _uri(said), shelf.book, files
    for name, book in shelf.editions.items():
        files = list(shelf.of(Kind.EDITION, edition=name))
        title = one_line(book.metadata.title)
        title = title if title != one_line(said.title) else f"{title} ({name})"
        yield title, _urn(said, f"edition-{name.replace('/', '-')}"), book, files
    if files := list(shelf.of(Kind.WORKBOOK)):
        title = f"{one_line(said.title)}: {sentences_for(said.language)('workbook')}"
        yield title, _urn(said, "workbook"), shelf.book, files


def _feed(shelf: Shelf, kind: str, title: str, path: str, media_type: str) -> ET.Element:
    """Make a feed with its metadata."""
    said = shelf.book.metadata
    feed = ET.Element("feed", {"xmlns": _ATOM, "xmlns:dc": _DC, "xmlns:opds": _OPDS})
    feed.set("xml:lang", said.language)
    _texts(feed, {"id": _urn(said, kind), "title": title, "updated": _time(shelf.changed)})
    _authors(feed, said)
    _link(feed, "self", shelf.absolute(path), media_type)
    _link(feed, "alternate", shelf.absolute(""), "text/html")
    ET.SubElement(feed, "generator", {"version": __version__}).text = "bookbuilder"
    return feed


def _publication(
    entry: ET.Element, shelf: Shelf, title: str, uid: str, book: Book, files: Sequence[File]
) -> None:
    said = book.metadata
    _texts(entry, {"title": title, "id": uid, "updated": _time(shelf.changed)})
    _authors(entry, said)
    dublin = {
        "dc:language": said.language,
        "dc:issued": said.date.isoformat() if said.date else "",
        "dc:publisher": one_line(said.publisher),
        "dc:identifier": one_line(said.identifier),
    }
    _texts(entry, {key: value for key, value in dublin.items() if value})
    for subject in filter(None, map(one_line, said.subjects)):
        ET.SubElement(entry, "category", {"term": subject, "label": subject})
    if rights := one_line(said.rights or said.license):
        _texts(entry, {"rights": rights})
    if summary := one_line(said.description) or one_line(said.subtitle):
        ET.SubElement(entry, "summary", {"type": "text"}).text = summary
    for place, cover in enumerate(shelf.covers):
        relation = f"{_IMAGE}/thumbnail" if place else _IMAGE
        _link(entry, relation, shelf.absolute(cover.path), cover.media_type)
    say = sentences_for(shelf.book.metadata.language)
    for file in files:
        link = _link(entry, _ACQUISITION, shelf.absolute(file.href), file.media_type)
        link.set("title", _name(file, say))
        link.set("length", str(file.size))


def _name(file: File, say: Sentences) -> str:
    """Return what sets a file apart from the others of its publication."""
    if file.media_type == EPUB_TYPE:
        device = {"kindle": "Kindle", "kobo": "Kobo", "apple": "Apple Books"}.get(file.device, "")
        return f"EPUB ({device})" if device else "EPUB"
    return {
        Kind.SCREEN: say("screen"),
        Kind.PAPER: say("paper"),
        Kind.WORKBOOK: say("workbook"),
    }.get(file.kind, "PDF")


def _metadata(shelf: Shelf, title: str, uid: str, book: Book) -> dict[str, Any]:
    """Return the metadata of a publication, as the web publication manifest has them."""
    said, found = book.metadata, shelf.accessibility
    features = (_FEATURES.get(feature, feature) for feature in found.features)
    accessibility = {
        "accessMode": found.modes,
        "accessModeSufficient": [modes.split(",") for modes in found.sufficient_modes],
        "feature": list(filter(None, features)),
        "hazard": [found.hazard],
        "summary": found.summary,
    }
    authors: list[dict[str, str]] = []
    for person in people_who_wrote(said):
        sort_as = {"sortAs": one_line(person.file_as)} if person.file_as else {}
        authors.append({"name": one_line(person.name), **sort_as})
    series: dict[str, Any] = {}
    if said.series:
        series = {"series": {"name": one_line(said.series)}}
    values: dict[str, Any] = {
        "@type": "http://schema.org/Book",
        "title": title,
        "identifier": uid,
        "subtitle": one_line(said.subtitle),
        "author": authors,
        "publisher": one_line(said.publisher),
        "language": said.language,
        "published": said.date.isoformat() if said.date else "",
        "modified": _time(shelf.changed),
        "description": one_line(said.description),
        "subject": [one_line(subject) for subject in said.subjects],
        "belongsTo": series,
        # Of the EPUB; the workbook, which is no EPUB, has no such statement.
        "accessibility": accessibility if uid == _uri(said) else {},
    }
    return {key: value for key, value in values.items() if value}


def _object(relation: str, href: str, media_type: str) -> dict[str, Any]:
    return ({"rel": relation} if relation else {}) | {"href": href, "type": media_type}


def _authors(parent: ET.Element, said: Metadata) -> None:
    """Add the authors; a feed must have one, so a book without any names what it is."""
    for name in [one_line(p.name) for p in people_who_wrote(said)] or [full_title(said)]:
        _texts(ET.SubElement(parent, "author"), {"name": name})


def _texts(parent: ET.Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


def _link(parent: ET.Element, relation: str, href: str, media_type: str) -> ET.Element:
    return ET.SubElement(parent, "link", {"rel": relation, "href": href, "type": media_type})


def _urn(said: Metadata, what: str) -> str:
    """Return the id of something of the book, which is the same in every share of it."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{said.identifier}#{what}')}"


def _uri(said: Metadata) -> str:
    """Return the book's identifier, if that is a URI; else one that is made of it."""
    known = ("urn:", "http://", "https://", "doi:")
    text = one_line(said.identifier)
    return text if text.startswith(known) and " " not in text else _urn(said, "book")


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
