"""Turn what pages are painted with into data and back: fonts, pictures, groups, patterns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from bookbuilder.formats.pdf.run_data.records import FontUse, LaidOutRun, Painted, Resources
from bookbuilder.formats.pdf.weasy.contract import (
    Array,
    Dictionary,
    Font,
    Image,
    Pdf,
    PdfStream,
    String,
    ffi,
    harfbuzz,
    make_empty_font,
    object_of,
    to_bytes,
)
from bookbuilder.runtime.cache import digest_of

# A CSS pixel in points.
POINTS = 0.75

# Longer streams are kept apart from records, each once.
LONGEST_IN_RECORD = 2000
_KINDS = ("ExtGState", "XObject", "Pattern", "Shading")
_BLOB_MODE_DUPLICATE = 0


class ResourceCollector:
    """Collects resources that WeasyPrint sets aside while it paints, for its streams."""

    def __init__(self) -> None:
        self.fonts: dict[int, Font] = {}
        self.images: dict[str, dict[str, Any]] = {}
        self.resources = Dictionary({kind: Dictionary() for kind in _KINDS})
        self.resources["ColorSpace"] = None
        self.blobs: dict[str, bytes] = {}

    def font_uses(self) -> tuple[FontUse, ...]:
        return tuple(self._font_use(font) for font in self.fonts.values())

    def _font_use(self, font: Font) -> FontUse:
        taken = {f.name: getattr(font, f.name) for f in fields(FontUse) if f.name != "file"}
        for name in ("bitmap", "png", "svg", "colr"):
            taken[name] = bool(taken[name])
        return FontUse(file=self._put(font.file_content), **taken | {"tables": tuple(font.tables)})

    def frozen_resources(self) -> Resources:
        return self._frozen_resources(self.resources)

    def _frozen_resources(self, resources: Dictionary) -> Resources:
        x_objects = {}
        for key, thing in resources["XObject"].items():
            x_objects[key] = self._painted(self._picture(key) if thing is None else thing)
        states = {}
        for key, thing in resources["ExtGState"].items():
            state = Dictionary(thing)
            group = ""
            if "SMask" in state and "G" in state["SMask"]:
                group = state["SMask"]["G"].id
                state["SMask"] = Dictionary(state["SMask"] | {"G": None})
            states[key] = frozen(state), group
        patterns = {key: self._painted(thing) for key, thing in resources["Pattern"].items()}
        shadings = {key: frozen(thing) for key, thing in resources["Shading"].items()}
        return Resources(x_objects, patterns, shadings, states)

    def _picture(self, key: str) -> PdfStream:
        found = self.images[key]
        image: Image = found["image"]
        return image.get_x_object(found["interpolate"], max(found["dpi_ratios"]))

    def _painted(self, stream: PdfStream) -> Painted:
        extra = dict(stream.extra)
        resources, mask = extra.pop("Resources", None), extra.pop("SMask", None)
        data = content_of(stream.stream)
        is_long = len(data) > LONGEST_IN_RECORD
        return Painted(
            b"" if is_long else data,
            self._put(data) if is_long else "",
            bool(stream.compress),
            frozen(Dictionary(extra)),
            self._frozen_resources(resources) if resources is not None else None,
            self._painted(mask) if mask is not None else None,
        )

    def _put(self, data: bytes) -> str:
        digest = digest_of(data)
        self.blobs[digest] = data
        return digest


class ResourceWriter:
    """Writes the resources of laid-out runs into `pdf`; pictures that runs share, once.

    `shared` are the resources that WeasyPrint made, with all fonts.
    """

    def __init__(self, pdf: Pdf, shared: Dictionary, blobs: Mapping[str, bytes]) -> None:
        self._pdf = pdf
        self._blobs = blobs
        self._color_space = shared["ColorSpace"]
        self._fonts = object_of(pdf, shared["Font"])
        self._written: dict[str, bytes] = {}

    def write(self, resources: Resources, font_names: Mapping[str, str]) -> bytes:
        """Write `resources`. `font_names` are those in the PDF, by those in content."""
        fonts = {name: self._fonts[written] for name, written in font_names.items()}
        return self._write(resources, self._add(fonts))

    def _add(self, values: Mapping[str, object]) -> bytes:
        made = Dictionary(values)
        self._pdf.add_object(made)
        return made.reference

    def _write(self, resources: Resources, fonts: bytes) -> bytes:
        x_objects = {k: self._stream(v, fonts) for k, v in resources.x_objects.items()}
        states = {}
        for key, (state, group) in resources.states.items():
            states[key] = thawed(state)
            if group:
                states[key]["SMask"]["G"] = x_objects[group]
        patterns = {k: self._stream(v, fonts) for k, v in resources.patterns.items()}
        shadings = {k: self._add(thawed(v)) for k, v in resources.shadings.items()}
        return self._add(
            {
                "ExtGState": Dictionary(states),
                "XObject": Dictionary(x_objects),
                "Pattern": Dictionary(patterns),
                "Shading": Dictionary(shadings),
                "ColorSpace": self._color_space,
                "Font": fonts,
            }
        )

    def _stream(self, painted: Painted, fonts: bytes) -> bytes:
        """Return the reference of a stream. One without resources of its own is written once."""
        key = repr(painted) if painted.resources is None else ""
        if key and key in self._written:
            return self._written[key]
        data = self._blobs[painted.blob] if painted.blob else painted.data
        stream = PdfStream([data], thawed(painted.extra), painted.compress)
        if painted.mask is not None:
            stream.extra["SMask"] = self._stream(painted.mask, fonts)
        if painted.resources is not None:
            stream.extra["Resources"] = self._write(painted.resources, fonts)
        self._pdf.add_object(stream)
        if key:
            self._written[key] = stream.reference
        return stream.reference


def joined_fonts(
    laid_out_runs: Sequence[LaidOutRun], blobs: Mapping[str, bytes]
) -> tuple[dict[str, Font], list[dict[str, str]]]:
    """Return WeasyPrint's fonts with the glyphs of all runs, and for each run its fonts' names.

    Glyphs that a font lacks are numbered run by run, so a font that lacks some is not shared.
    """
    uses: dict[str, FontUse] = {}
    names: list[dict[str, str]] = []
    for number, laid_out in enumerate(laid_out_runs):
        names.append({})
        for use in laid_out.fonts:
            name = use.hash
            taken = uses.get(name)
            if use.missing or (taken and (taken.file, taken.index) != (use.file, use.index)):
                name = f"{use.hash}{number}"
                taken = uses.get(name)
            names[-1][use.hash] = name
            uses[name] = _both(taken, use) if taken else replace(use, hash=name)
    return {name: _font(use, blobs[use.file]) for name, use in uses.items()}, names


def _both(one: FontUse, other: FontUse) -> FontUse:
    return replace(
        one,
        widths=other.widths | one.widths,
        # The glyphs of one letter mean it once; the others mean nothing until they stand alone.
        to_unicode=other.to_unicode
        | {k: v for k, v in one.to_unicode.items() if v or not other.to_unicode.get(k)},
    )


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


def content_of(operations: Iterable[object]) -> bytes:
    return b"\n".join(to_bytes(item) for item in operations)


def frozen(value: object) -> object:
    """Turn what PDF dictionaries hold into JSON."""
    if isinstance(value, String):
        text = value.string
        return {"b" if isinstance(text, bytes) else "s": _text(text)}
    if isinstance(value, dict):
        return {"d": {key: frozen(item) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return [frozen(item) for item in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, bytes):
        return {"raw": _text(value)}
    raise TypeError(f"{type(value).__name__} in a PDF dictionary")


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def thawed(data: object) -> Any:
    """Invert `frozen`. Raises `ValueError` for what it never makes."""
    if isinstance(data, list):
        return Array([thawed(item) for item in data])
    if not isinstance(data, dict):
        return data
    ((kind, held),) = data.items()
    if kind == "d":
        return Dictionary({key: thawed(item) for key, item in held.items()})
    if kind == "s":
        return String(held)
    if kind == "b":
        return String(held.encode("latin-1"))
    return held.encode("latin-1")
