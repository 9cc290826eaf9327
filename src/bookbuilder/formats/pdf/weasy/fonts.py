"""Cut out of fonts what a book uses, as objects of its PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from bookbuilder.formats.pdf.run_data.records import FontObject, FontUse, WrittenFonts
from bookbuilder.formats.pdf.run_data.streams import compressed
from bookbuilder.formats.pdf.weasy.contract import (
    Dictionary,
    Font,
    PdfStream,
    build_fonts,
    ffi,
    harfbuzz,
    make_empty_font,
)
from bookbuilder.formats.pdf.weasy.findings import caught_log
from bookbuilder.formats.pdf.weasy.resources import content_of, frozen

_BLOB_MODE_DUPLICATE = 0


def write_fonts(uses: Sequence[FontUse], blobs: Mapping[str, bytes]) -> WrittenFonts:
    """Return the objects of fonts; `blobs` holds their files by digest."""
    with caught_log() as messages:
        made = build_fonts({use.hash: _font(use, blobs[use.file]) for use in uses})
    return WrittenFonts(tuple(map(_object, made)), tuple(messages))


def _object(made: Dictionary | PdfStream) -> FontObject:
    if isinstance(made, PdfStream):
        return FontObject(frozen(dict(made.extra)), compressed(content_of(made.stream)))
    return FontObject(frozen(made))


def _font(use: FontUse, file: bytes) -> Font:
    """Make WeasyPrint's `Font`, which it makes from a font of Pango's, from data."""
    font = make_empty_font()
    for f in fields(FontUse):
        if f.name != "file":
            setattr(font, f.name, getattr(use, f.name))
    font.tables = list(use.tables)
    font.file_content = file
    font.used_in_forms = False
    blob = ffi.gc(
        harfbuzz.hb_blob_create(file, len(file), _BLOB_MODE_DUPLICATE, ffi.NULL, ffi.NULL),
        harfbuzz.hb_blob_destroy,
    )
    font.hb_face = ffi.gc(harfbuzz.hb_face_create(blob, use.index), harfbuzz.hb_face_destroy)
    return font
