"""Compute accessibility metadata (EPUB Accessibility 1.1) from what this book really holds."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from bs4 import Tag
from msgspec import Struct

from bookbuilder.book import Asset, Book
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.passes.pictures import PICTURE_FORMATS
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.markup import elements, has_class, one_line, text_of

NOT_CERTIFIED = Rule(
    "E018",
    "not-certified",
    Severity.WARNING,
    "With `certified-by` in [epub], you say that you have evaluated the book and that it meets WCAG"
    " 2.2 at level AA. bookbuilder does not write this into a book with a failure that it knows.",
)

CONFORMANCE = "EPUB Accessibility 1.1 - WCAG 2.2 Level AA"
_COLOUR = rare_pattern(
    r"(?:^|[;{\s-])(?:color|background)\s*:(?!\s*(?:inherit|transparent|currentcolor|none))",
    re.IGNORECASE,
)
_ANIMATED = ("image/gif", "image/png", "image/webp")


class Barrier(StrEnum):
    """Something that keeps readers out, or that nobody has checked, in plain words."""

    NO_ALTERNATIVE = "some pictures have no text alternative"
    NO_HEADERS = "some tables have no header cells"
    EMPTY_LINKS = "some links have no text"
    SOUND = "sound or video may lack captions and transcripts"
    COLOURS = "colours chosen by the author have not been checked for contrast"
    MOVING = "some pictures move and cannot be stopped"


class Accessibility(Struct, frozen=True):
    """Facts for the package document, and for whoever else says what readers can expect."""

    has_pictures: bool
    every_picture_has_alt: bool
    has_maths: bool
    every_formula_is_described: bool
    has_animation: bool
    has_index: bool
    has_ruby: bool
    has_notes: bool
    has_pages: bool
    barriers: tuple[Barrier, ...]
    certified_by: str = ""

    @property
    def modes(self) -> list[str]:
        return ["textual", "visual"] if self.has_pictures else ["textual"]

    @property
    def sufficient_modes(self) -> list[str]:
        """List the sets of modes that suffice to read all of the book, each with commas between."""
        everything = ",".join(self.modes)
        if self.every_picture_has_alt and self.has_pictures:
            return [everything, "textual"]
        return [everything]

    @property
    def features(self) -> list[str]:
        features = ["tableOfContents", "readingOrder", "structuralNavigation"]
        features += ["displayTransformability", "ARIA", "unlocked"]
        if self.every_picture_has_alt:
            features.append("alternativeText")
        if self.has_maths:
            features.append("MathML")
        if self.every_formula_is_described:
            features.append("describedMath")
        if self.has_index:
            features.append("index")
        if self.has_ruby:
            features.append("rubyAnnotations")
        if self.has_pages:
            features += ["pageBreakMarkers", "pageNavigation"]
        return features

    @property
    def hazard(self) -> str:
        return "unknown" if self.has_animation else "none"

    @property
    def conforms_to(self) -> str:
        """Return the standard that the book meets, or nothing.

        A claim needs somebody who has evaluated the book (EPUB Accessibility 1.1, section 3.5.3.1):
        whether an alternative says what a picture shows, no program knows.
        """
        return CONFORMANCE if self.certified_by and not self.barriers else ""

    @property
    def summary(self) -> str:
        sentences = [
            "The text can be resized, restyled and read aloud. Every chapter is in the table of"
            " contents, and headings are marked as headings."
        ]
        if self.has_notes:
            sentences.append("Notes link both ways.")
        if self.has_pages:
            sentences.append("The pages of the print edition are marked and listed.")
        if self.has_pictures and self.every_picture_has_alt:
            sentences.append("Every picture has a text alternative.")
        elif not self.has_pictures:
            sentences.append("There are no pictures besides the cover.")
        sentences += [f"{barrier[:1].upper()}{barrier[1:]}." for barrier in self.barriers]
        return " ".join(sentences)


def assess(book: Book, shown: Sequence[Asset], css: Sequence[bytes]) -> Accessibility:
    """Assess the trees, the assets that they show and the author's stylesheets."""
    named: defaultdict[str, list[Tag]] = defaultdict(list)
    for chapter in tracked(book.chapters):
        for tag in elements(chapter.tree):
            named[tag.name].append(tag)
    pictures = [p for name in ("img", "svg") for p in named[name] if not _decorates(p)]
    has_alt = all(_has_alternative(p) for p in pictures)
    has_animation = any(_is_animated(asset) for asset in shown)
    barriers = list(_barriers(named, css))
    if not has_alt:
        barriers.insert(0, Barrier.NO_ALTERNATIVE)
    if has_animation:
        barriers.append(Barrier.MOVING)
    return Accessibility(
        has_pictures=bool(pictures),
        every_picture_has_alt=has_alt,
        has_maths="math" in named,
        every_formula_is_described=_are_described(named["math"]),
        has_animation=has_animation,
        has_index=any(chapter.role == "doc-index" for chapter in book.chapters),
        has_ruby="rt" in named,
        has_notes=any(a.get("role") == "doc-noteref" for a in named["a"]),
        has_pages=any(s.get("role") == "doc-pagebreak" for s in named["span"]),
        barriers=tuple(barriers),
        certified_by=one_line(book.config.epub.certified_by),
    )


