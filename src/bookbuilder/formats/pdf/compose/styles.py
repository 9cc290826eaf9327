"""Find the stylesheets of the pages: the theme's, and the author's after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources

from bookbuilder.book import Book
from bookbuilder.config.schema import Config
from bookbuilder.formats.pdf.compose.first_letters import (
    FLOATING_LETTER,
    floats_first_letter,
    without_floating_letters,
)
from bookbuilder.formats.pdf.compose.flow import FLEX, uses_flex, without_flex
from bookbuilder.formats.pdf.compose.font_faces import without_faces
from bookbuilder.formats.pdf.compose.trim import edition_of, trim_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.runtime.files import is_inside, read_text
from bookbuilder.text.css import why_unreadable
from bookbuilder.text.words import primary

NO_STYLE = Rule(
    "P008",
    "style-missing",
    Severity.ERROR,
    "`style` in book.toml must name stylesheets: UTF-8 text files inside the book's folder.",
)

# Beside the letters of these languages, which have no lower case, figures of text look small.
_WITHOUT_CASE = frozenset(
    ["ar", "fa", "he", "hi", "ja", "ko", "mr", "ne", "sa", "th", "ur", "yi", "zh"]
)
_LINING = "".join(
    f"@page :{side} {{ @{place}-{side} {{ font-variant-numeric: lining-nums }} }}"
    for side in ("left", "right")
    for place in ("top", "bottom")
)

EDITION_THEMES = {"print": ("print",), "screen": ("print", "cover", "screen")}


def built_in_styles(
    book: Book, report: Report, themes: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    """Yield name and text of the stylesheets for the page's geometry and of the theme.

    `themes` names the theme's stylesheets to use instead of those of the book's edition.
    """
    config = book.config
    edition = edition_of(config, report)
    trim = trim_of(config, report)
    yield "trim.css", trim.css(edition, config.pdf.marks, book.metadata.language)
    for name in themes or EDITION_THEMES[edition]:
        yield f"{name}.css", theme_style(name)
    if config.pdf.large and not themes:
        yield "large.css", theme_style("large")
    if primary(book.metadata.language) in _WITHOUT_CASE:
        yield "figures.css", _LINING


def theme_style(name: str) -> str:
    return resources.files("bookbuilder").joinpath(f"themes/default/{name}.css").read_text("utf-8")


def author_styles(config: Config, report: Report) -> Iterator[tuple[str, str]]:
    """Yield name and text of the author's stylesheets: those of `[book]`, then of `[pdf]`."""
    for key, names in (("book.style", config.book.style), ("pdf.style", config.pdf.style)):
        for name in names:
            path = config.root / name
            try:
                if not is_inside(path, *config.folders):
                    raise OSError("it lies outside the book's folder")
                text = read_text(path, config.folders)
                if why := why_unreadable(text):
                    raise OSError(why)
                if uses_flex(text):
                    message = f"boxes of flex or grid in `{name}` are printed as blocks"
                    report.add(FLEX, message, config.span_of(key, name))
                if floats_first_letter(text):
                    message = f"a first letter that floats in `{name}` stays in its line"
                    hint = "give the paragraph the class `drop-cap` instead"
                    report.add(FLOATING_LETTER, message, config.span_of(key, name), hint)
                text = without_floating_letters(without_flex(text))
                yield name, without_faces(text, path, config.folders)
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error)
                message = f"the stylesheet `{name}` cannot be read: {why}"
                report.add(NO_STYLE, message, config.span_of(key, name))
