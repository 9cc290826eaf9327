"""Describe the result of laying out a run of chapters, as data that can be serialized.

It crosses from process to process, and `codec` keeps it from build to build.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

POINTS = 0.75
"""A CSS pixel in points."""


@dataclass(frozen=True, slots=True)
class Link:
    """WeasyPrint's link, which would attach a file if it were of a third kind.

    `area` is in CSS pixels.
    """

    kind: Literal["internal", "external"]
    target: str
    area: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: `area` in points from the lower left corner of its page."""

    kind: str
    name: str
    label: str
    area: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Bookmark:
    level: int
    label: str
    point: tuple[float, float]
    state: str


Side: TypeAlias = Literal["recto", "verso", ""]
"""The side of a leaf that a page is on, or "" for either."""


class Frozen:
    """Marks values of a PDF dictionary in plain types, as `frozen` in weasy makes them."""


@dataclass(frozen=True, slots=True)
class Start:
    """The place where a page's text begins: see `PageStart`. `place` names section and block."""

    place: str
    offset: int
    words: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """The places in a page's content for figures of a number that the text quotes.

    `number` counts the numbers of the run. Each of `places` is one in `content`, and which figure
    of the number stands there. `glyphs` are those of 0 to 9, each in four hexadecimal digits.
    """

    number: int
    places: tuple[tuple[int, int], ...]
    glyphs: bytes


@dataclass(frozen=True, slots=True)
class Aligned:
    """The place in a page's content for a number that may have more or fewer figures than it has.

    It is the `number`th that the run quotes; -1 is that of the page itself. It goes from `start` to
    `end`: the text starts at `x` if it has `figures` figures, and by `step` further left for each
    that it has more. `between` stands between this and the glyphs, `after` behind each of them.
    """

    number: int
    start: int
    end: int
    x: float
    figures: int
    step: float
    between: bytes
    after: bytes
    glyphs: bytes


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page as it is painted: `content` are PDF operators; lengths are CSS pixels.

    `bleed` is top, right, bottom, left.
    """

    width: float
    height: float
    bleed: tuple[float, float, float, float]
    anchors: dict[str, tuple[float, float, float, float]]
    links: tuple[Link, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    fields: tuple[Field, ...] = ()
    content: bytes = b""
    start: Start | None = None
    quoted: tuple[Quoted, ...] = ()
    aligned: tuple[Aligned, ...] = ()


@dataclass(frozen=True, slots=True)
class FontUse:
    """A font as WeasyPrint knows it, with the glyphs that the run uses; `file` is a digest."""

    file: str
    index: int
    hash: str
    name: bytes
    family: str
    style: int
    weight: int
    font_size: float
    variations: dict[str, float]
    ascent: int
    descent: int
    tables: tuple[str, ...]
    bitmap: bool
    png: bool
    svg: bool
    colr: bool
    italic_angle: float
    upem: int
    glyph_count: int
    stemv: int
    stemh: int
    flags: int
    widths: dict[int, float]
    to_unicode: dict[int, str]
    missing: dict[int, int]


@dataclass(frozen=True, slots=True)
class FontObject:
    """An object that describes fonts in a PDF; a stream if it has `data`, which are compressed.

    It refers to others by their places among the objects of all fonts.
    """

    value: Annotated[Any, Frozen]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class WrittenFonts:
    """The objects of a PDF's fonts, the last of which leads to them by name."""

    objects: tuple[FontObject, ...]
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Painted:
    """A stream: its `data`, or the digest of it; one with `resources` paints, too.

    `mask` is a picture's transparency, itself a stream.
    """

    data: bytes
    blob: str
    compress: bool
    extra: Annotated[Any, Frozen]
    resources: Resources | None
    mask: Painted | None


@dataclass(frozen=True, slots=True)
class Resources:
    """Streams, shadings, and states with the group that masks them, by their names in content."""

    x_objects: dict[str, Painted]
    patterns: dict[str, Painted]
    shadings: dict[str, Annotated[Any, Frozen]]
    states: dict[str, tuple[Annotated[Any, Frozen], str]]


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the PDF's logical structure.

    Its kids are others (`("node", index, 0)`), marked content (`("content", page, mcid)`), links
    and fields (`("link", page, number)`), pages counted in the run. In `text`, marks may stand for
    page numbers (see `numbering`).
    """

    kind: str
    attributes: Annotated[Any, Frozen]
    text: str
    kids: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Wide:
    """A table, code or a picture that is wider than the text: its kind, its first word."""

    page: int
    chapter: str
    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Coarse:
    """A picture with few dots per inch at its size on the page; `name` is the asset's."""

    page: int
    chapter: str
    name: str
    dots: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of WeasyPrint; `culprits` are the chapters that fail even alone, and how."""

    said: str
    culprits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LaidOutRun:
    """The pages of a run, and what was noticed while they were made.

    `assets` are the files that were read, with their digests; `blobs` the digests of what is kept
    apart from records: fonts and pictures. `elements` are the structure, the first its root.
    `misplaced_notes` do not stand at the foot of their page or the next, whole and once.
    `runs_on` says that what follows would have started on the run's last page. `next_side` is the
    side that it has to start on, if that is not any; `ends_blank` says that the last page was left
    blank for that. `spells` says that numbers which the text quotes cannot be changed any more,
    `counts` that those of its pages cannot: it has to be laid out with the right ones.
    """

    pages: tuple[PageRecord, ...] = ()
    fonts: tuple[FontUse, ...] = ()
    resources: Resources | None = None
    elements: tuple[Element, ...] = ()
    blobs: tuple[str, ...] = ()
    assets: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    style_messages: tuple[tuple[str, str], ...] = ()
    misplaced_notes: tuple[str, ...] = ()
    wide: tuple[Wide, ...] = ()
    coarse: tuple[Coarse, ...] = ()
    runs_on: bool = False
    spells: bool = False
    counts: bool = False
    next_side: Side = ""
    ends_blank: bool = False
    failure: Failure | None = None
