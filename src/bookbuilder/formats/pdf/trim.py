"""Trim sizes and the page geometry that they give."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

from bookbuilder.config import Config
from bookbuilder.diagnostics import Report, Rule, Severity
from bookbuilder.suggest import did_you_mean

UNKNOWN_TRIM = Rule(
    "P002",
    "unknown-trim",
    Severity.ERROR,
    "`trim` in [pdf] names the size of the cut page. The known ones are in profiles/trim.toml.",
)

DEFAULT = "a5"


@dataclass(frozen=True, slots=True)
class Trim:
    """A page, all lengths in CSS units. `inner` and `outer`: margins at spine and fore-edge."""

    width: str
    height: str
    top: str
    bottom: str
    inner: str
    outer: str

    @property
    def css(self) -> str:
        """Page rules, and the height that a picture may have with its caption below it."""
        return (
            f"@page {{ size: {self.width} {self.height};"
            f" margin-top: {self.top}; margin-bottom: {self.bottom} }}"
            f"@page :right {{ margin-left: {self.inner}; margin-right: {self.outer} }}"
            f"@page :left {{ margin-left: {self.outer}; margin-right: {self.inner} }}"
            f"img, svg {{ max-height: calc({self.height} - {self.top} - {self.bottom} - 12mm) }}"
        )


def trim_of(config: Config, report: Report) -> Trim:
    """The trim size that `config` asks for; where there is no such size, the default."""
    text = resources.files("bookbuilder").joinpath("profiles/trim.toml").read_text("utf-8")
    sizes = {name: Trim(**values) for name, values in tomllib.loads(text).items()}
    name = config.pdf.trim.lower().replace("×", "x")
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
