"""Write what pages are painted with into a PDF: pictures, groups, patterns."""

from __future__ import annotations

from collections.abc import Mapping

from bookbuilder.formats.pdf.joining.pdf import Pdf, Values
from bookbuilder.formats.pdf.joining.values import thawed, written
from bookbuilder.formats.pdf.run_data.records import Painted, Resources


class ResourceWriter:
    """Writes the resources of laid-out runs into `pdf`; pictures that runs share, once.

    `fonts` are references by their names in the PDF. An archive lets no picture be interpolated
    (ISO 19005-2, 6.2.8.1).
    """

    def __init__(
        self,
        pdf: Pdf,
        color_space: bytes,
        fonts: Mapping[str, bytes],
        blobs: Mapping[str, bytes],
        is_archive: bool,
    ) -> None:
        self._pdf = pdf
        self._blobs = blobs
        self._color_space = color_space
        self._fonts = fonts
        self._is_archive = is_archive
        self._written: dict[str, bytes] = {}

    def write(self, resources: Resources, font_names: Mapping[str, str]) -> bytes:
        """Write `resources`. `font_names` are those in the PDF, by those in content."""
        fonts = {name: self._fonts[own] for name, own in font_names.items()}
        return self._write(resources, self._add(fonts))

    def _add(self, value: object) -> bytes:
        return self._pdf.add(written(value))

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
                "ExtGState": states,
                "XObject": x_objects,
                "Pattern": patterns,
                "Shading": shadings,
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
        extra: Values = thawed(painted.extra)
        if self._is_archive and extra.get("Interpolate"):
            extra["Interpolate"] = "false"
        if painted.mask is not None:
            extra["SMask"] = self._stream(painted.mask, fonts)
        if painted.resources is not None:
            extra["Resources"] = self._write(painted.resources, fonts)
        made = self._pdf.add_stream(data, extra, is_plain=not painted.compress)
        if key:
            self._written[key] = made
        return made