def report_barriers(found: Accessibility, book: Book, report: Report) -> None:
    """Report why the book does not say that it is accessible though somebody certifies it."""
    if found.certified_by and found.barriers:
        message = f"the book does not claim to be accessible: {'; '.join(found.barriers)}"
        report.add(NOT_CERTIFIED, message, book.config.span_of("epub.certified-by"))


def _barriers(named: Mapping[str, Sequence[Tag]], css: Sequence[bytes]) -> Iterator[Barrier]:
    """Name known failures of WCAG 2.2 AA, and things that nobody has checked; not of pictures."""
    if any(not elements(table, "th") for table in named.get("table", ())):
        yield Barrier.NO_HEADERS
    if any(a.get("href") and not _has_name(a) for a in named.get("a", ())):
        yield Barrier.EMPTY_LINKS
    if not named.keys().isdisjoint(("audio", "video", "iframe", "object")):
        yield Barrier.SOUND
    styles = [str(t.attrs["style"]) for tags in named.values() for t in tags if "style" in t.attrs]
    if any(_COLOUR.search(text) for text in (*styles, *(sheet.decode() for sheet in css))):
        yield Barrier.COLOURS


def _decorates(picture: Tag) -> bool:
    return (
        picture.get("role") in ("presentation", "none")
        or picture.get("aria-hidden") == "true"
        or picture.find_parent(attrs={"aria-hidden": "true"}) is not None
        or picture.find_parent("svg") is not None
    )


def _has_alternative(picture: Tag) -> bool:
    if picture.name == "img":
        return bool(str(picture.get("alt", "")).strip())
    title = picture.find("title", recursive=False)
    labelled = picture.get("aria-label") or picture.get("aria-labelledby")
    return bool(labelled or (isinstance(title, Tag) and text_of(title)))


def _are_described(formulas: Sequence[Tag]) -> bool:
    """Return whether somebody wrote words for every formula: TeX, as ours have, describes none."""
    written = [math for math in formulas if not has_class(math, "tex") and math.get("alttext")]
    return bool(formulas) and len(written) == len(formulas)


def _has_name(link: Tag) -> bool:
    is_note = link.get("role") in ("doc-noteref", "doc-backlink")
    return bool(is_note or link.get("aria-label") or text_of(link))


def _is_animated(asset: Asset) -> bool:
    if asset.media_type not in _ANIMATED:
        return False
    from PIL import Image

    try:
        with Image.open(io.BytesIO(asset.data), formats=PICTURE_FORMATS) as image:
            return bool(getattr(image, "is_animated", False))
    except (OSError, ValueError, SyntaxError):
        return False
