"""Turn what pages are painted with into data: fonts, pictures, groups, patterns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from bookbuilder.formats.pdf.run_data.records import FontUse, Painted, Resources
from bookbuilder.formats.pdf.weasy.contract import (
    Dictionary,
    Font,
    Image,
    PdfStream,
    String,
    to_bytes,
)
from bookbuilder.runtime.cache import digest_of

# Longer streams are kept apart from records, each once.
LONGEST_IN_RECORD = 2000
_KINDS = ("ExtGState", "XObject", "Pattern", "Shading")


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
