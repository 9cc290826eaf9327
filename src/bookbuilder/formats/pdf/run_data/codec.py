"""Turn laid-out runs into bytes and back, for the cache.

Records are MessagePack, so that nothing in a file of the cache is ever run. `msgspec` checks every
value against the types in `records`; what types cannot say is checked here.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from bookbuilder.formats.pdf.run_data.numbering import GLYPH
from bookbuilder.formats.pdf.run_data.records import (
    FontUse,
    LaidOutRun,
    PageRecord,
    Painted,
    Resources,
    WrittenFonts,
)

# A larger record is not one of ours: it would have about a hundred thousand pages.
LARGEST_RECORD = 1_000_000_000
# How much marked content a page can have.
MOST_MARKS = 1_000_000

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(LaidOutRun)
_FONTS_DECODER = msgspec.msgpack.Decoder(WrittenFonts)


class BadRecordError(Exception):
    """Raised for data that are not a record: damaged, or made by somebody else."""


def pack(laid_out: LaidOutRun) -> bytes:
    """Return the record of `laid_out`; nothing if MessagePack cannot hold it.

    That is the case with numbers of more than 64 bits and with halves of surrogate pairs, which
    only hostile books bring about: they are laid out each time.
    """
    try:
        return zlib.compress(_ENCODER.encode(laid_out), 1)
    except (OverflowError, UnicodeEncodeError):
        return b""


def unpack(data: bytes) -> LaidOutRun:
    """Return the laid-out run in `data`. Raise `BadRecordError` if it does not hold one."""
    try:
        unzip = zlib.decompressobj()
        text = unzip.decompress(data, LARGEST_RECORD)
        if unzip.unconsumed_tail or not unzip.eof:
            raise BadRecordError("it is cut off, or too large")
        laid_out = _DECODER.decode(text)
        is_sound = (
            _is_tree(laid_out)
            and _is_complete(laid_out)
            and _holds_pdf_values(laid_out)
            and all(map(_has_places, laid_out.pages))
        )
    except (zlib.error, msgspec.DecodeError, RecursionError, ValueError) as error:
        raise BadRecordError(str(error)) from error
    if not is_sound:
        raise BadRecordError("its parts do not belong together")
    return laid_out


def pack_uses(uses: Sequence[FontUse]) -> bytes:
    """Return all that is known of fonts and their glyphs, for a name of what is made of them."""
    return _ENCODER.encode(uses)


def pack_fonts(fonts: WrittenFonts) -> bytes:
    return _ENCODER.encode(fonts)


def unpack_fonts(data: bytes) -> WrittenFonts:
    """Return the fonts in `data`. Raise `BadRecordError` if it does not hold any."""
    try:
        fonts = _FONTS_DECODER.decode(data)
        is_sound = all(_is_frozen(made.value) for made in fonts.objects)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise BadRecordError(str(error)) from error
    if not is_sound:
        raise BadRecordError("it holds what no PDF can hold")
    return fonts


def _is_tree(laid_out: LaidOutRun) -> bool:
    """Tell whether each element but the first is the kid of one before it, and all kids exist."""
    pages = laid_out.pages
    kids = [(place, *kid) for place, e in enumerate(laid_out.elements) for kid in e.kids]
    nodes = sorted(number for _, kind, number, _ in kids if kind == "node")
    return nodes == list(range(1, len(laid_out.elements))) and all(
        place < number
        if kind == "node"
        else 0 <= number < len(pages) and 0 <= detail < _count_of(kind, pages[number])
        for place, kind, number, detail in kids
    )


def _count_of(kind: str, page: PageRecord) -> int:
    """Return how many kids of `kind` the elements of `page` can have."""
    return {"link": len(page.links), "field": len(page.fields), "content": MOST_MARKS}.get(kind, 0)


def _has_places(page: PageRecord) -> bool:
    """Tell whether the places of numbers are in the page's content, and follow one another."""
    last = len(page.content)
    bounds = [0, *(at for place in page.aligned for at in (place.start, place.end)), last]
    within = all(0 <= at <= last - GLYPH for quoted in page.quoted for at, _ in quoted.places)
    glyphs = [p.glyphs for p in page.quoted] + [p.glyphs for p in page.aligned]
    are_whole = all(len(figures) == 10 * GLYPH for figures in glyphs)
    return within and bounds == sorted(bounds) and are_whole


def _is_complete(laid_out: LaidOutRun) -> bool:
    """Tell whether every file, mask and picture that is named is there."""
    all_resources, all_streams = _painted_with(laid_out)
    for resources in all_resources:
        if any(
            group and group not in resources.x_objects for _, group in resources.states.values()
        ):
            return False
    named = {use.file for use in laid_out.fonts} | {stream.blob for stream in all_streams}
    return named - {""} <= set(laid_out.blobs)


def _holds_pdf_values(laid_out: LaidOutRun) -> bool:
    """Check what is annotated as `Frozen`: `msgspec` takes anything there."""
    all_resources, all_streams = _painted_with(laid_out)
    return (
        all(_is_frozen(element.attributes) for element in laid_out.elements)
        and all(_is_frozen(stream.extra) for stream in all_streams)
        and all(
            _is_frozen(held)
            for resources in all_resources
            for held in (*resources.shadings.values(), *(s for s, _ in resources.states.values()))
        )
    )


def _is_frozen(data: Any) -> bool:
    if isinstance(data, list):
        return all(_is_frozen(item) for item in data)
    if not isinstance(data, dict):
        return data is None or isinstance(data, (bool, int, float, str))
    if len(data) != 1:
        return False
    ((kind, held),) = data.items()
    if kind == "d":
        return isinstance(held, dict) and all(
            isinstance(key, str) and _is_frozen(item) for key, item in held.items()
        )
    return kind in ("s", "b", "raw") and isinstance(held, str)


def _painted_with(laid_out: LaidOutRun) -> tuple[list[Resources], list[Painted]]:
    """Return all resources of a run and all streams, those inside others included."""
    all_resources = [laid_out.resources] if laid_out.resources else []
    all_streams: list[Painted] = []
    for resources in all_resources:
        streams = [*resources.x_objects.values(), *resources.patterns.values()]
        for stream in streams:
            streams += [stream.mask] if stream.mask else []
            all_resources += [stream.resources] if stream.resources else []
        all_streams += streams
    return all_resources, all_streams
