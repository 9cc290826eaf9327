"""Know the trim sizes, and write the stylesheet of a page's geometry."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from itertools import pairwise

from bookbuilder.config.schema import Config
from bookbuilder.formats.pdf.compose.east_asian import LANGUAGES
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.suggest import did_you_mean

UNKNOWN_TRIM = Rule(
    "P002",
    "unknown-trim",
    Severity.ERROR,
    "`trim` in [pdf] is the size of the cut page: a name such as a5, b5, 6x9, a4 or letter, all of"
    " which are listed in profiles/trim.toml, or a measure of 80 to 450 mm on each side, such as"
    " `148x210mm` or `5.75x8.75in`.",
)

UNKNOWN_EDITION = Rule(
    "P013",
    "unknown-edition",
    Severity.ERROR,
    "`edition` in [pdf] must be `print`, for paper, or `screen`.",
)

TWO_IMPOSITIONS = Rule(
    "P034",
    "two-impositions",
    Severity.ERROR,
    "Pages are put on sheets in one way: `booklet` folds them, and `two-up` lays two beside each"
    " other. `large` needs the whole sheet, and `marks` are for pages that a printer cuts.",
)

BAD_SIGNATURE = Rule(
    "P032",
    "bad-signature",
    Severity.ERROR,
    "`signature` in [pdf] is the number of pages that a printer folds and cuts from one sheet, of"
    " which the book's pages are a multiple: 1 to 64. With 1, no empty page is added.",
)

DEFAULT = "a5"
LARGEST_SIGNATURE = 64
EDITIONS = ("print", "screen")
# Sheets of office paper, lying across, in points.
A4, LETTER = (841.89, 595.276), (792.0, 612.0)
# The margin beyond the cut: 3 mm of bleed, then the marks.
SLUG = "8mm"
# What a page by measure may be, in millimetres.
_SHORTEST, _LONGEST = 80.0, 450.0
_MEASURE = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})?) ?(mm|cm|in)? ?x ?(\d{1,3}(?:\.\d{1,3})?) ?(mm|cm|in)"
)
_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4}
# The theme is drawn for pages of this height.
_DRAWN_FOR = 210


@dataclass(frozen=True, slots=True)
class Trim:
    """A page, all lengths in CSS units, those of the page in millimetres.

    `inner` and `outer` are margins at spine and fore-edge, `size` and `leading` those of the text.
    """

    width: str
    height: str
    top: str
    bottom: str
    inner: str
    outer: str
    size: str
    leading: str

    @property
    def is_in_inches(self) -> bool:
        """Return whether the page is cut by the inch: its width is in quarters of one."""
        quarters = float(self.width.removesuffix("mm")) / 25.4 * 4
        return abs(quarters - round(quarters)) < 0.01

    def css(self, edition: str, marks: bool, language: str = "") -> str:
        """Return rules for the page, the size of type, and the height that pictures may have."""
        sides = (self.inner, self.outer_in(language))
        if edition == "screen":
            middle = f"calc(({sides[0]} + {sides[1]}) / 2)"
            sides = (middle, middle)
        inner, outer = sides
        sink = float(self.height.removesuffix("mm")) / _DRAWN_FOR
        return (
            f"@page {{ size: {self.width} {self.height};"
            f" margin-top: {self.top}; margin-bottom: {self.bottom}"
            f"{f'; marks: crop cross; bleed: {SLUG}' if marks else ''} }}"
            # Turned to the left: the spine is at the head of right pages, at the foot of left ones.
            f"@page turned {{ size: {self.height} {self.width};"
            f" margin-left: {self.bottom}; margin-right: {self.top} }}"
            f"@page turned:right {{ margin-top: {inner}; margin-bottom: {outer} }}"
            f"@page turned:left {{ margin-top: {outer}; margin-bottom: {inner} }}"
            f"@page :right {{ margin-left: {inner}; margin-right: {outer} }}"
            f"@page :left {{ margin-left: {outer}; margin-right: {inner} }}"
            f"html {{ --size: {self.size}; font-size: {self.size}; line-height: {self.leading};"
            f" --sink: {sink:.3f}mm;"
            f" --text-width: calc({self.width} - {self.inner} - {self.outer});"
            f" --text-height: calc({self.height} - {self.top} - {self.bottom}) }}"
            f"img, svg {{ max-height: calc({self.height} - {self.top} - {self.bottom} - 12mm) }}"
        )

    @property
    def characters(self) -> int:
        """Return about how many characters of running text a page holds."""
        width = _number(self.width) - _number(self.inner) - _number(self.outer)
        height = _number(self.height) - _number(self.top) - _number(self.bottom)
        # A letter is half as wide as it is high, and lines and paragraphs end early.
        letter = _number(self.size) * 25.4 / 72 * 0.48
        return round(width / letter * (height / (_number(self.leading) * 25.4 / 72)) * 0.85)

    def outer_in(self, language: str) -> str:
        """Return the outer margin: in Chinese and Japanese, a line holds whole characters."""
        if language.lower().split("-")[0] not in LANGUAGES:
            return self.outer
        width, inner, outer = map(_number, (self.width, self.inner, self.outer))
        # A trifle more than they need, or rounding would cost the last one.
        spare = (width - inner - outer) % (_number(self.size) * 25.4 / 72)
        return f"{outer + spare - 0.01:.3f}mm"


def trim_names() -> tuple[str, ...]:
    return tuple(_sizes())


def trim_of(config: Config, report: Report) -> Trim:
    """Return the trim size that `config` says; the default if there is no such size.

    Large print is on office paper: Letter where pages are cut in inches.
    """
    trim = _said_trim(config, report)
    if not config.pdf.large:
        return trim
    return Trim(**_profile("large")["letter" if trim.is_in_inches else "a4"])


def _said_trim(config: Config, report: Report) -> Trim:
    sizes = _sizes()
    said = config.pdf.trim.lower().replace("×", "x").strip()
    name = re.sub(r"\s*(?:in|inch|inches|\"|″)$", "", said).replace(" ", "")
    drawn = [Trim(**values) for values in sizes.values() if len(values) == len(fields(Trim))]
    if name in sizes:
        values = sizes[name]
        if len(values) == len(fields(Trim)):
            return Trim(**values)
        return _derived(_number(values["width"]), _number(values["height"]), drawn)
    if measure := _MEASURE.fullmatch(said):
        width = float(measure[1]) * _MILLIMETRES[measure[2] or measure[4]]
        height = float(measure[3]) * _MILLIMETRES[measure[4]]
        if min(width, height) >= _SHORTEST and max(width, height) <= _LONGEST:
            return _derived(width, height, drawn)
    known = ", ".join(f"`{size}`" for size in sizes)
    report.add(
        UNKNOWN_TRIM,
        f"there is no trim size `{config.pdf.trim[:80]}`",
        config.span_of("pdf.trim"),
        did_you_mean(name, sizes) or f"write a measure such as `148x210mm`, or one of {known}",
    )
    return Trim(**sizes[DEFAULT])


def _derived(width: float, height: float, drawn: list[Trim]) -> Trim:
    """Return a page of `width` and `height` in millimetres, with margins between its neighbours'.

    Type and side margins follow the width, top and bottom the height. The bottom is set so that the
    page holds whole lines.
    """

    def between(key: str, by: str, place: float) -> float:
        points = sorted({(_number(getattr(t, by)), _number(getattr(t, key))) for t in drawn})
        (x0, y0), (x1, y1) = points[0], points[-1]
        for (low, before), (high, after) in pairwise(points):
            if low <= place <= high:
                return before + (after - before) * (place - low) / (high - low)
        # Beyond the smallest and the largest page, margins grow with the page.
        return y0 * place / x0 if place < x0 else y1 * place / x1

    size = min(between("size", "width", max(width, 148)), 11.5)
    if width < 148:
        # Small pages have smaller type, but not in proportion: it must stay legible.
        size = 10 * (width / 148) ** 0.35
    leading = round(size * 1.395, 2)
    top = between("top", "height", height)
    line = leading * 25.4 / 72
    lines = round((height - top - between("bottom", "height", height)) / line - 0.2)
    bottom = height - top - lines * line
    # A trifle less at the bottom, or rounding would cost the last line.
    return Trim(
        width=f"{width:g}mm",
        height=f"{height:g}mm",
        top=f"{top:.2f}mm",
        bottom=f"{bottom - 0.05:.2f}mm",
        inner=f"{between('inner', 'width', width):.1f}mm",
        outer=f"{between('outer', 'width', width):.1f}mm",
        size=f"{size:.2f}pt",
        leading=f"{leading:g}pt",
    )


def _number(length: str) -> float:
    return float(length.removesuffix("mm").removesuffix("pt"))


def edition_of(config: Config, report: Report) -> str:
    """Return the edition that `config` names; print if there is no such edition."""
    edition = config.pdf.edition
    if edition not in EDITIONS:
        hint = did_you_mean(edition, EDITIONS) or "it is `print` or `screen`"
        message = f"there is no edition `{edition}`"
        report.add(UNKNOWN_EDITION, message, config.span_of("pdf.edition"), hint)
        return EDITIONS[0]
    return edition


def check_imposition(config: Config, report: Report) -> None:
    """Report settings that would put the pages on sheets in several ways."""
    pdf = config.pdf
    asked = {"two-up": pdf.two_up, "booklet": pdf.booklet, "large": pdf.large, "marks": pdf.marks}
    others = [name for name, is_on in asked.items() if is_on and name != "two-up"]
    if pdf.two_up and others:
        message = f"`two-up` does not go with `{others[0]}`"
        report.add(TWO_IMPOSITIONS, message, config.span_of("pdf.two-up"), "leave one of them out")


def signature_of(config: Config, report: Report) -> int:
    """Return the number that the book's pages are a multiple of; 1 if it makes no sense."""
    if 1 <= config.pdf.signature <= LARGEST_SIGNATURE:
        return config.pdf.signature
    message = f"a signature of {config.pdf.signature} pages is not possible"
    hint = f"it is a number from 1 to {LARGEST_SIGNATURE}"
    report.add(BAD_SIGNATURE, message, config.span_of("pdf.signature"), hint)
    return 1


def empty_pages(pages: int, config: Config, report: Report) -> int:
    """Return how many empty pages end a print edition of `pages` pages; a booklet adds its own."""
    if config.pdf.edition == "screen" or config.pdf.booklet or config.pdf.two_up:
        return 0
    return -pages % signature_of(config, report)


@cache
def _profile(name: str) -> dict[str, dict[str, str]]:
    text = resources.files("bookbuilder").joinpath(f"profiles/{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _sizes() -> dict[str, dict[str, str]]:
    return _profile("trim")
