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
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_inside, read_file
from bookbuilder.text.suggest import did_you_mean

BAD_STYLE = Rule(
    "K006",
    "citation-style",
    Severity.WARNING,
    "`csl` names a style that comes with bookbuilder, such as `apa` or `ieee`, or a `.csl` file in"
    " the book's folder, which must be a style of version 1.0 of CSL. The book is built with"
    " Chicago's style of authors and years, which pandoc uses as well.",
)
DEFAULT = "chicago-author-date"
ALIASES = {
    "chicago": DEFAULT, "chicago-fullnote-bibliography": "chicago-notes-bibliography",
    "chicago-notes": "chicago-notes-bibliography", "chicago-note-bibliography":
    "chicago-notes-bibliography", "mla": "modern-language-association", "harvard":
    "harvard-cite-them-right", "harvard1": "harvard-cite-them-right", "vancouver":
    "nlm-citation-sequence", "ama": "american-medical-association", "apa-7th-edition": "apa",
    "apa7": "apa", "nlm": "nlm-citation-sequence", "apa-6th-edition": "apa",
    "chicago-fullnote": "chicago-notes-bibliography", "modern-language-association-8th-edition":
    "modern-language-association", "modern-language-association-9th-edition":
    "modern-language-association", "chicago-author-date-16th-edition": DEFAULT,
    "chicago-author-date-17th-edition": DEFAULT, "chicago-author-date-18th-edition": DEFAULT,
}  # fmt: skip


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
