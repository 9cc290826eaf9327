"""Add the package document's metadata (EPUB 3.3, section 5.5) through ebooklib."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ebooklib.epub import EpubBook

from bookbuilder import __version__
from bookbuilder.book import Metadata, OtherLanguage, Person
from bookbuilder.formats.epub.accessibility import Accessibility
from bookbuilder.text.licenses import license_url
from bookbuilder.trees.markup import one_line

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def add_metadata(package: EpubBook, said: Metadata, accessibility: Accessibility) -> None:
    """Add all that the package says of the book, except for `dcterms:modified`."""
    # ebooklib starts with a random identifier and names itself as the generator.
    package.IDENTIFIER_ID = "book-id"
    package.metadata = {}
    package.set_identifier(one_line(said.identifier))
    _titles(package, said)
    package.set_language(said.language)
    _people(package, said.authors)
    for name, value in (
        ("publisher", said.publisher),
        ("rights", said.rights or said.license),
        ("date", said.date.isoformat() if said.date else ""),
        ("source", said.source or (said.original.identifier if said.original else "")),
    ):
        if text := one_line(value):
            package.add_metadata("DC", name, text)
    if text := one_line(said.description):
        package.add_metadata("DC", "description", text, {_LANG: said.language})
    for subject in said.subjects:
        if text := one_line(subject):
            package.add_metadata("DC", "subject", text)
    if url := license_url(one_line(said.license)):
        package.add_metadata(None, "link", "", {"rel": "cc:license", "href": url})
        package.add_prefix("cc", "http://creativecommons.org/ns#")
    if version := one_line(said.version):
        _meta(package, "schema:version", version)
    _other_languages(package, said.other_languages)
    _series(package, said)
    _accessibility(package, accessibility)
    _old_meta(package, "generator", f"bookbuilder {__version__}")


def add_apple_options(package: EpubBook, version: str, has_fonts: bool) -> None:
    """Say in Apple's own vocabulary that the book's fonts are to be used, and its version."""
    match = re.fullmatch(r"v?(\d+(?:\.\d+){0,2})", one_line(version))
    if has_fonts or match:
        package.add_prefix(
            "ibooks", "http://vocabulary.itunes.apple.com/rdf/ibooks/vocabulary-extensions-1.0/"
        )
    if has_fonts:
        _meta(package, "ibooks:specified-fonts", "true")
    if match:
        _meta(package, "ibooks:version", match[1])


def add_page_source(package: EpubBook, source: str) -> None:
    """Name the edition whose pages are marked (EPUB Accessibility 1.1, section 4.1.2)."""
    _meta(package, "pageBreakSource", one_line(source))


def _titles(package: EpubBook, said: Metadata) -> None:
    titles = [
        ("title", "main", one_line(said.title)),
        ("subtitle", "subtitle", one_line(said.subtitle)),
    ]
    titles = [(uid, kind, text) for uid, kind, text in titles if text]
    for order, (uid, kind, text) in enumerate(titles, 1):
        package.add_metadata("DC", "title", text, {"id": uid, _LANG: said.language})
        _refine(package, uid, "title-type", kind)
        if len(titles) > 1:
            _refine(package, uid, "display-seq", str(order))


def _people(package: EpubBook, people: Sequence[Person]) -> None:
    """Add authors as creators and all others as contributors; without authors, all are creators."""
    has_author = any(p.role == "aut" for p in people)
    counts = {"creator": 0, "contributor": 0}
    for person in people:
        if not (name := one_line(person.name)):
            continue
        kind = "creator" if person.role == "aut" or not has_author else "contributor"
        counts[kind] += 1
        uid = f"{kind}-{counts[kind]}"
        package.add_metadata("DC", kind, name, {"id": uid})
        _refine(package, uid, "role", person.role, {"scheme": "marc:relators"})
        if person.file_as:
            _refine(package, uid, "file-as", one_line(person.file_as))
        _refine(package, uid, "display-seq", str(counts[kind]))


def _other_languages(package: EpubBook, books: Sequence[OtherLanguage]) -> None:
    """Name the same book in other languages, in schema.org's words for that."""
    for count, one in enumerate(books, 1):
        uid = f"language-{count}"
        kind = "schema:translationOfWork" if one.is_original else "schema:workTranslation"
        _meta(package, kind, one_line(one.identifier), {"id": uid})
        _refine(package, uid, "dcterms:title", one_line(one.title), {_LANG: one.language})
        _refine(package, uid, "dcterms:language", one.language)


def _series(package: EpubBook, said: Metadata) -> None:
    """Add the series for EPUB 3, and in Calibre's form, which library apps read."""
    name, position = one_line(said.series), one_line(said.series_position)
    if not name:
        return
    _meta(package, "belongs-to-collection", name, {"id": "series"})
    _refine(package, "series", "collection-type", "series")
    _old_meta(package, "calibre:series", name)
    if re.fullmatch(r"\d+(?:\.\d+)*", position):
        _refine(package, "series", "group-position", position)
        _old_meta(package, "calibre:series_index", position)


def _accessibility(package: EpubBook, found: Accessibility) -> None:
    for mode in found.modes:
        _meta(package, "schema:accessMode", mode)
    for modes in found.sufficient_modes:
        _meta(package, "schema:accessModeSufficient", modes)
    for feature in found.features:
        _meta(package, "schema:accessibilityFeature", feature)
    _meta(package, "schema:accessibilityHazard", found.hazard)
    _meta(package, "schema:accessibilitySummary", found.summary, {_LANG: "en"})
    if found.conforms_to:
        _meta(package, "dcterms:conformsTo", found.conforms_to, {"id": "conformance"})
        _refine(package, "conformance", "a11y:certifiedBy", found.certified_by)


def _meta(
    package: EpubBook, name: str, value: str, attributes: dict[str, str] | None = None
) -> None:
    package.add_metadata(None, "meta", value, {"property": name, **(attributes or {})})


def _refine(
    package: EpubBook, uid: str, name: str, value: str, attributes: dict[str, str] | None = None
) -> None:
    _meta(package, name, value, {"refines": f"#{uid}", **(attributes or {})})


def _old_meta(package: EpubBook, name: str, content: str) -> None:
    """Add a `meta` in EPUB 2's form, which EPUB 3 readers ignore and older ones look for."""
    package.add_metadata(None, "meta", "", {"name": name, "content": content})
