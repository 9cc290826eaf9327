"""What came of laying out a run of chapters, as data: it crosses from process to process, and is
kept from build to build.

Records are JSON, so that nothing in a file of the cache is ever run. What a record says is checked
against the types here when it is read.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
import zlib
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

# Beyond this, a record is no record of ours: about a hundred thousand pages.
LARGEST_RECORD = 1_000_000_000
# Marked content on one page.
MOST_MARKS = 1_000_000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Link:
    """WeasyPrint's link: `kind` is "internal" or "external", `area` in CSS pixels."""

    kind: str
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


class Frozen:
    """Marks what `resources.frozen` makes: values of a PDF dictionary as JSON."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first of the text on a page: see `pagination.PageStart`. `place` is section and block."""

    place: str
    offset: int
    words: str


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


@dataclass(frozen=True, slots=True)
class FontUse:
    """A font as WeasyPrint knows it, and which of its glyphs the run has; `file` is a digest."""

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
    """By their names in content: streams, shadings, and states with the group that masks them."""

    x_objects: dict[str, Painted]
    patterns: dict[str, Painted]
    shadings: dict[str, Annotated[Any, Frozen]]
    states: dict[str, tuple[Annotated[Any, Frozen], str]]


@dataclass(frozen=True, slots=True)
class Element:
    """A structure element. Its kids are others (`("node", index, 0)`), marked content
    (`("content", page, mcid)`), links and fields (`("link", page, number)`), pages counted in the
    run.
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
class Failure:
    """WeasyPrint failed: `culprits` are the chapters that fail even alone, and how."""

    said: str
    culprits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LaidOutRun:
    """The pages of a run, and what was noticed while they were made.

    `assets` are the files that were read, with their digests; `blobs` the digests of what is kept
    apart from records: fonts and pictures. `elements` are the structure, the first its root.
    `misplaced_notes` do not stand at the foot of their page or the next, whole and once.
    `runs_on` says that what follows would have started on the run's last page.
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
    runs_on: bool = False
    failure: Failure | None = None


class BadRecordError(Exception):
    """Some data are no record: damaged, or made by somebody else."""


def pack(laid_out: LaidOutRun) -> bytes:
    text = json.dumps(_plain(laid_out), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack(data: bytes) -> LaidOutRun:
    """The record in `data`. Raises `BadRecordError` for whatever is none."""
    try:
        unzip = zlib.decompressobj()
        text = unzip.decompress(data, LARGEST_RECORD)
        if unzip.unconsumed_tail or not unzip.eof:
            raise BadRecordError("it is cut off, or too large")
        laid_out: LaidOutRun = _typed(LaidOutRun, json.loads(text.decode("utf-8", "surrogatepass")))
    except (zlib.error, RecursionError, ValueError) as error:
        raise BadRecordError(str(error)) from error
    if not (_is_tree(laid_out) and _is_complete(laid_out)):
        raise BadRecordError("it does not hang together")
    return laid_out


def _is_tree(laid_out: LaidOutRun) -> bool:
    """Whether each element but the first is the kid of one before it, and each kid is there."""
    pages = laid_out.pages
    kids = [(place, *kid) for place, e in enumerate(laid_out.elements) for kid in e.kids]
    nodes = sorted(number for _, kind, number, _ in kids if kind == "node")
    return nodes == list(range(1, len(laid_out.elements))) and all(
        place < number
        if kind == "node"
        else 0 <= number < len(pages) and 0 <= detail < _how_many(kind, pages[number])
        for place, kind, number, detail in kids
    )


def _how_many(kind: str, page: PageRecord) -> int:
    return {"link": len(page.links), "field": len(page.fields), "content": MOST_MARKS}.get(kind, 0)


def _is_complete(laid_out: LaidOutRun) -> bool:
    """Whether every file, mask and picture that is named is there."""
    resources = [laid_out.resources] if laid_out.resources else []
    named = {use.file for use in laid_out.fonts}
    while resources:
        at = resources.pop()
        if any(group and group not in at.x_objects for _, group in at.states.values()):
            return False
        streams = [*at.x_objects.values(), *at.patterns.values()]
        while streams:
            stream = streams.pop()
            named.add(stream.blob)
            streams += [stream.mask] if stream.mask else []
            resources += [stream.resources] if stream.resources else []
    return named - {""} <= set(laid_out.blobs)


def _is_frozen(data: Any) -> bool:
    if isinstance(data, list):
        return all(_is_frozen(item) for item in data)
    if not isinstance(data, dict):
        return True
    if len(data) != 1:
        return False
    ((kind, held),) = data.items()
    if kind == "d":
        return isinstance(held, dict) and all(_is_frozen(item) for item in held.values())
    return kind in ("s", "b", "raw") and isinstance(held, str)


def _plain(value: Any) -> Any:
    """`value` as JSON knows it: a dataclass is the list of its fields, bytes are Latin-1."""
    if dataclasses.is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _typed(hint: Any, data: Any) -> Any:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _wanted(_is_frozen(data), data)
    if origin is types.UnionType:
        return None if data is None else _typed(inside[0], data)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        kinds = _fields(hint)
        _wanted(isinstance(data, list) and len(data) == len(kinds), data)
        return hint(*map(_typed, kinds, data))
    if origin is tuple:
        _wanted(isinstance(data, list), data)
        kinds = [inside[0]] * len(data) if inside[-1] is ... else list(inside)
        _wanted(len(data) == len(kinds), data)
        return tuple(map(_typed, kinds, data))
    if origin is dict:
        _wanted(isinstance(data, dict), data)
        key, value = inside
        return {key(k): _typed(value, item) for k, item in data.items()}
    if hint is bytes:
        return _wanted(isinstance(data, str), data).encode("latin-1")
    if hint is float:
        return _wanted(isinstance(data, (int, float)) and not isinstance(data, bool), data)
    return _wanted(type(data) is hint, data)


def _wanted(is_right: bool, data: Any) -> Any:
    if not is_right:
        raise BadRecordError(f"{type(data).__name__} where something else belongs")
    return data


_FIELDS: dict[type, list[Any]] = {}


def _fields(kind: type) -> list[Any]:
    if kind not in _FIELDS:
        hints = typing.get_type_hints(kind, include_extras=True)
        _FIELDS[kind] = [hints[field.name] for field in dataclasses.fields(kind)]
    return _FIELDS[kind]
