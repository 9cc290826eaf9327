"""Load a book from its folder, check it, and write it to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.book import Book
from bookbuilder.config.book_folder import read_config
from bookbuilder.config.editions import own_editions, settled
from bookbuilder.config.errata import read_errata
from bookbuilder.config.levels import levels_of_book
from bookbuilder.config.schema import Config
from bookbuilder.config.translations import languages_of
from bookbuilder.formats import FORMATS, find_format
from bookbuilder.formats.types import Output
from bookbuilder.model.audience import EPUB, PRINT, SCREEN, Audience
from bookbuilder.model.audience import FORMATS as FORMATS_OF_AUDIENCES
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.selection import Selection
from bookbuilder.model.source import Span
from bookbuilder.passes import PASSES, Pass, run_passes
from bookbuilder.reading.chapters import read_book
from bookbuilder.reading.order import read_outline
from bookbuilder.reading.outline import Entry, Outline, PartOutline
from bookbuilder.runtime.files import is_file
from bookbuilder.runtime.progress import working_on

if TYPE_CHECKING:
    from bookbuilder.runtime.remote_pictures import RemotePictures

NO_SUCH_FORMAT = Rule(
    "C008",
    "no-such-format",
    Severity.ERROR,
    "The suffix of the output file chooses the format: .epub or .pdf.",
)

OTHER_AUDIENCE = Rule(
    "C024",
    "other-audience",
    Severity.ERROR,
    "A book with conditions on formats has another text in each of them, so it is read for the"
    " format that it is written in. The commands see to that; a program that calls `load` and"
    " `write` gives `load` the `audience`.",
    is_books_fault=False,
)


def load(
    root: str | Path,
    part: int | None = None,
    report: Report | None = None,
    remote: RemotePictures | None = None,
    *,
    drafts: bool = False,
    audience: Audience | None = None,
) -> Book:
    """Read the book in the folder `root` (or in one Markdown file), numbered and linked.

    `remote` fetches pictures from the web; without it, links take their places. `part` makes one
    part a volume of its own. `drafts` brings in the chapters that are drafts. `audience` says by
    which format and edition conditions in the book are decided: the EPUB, unless said. Warnings go
    to `report` if one is given. Raises `BookError`, with all diagnostics, if the book has errors,
    and `FileNotFoundError` if there is no such folder.
    Warnings that are denied count as errors; but with a `report`, it is `write` that refuses them,
    after it has found the rest.
    """
    found = Report() if report is None else report
    book = linked(root, part, found, remote, drafts, audience or Audience())
    found.raise_for_errors(denied=report is None)
    return book


def check(
    root: str | Path,
    part: int | None = None,
    report: Report | None = None,
    remote: RemotePictures | None = None,
    *,
    drafts: bool = False,
    edition: str | None = None,
    translation: str | None = None,
) -> Book:
    """Load the book, and report what every format finds wrong with it before laying out pages.

    A book with conditions is read for each format that they name, and for each `edition` of it or
    the one that is named, since what is for readers of one is found nowhere else. So with each
    `translation`.
    """
    found = Report() if report is None else report
    books = read_for_all(
        root, part, found, remote, drafts=drafts, edition=edition, translation=translation
    )
    check_formats(books, found)
    found.raise_for_errors(denied=report is None)
    return books[0]


def read_for_all(
    root: str | Path,
    part: int | None,
    report: Report,
    remote: RemotePictures | None = None,
    *,
    drafts: bool = False,
    edition: str | None = None,
    translation: str | None = None,
) -> list[Book]:
    """Read the book once for each text that it has: for formats, editions and translations.

    With `edition` or `translation`, read that one alone; the empty name is the book itself.
    """
    first = Audience(EPUB, edition or "", translation or "")
    book = linked(root, part, report, remote, drafts, first)
    seen = [book]
    wanted = book.config.audience
    for other in audiences(book):
        is_asked = edition is None or other.edition == wanted.edition
        is_asked &= translation is None or other.translation == wanted.translation
        if is_asked and all(is_another_text(one, other) for one in seen):
            seen.append(linked(root, part, report, remote, drafts, other))
    return seen


def check_formats(books: Iterable[Book], report: Report) -> None:
    """Report what the formats that each of `books` is read for find wrong before laying out."""
    for one in books:
        for known in FORMATS:
            wanted = replace(one.config.audience, format=known.audience(one.config))
            if known.check is not None and not is_another_text(one, wanted):
                try:
                    with working_on(one.place):
                        known.check(one, report)
                except BookError as error:
                    report.take(error)


def audiences(book: Book) -> Iterator[Audience]:
    """Yield those whom the book may be built for: each edition in its formats and languages."""
    config = book.config
    pdf = SCREEN if config.pdf.edition == SCREEN else PRINT
    kinds = [EPUB, pdf, *sorted(book.named & set(FORMATS_OF_AUDIENCES))]
    kinds += [name for name in config.edition if name in FORMATS_OF_AUDIENCES]
    for translation in ("", *languages_of(config)):
        for edition in ("", *own_editions(config)):
            for kind in dict.fromkeys(kinds):
                yield Audience(kind, edition, translation)


def is_another_text(book: Book, audience: Audience) -> bool:
    """Tell whether `book` would have to be read again for `audience`, as it has other text then."""
    mine = book.config.audience
    if (mine.edition, mine.translation) != (audience.edition, audience.translation):
        return True
    if mine.format == audience.format:
        return False
    decisive = book.named | set(book.config.edition)
    return bool(decisive & {mine.format, audience.format})


def linked(
    root: str | Path,
    part: int | None,
    report: Report,
    remote: RemotePictures | None,
    drafts: bool,
    audience: Audience,
    passes: tuple[Pass, ...] = PASSES,
) -> Book:
    """Return the book, numbered and linked by `passes`, even if there are errors in the report."""
    root = Path(root).resolve(strict=True)
    if is_file(root):
        config, outline = Config(root.parent), Outline(parts=[PartOutline(entries=[Entry(root)])])
        config = settled(config, audience, report)
        _raise_unless_worth_going_on(report)
        drafts = True  # whoever names a file wants it
    else:
        config = read_config(root, report)
        _raise_unless_worth_going_on(report)
        config = settled(config, audience, report)
        _raise_unless_worth_going_on(report)
        outline = read_outline(config, report, with_drafts=drafts)
    book = read_book(config, outline, report, with_drafts=drafts)
    book.asked = None if part is None else Selection.of_part(part)
    book.errata = read_errata(book.config.root, report)
    _raise_unless_worth_going_on(report)
    run_passes(book, report, remote, passes)
    return book


def _raise_unless_worth_going_on(report: Report) -> None:
    if any(d.rule.severity is Severity.ERROR and d.rule.stops for d in report):
        raise BookError(report.diagnostics)


def write(
    book: Book, path: str | Path, report: Report | None = None, format_name: str = ""
) -> Output:
    """Write `book` to `path` in the format of its suffix; on any failure the old file stays.

    `format_name` chooses among formats with the same suffix: `workbook` writes the exercises alone,
    `cover` the sheet around the book. Raises `BookError` if the format finds an error, or if there
    is one in `report`.
    """
    report = Report() if report is None else report
    path = Path(path)
    suffix = path.suffix.lower()
    chosen = find_format(format_name or suffix.removeprefix("."))
    if chosen is None or (chosen.suffix and chosen.suffix != suffix):
        message = f"`{path.name}` does not have a format's suffix"
        report.add(NO_SUCH_FORMAT, message, Span(path.name))
        raise BookError(report.diagnostics)
    audience = replace(book.config.audience, format=chosen.audience(book.config))
    if is_another_text(book, audience):
        # What is not for its readers would be in the file.
        message = f"the book was read for `{book.config.audience.format}`, not `{audience.format}`"
        hint = f'load it with audience=Audience("{audience.format}")'
        report.add(OTHER_AUDIENCE, message, None, hint)
        raise BookError(report.diagnostics)
    apply_levels(book, report)
    with working_on(book.place):
        return chosen.write(book, path, report)


def apply_levels(book: Book, report: Report) -> None:
    """Make `report` judge findings by the levels that `book` sets."""
    report.of_book = levels_of_book(book.config, Report())
    report.of_chapters |= {c.source.name: c.levels for c in book.chapters if c.levels}
