"""Read the sizes that authors give to pictures: `300`, `3cm`, `50%`, `0.8\\textwidth`."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.passes.cleaning.remarks import Remarks
from bookbuilder.text.patterns import rare_pattern

BAD_SIZE = Rule(
    "I012",
    "bad-image-size",
    Severity.WARNING,
    "The size of a picture is a number of pixels, a percentage of the text's width, or a number"
    " with a unit: `{width=300}`, `{width=50%}`, `{width=8cm}`, `{height=2em}`. Any other size is"
    " left out, and the picture has its own.",
)
_UNITS = {
    unit: unit for unit in ["cm", "mm", "q", "in", "pt", "pc", "px", "em", "rem", "ex", "ch", "%"]
}
_UNITS |= {"": "px", "inch": "in", "inches": "in", "dp": "px", "bp": "pt"}
_SIZE = rare_pattern(r"\+?(\d{1,5}(?:[.,]\d{1,4})?|[.,]\d{1,4})\s{0,5}([a-z%]*)\s{0,5};?")
# As in LaTeX, whose users type them for pandoc.
_OF_LINE = rare_pattern(r"(\d{0,2}(?:\.\d{1,4})?)\s{0,5}\\(?:text|line|column|paper)width")
_LARGEST = {"px": 100_000, "%": 100}
_MOST = 1_000
_SILENT = frozenset({"", "auto", "none", "inherit", "initial", "original"})
_HINT = "write a number with px, %, cm, mm, in, pt or em, such as `{width=8cm}`"
_HINT_HEIGHT = "a percentage is one of the text's width: write `width`, or a height with a unit"


def take_size(picture: Tag, remarks: Remarks) -> tuple[dict[str, str], str]:
    """Take width and height off `picture`; return them as attributes and as a style.

    Sizes in whole pixels are attributes, others a style. With a width, a height only makes room:
    pictures keep their proportions.
    """
    sizes: dict[str, str] = {}
    for key in ("width", "height"):
        said = picture.attrs.pop(key, None)
        text = " ".join(str(said).split()).lower() if said is not None else ""
        if text in _SILENT:
            continue
        size = _length(text)
        is_share = key == "height" and size.endswith("%")
        if is_share and ("width" in sizes or size == "100%"):
            # All of nothing in particular: browsers leave it out as well.
            continue
        if not size or is_share:
            hint = _HINT_HEIGHT if size else _HINT
            message = f"`{text[:60]}` is no {key} of a picture and is left out"
            typed = str(said)[:60]
            places = (f"{key}={typed}", f'{key}="{typed}', key)
            remarks.attribute(BAD_SIZE, message, *places, hint=hint)
            continue
        sizes[key] = size
    width, height = sizes.get("width", ""), sizes.get("height", "")
    if width and not _is_pixels(width):
        return {}, f"width: {width}"
    if width:
        kept = {"width": width[:-2]}
        if height and _is_pixels(height):
            kept["height"] = height[:-2]
        return kept, ""
    return {}, f"height: {height}" if height else ""


def _is_pixels(size: str) -> bool:
    return size.endswith("px") and "." not in size


def _length(text: str) -> str:
    """Return a size as CSS, or an empty string."""
    if of_line := _OF_LINE.fullmatch(text):
        return f"{min(float(of_line[1] or 1), 1) * 100:g}%"
    match = _SIZE.fullmatch(text)
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        return ""
    number = float(match[1].replace(",", "."))
    return f"{min(number, _LARGEST.get(unit, _MOST)):g}{unit}" if number > 0 else ""
