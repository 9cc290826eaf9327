"""What a device wants of an EPUB: data in profiles/device.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources

from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.text.suggest import did_you_mean

UNKNOWN_DEVICE = Rule(
    "E017",
    "unknown-profile",
    Severity.ERROR,
    "`profile` in [epub] names a device. The known ones are in profiles/device.toml: generic,"
    " kindle, kobo and apple.",
)


@dataclass(frozen=True, slots=True)
class Device:
    """One table of profiles/device.toml, which explains its keys."""

    suffix: str
    cover_page: bool
    toc_levels: int
    sentence_spans: bool
    apple_options: bool


def device_of(config: Config, report: Report) -> Device:
    """The device that `config` names; the generic one where there is none of that name."""
    known = devices()
    name = config.epub.profile
    if name not in known:
        hint = did_you_mean(name, list(known)) or f"the profiles are {', '.join(known)}"
        span = config.span_of("epub.profile")
        report.add(UNKNOWN_DEVICE, f"there is no profile `{name}`", span, hint)
        return known["generic"]
    return known[name]


def devices() -> dict[str, Device]:
    text = resources.files("bookbuilder").joinpath("profiles/device.toml").read_text("utf-8")
    return {
        name: Device(**{key.replace("-", "_"): value for key, value in table.items()})
        for name, table in tomllib.loads(text).items()
    }
