"""Describe whom a book is built for: a format, an edition, a language."""

from __future__ import annotations

from dataclasses import dataclass

EPUB, PRINT, SCREEN, WORKBOOK, WEB = FORMATS = ("epub", "print", "screen", "workbook", "web")
TEACHER = "teacher"
"""The edition that solutions are kept for, in a book that has it."""

_EPUB = frozenset({EPUB})
_HTML = frozenset({EPUB, WEB})
_ALL_PDF = frozenset({PRINT, SCREEN, WORKBOOK})
_NOT_HERE: frozenset[str] = frozenset()
# What pandoc and Quarto call formats, and those of a book that each of them means.
_MEANT: dict[str, frozenset[str]] = {
    **{name: frozenset({name}) for name in FORMATS},
    # Web pages are read on screens too, but have no pages.
    SCREEN: frozenset({SCREEN, WEB}),
    **dict.fromkeys(("epub2", "epub3", "ebook"), _EPUB),
    **dict.fromkeys(("html", "html4", "html5", "html:js"), _HTML),
    **dict.fromkeys(("pdf", "latex", "tex", "typst", "context"), _ALL_PDF),
    **dict.fromkeys(
        (
            "asciidoc", "asciidoctor", "beamer", "commonmark", "confluence", "dashboard", "docbook",
            "docusaurus-md", "docx", "dzslides", "email", "fb2", "gfm", "hugo-md", "icml", "ipynb",
            "jats", "jira", "latex-slides", "man", "markdown", "mediawiki", "muse", "native", "odt",
            "opml", "org", "plain", "powerpoint", "pptx", "revealjs", "rst", "rtf", "s5",
            "slideous", "slidy", "texinfo", "textile", "word", "xwiki",
        ),
        _NOT_HERE,
    ),
}  # fmt: skip


def formats_meant(name: str) -> frozenset[str] | None:
    """Return those of `FORMATS` that the `name` of a format means; None if nobody knows it."""
    return _MEANT.get(name.strip().lower())


@dataclass(frozen=True, slots=True)
class Audience:
    """Say whom a book is read for: one of `FORMATS`, and an edition of book.toml or none.

    An empty `format` stands for that of the PDF that the book's settings ask for. `translation` is
    the language of one in book.toml, or none.
    """

    format: str = EPUB
    edition: str = ""
    translation: str = ""
