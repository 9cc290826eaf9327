"""Find the style that a book names: one that comes with bookbuilder, or a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bookbuilder.citing.csl.style import (
    LARGEST,
    Style,
    StyleError,
    bundled,
    bundled_style,
    parent_of,
    read_style,
)
from bookbuilder.citing.style_names import ALIASES, BAD_STYLE, DEFAULT
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_inside, read_file
from bookbuilder.text.suggest import did_you_mean


def find_style(
    name: str, places: Sequence[Path], folders: Sequence[Path], language: str,
    span: Span | None, report: Report,
) -> Style:  # fmt: skip
    """Return the style `name`, a file in one of `places`; report what is wrong with it.

    Files are read in `folders` only. The default style takes the place of one that cannot be used.
    """
    name = name.strip()
    try:
        if name:
            data = _data(name, places, folders)
            if parent := parent_of(data):
                data = _data(parent, places, folders)
            return read_style(data, language)
    except (StyleError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        known = [*bundled(), *ALIASES]
        hint = did_you_mean(_short(name), known) or f"the styles are {', '.join(bundled())}"
        report.add(BAD_STYLE, f"the style `{name[:200]}` cannot be used: {why}", span, hint)
    return read_style(bundled_style(DEFAULT), language)


def _short(name: str) -> str:
    """Return a name as styles have them, of a file's name or of an address of Zotero's."""
    return name.rstrip("/").rpartition("/")[2].removesuffix(".csl").lower()


def _data(name: str, places: Sequence[Path], folders: Sequence[Path]) -> bytes:
    if "://" not in name:
        for place in places:
            for path in (place / name, place / f"{name}.csl"):
                if is_inside(path, *folders) and is_file(path) and path.suffix == ".csl":
                    return read_file(path, LARGEST, folders)
    short = _short(name)
    short = ALIASES.get(short, short)
    if short in bundled():
        return bundled_style(short)
    if name.lower().endswith(".csl") and "://" not in name:
        raise StyleError("there is no such file in the book's folder")
    raise StyleError("no style that comes with bookbuilder has this name")
