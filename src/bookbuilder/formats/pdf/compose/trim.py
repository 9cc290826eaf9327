"""Know the trim sizes, and write the stylesheet of a page's geometry."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.suggest import did_you_mean

UNKNOWN_TRIM = Rule(
    "P002",
    "unknown-trim",
    Severity.ERROR,
    "`trim` in [pdf] must name a size of the cut page that bookbuilder knows: a5, b5, 6x9, a4 or"
    " letter. They are listed in profiles/trim.toml.",
)

UNKNOWN_EDITION = Rule(
    "P013",
    "unknown-edition",
    Severity.ERROR,
    "`edition` in [pdf] must be `print`, for paper, or `screen`.",
)

DEFAULT = "a5"
EDITIONS = ("print", "screen")
# The margin beyond the cut: 3 mm of bleed, then the marks.
SLUG = "8mm"
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

    def css(self, edition: str, marks: bool) -> str:
        """Return rules for the page, the size of type, and the height that pictures may have."""
        sides = (self.inner, self.outer)
        if edition == "screen":
            middle = f"calc(({self.inner} + {self.outer}) / 2)"
            sides = (middle, middle)
        inner, outer = sides
        sink = float(self.height.removesuffix("mm")) / _DRAWN_FOR
        return (
            f"@page {{ size: {self.width} {self.height};"
            f" margin-top: {self.top}; margin-bottom: {self.bottom}"
            f"{f'; marks: crop cross; bleed: {SLUG}' if marks else ''} }}"
            f"@page :right {{ margin-left: {inner}; margin-right: {outer} }}"
            f"@page :left {{ margin-left: {outer}; margin-right: {inner} }}"
            f"html {{ font-size: {self.size}; line-height: {self.leading}; --sink: {sink:.3f}mm;"
            f" --text-height: calc({self.height} - {self.top} - {self.bottom}) }}"
            f"img, svg {{ max-height: calc({self.height} - {self.top} - {self.bottom} - 12mm) }}"
        )


def trim_names() -> tuple[str, ...]:
    return tuple(_sizes())


def trim_of(config: Config, report: Report) -> Trim:
    """Return the trim size that `config` names; the default if there is no such size."""
    sizes = {name: Trim(**values) for name, values in _sizes().items()}
    name = config.pdf.trim.lower().replace("×", "x").removesuffix("in")
    if name not in sizes:
        known = ", ".join(f"`{size}`" for size in sizes)
        report.add(
            UNKNOWN_TRIM,
            f"there is no trim size `{config.pdf.trim}`",
            config.span_of("pdf.trim"),
            did_you_mean(name, sizes) or f"the sizes are {known}",
        )
        return sizes[DEFAULT]
    return sizes[name]


def edition_of(config: Config, report: Report) -> str:
    """Return the edition that `config` names; print if there is no such edition."""
    edition = config.pdf.edition
    if edition not in EDITIONS:
        hint = did_you_mean(edition, EDITIONS) or "it is `print` or `screen`"
        message = f"there is no edition `{edition}`"
        report.add(UNKNOWN_EDITION, message, config.span_of("pdf.edition"), hint)
        return EDITIONS[0]
    return edition


def _sizes() -> dict[str, dict[str, str]]:
    text = resources.files("bookbuilder").joinpath("profiles/trim.toml").read_text("utf-8")
    return tomllib.loads(text)
