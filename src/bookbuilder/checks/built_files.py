"""Inspect a finished EPUB or PDF, and trace what is wrong to the text that it was built from."""

from __future__ import annotations

import contextlib
import errno
import os
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bookbuilder.book import Book
from bookbuilder.build import apply_levels, load
from bookbuilder.checks.epubcheck import Message, NotRunError
from bookbuilder.config import CONFIG_NAME
from bookbuilder.config.book_folder import read_config
from bookbuilder.config.editions import own_editions
from bookbuilder.formats.epub.built_package import ARCHIVE, LARGEST_BOOK, ZIP_ERRORS, opened
from bookbuilder.formats.epub.preflight import identifier_of, inspect, source_of
from bookbuilder.formats.epub.source_map import trace
from bookbuilder.formats.pdf.finish.preflight import NotAPdfError, inspect_pdf
from bookbuilder.model.audience import EPUB, SCREEN, WORKBOOK, Audience
from bookbuilder.model.diagnostics import BookError, Report, Rule, Severity
from bookbuilder.model.source import Span
from bookbuilder.passes.selection import handout_identifier, volume_identifier
from bookbuilder.runtime.files import is_file, is_folder, read_file

UNREADABLE_BOOK = Rule(
    "V001",
    "unreadable-book",
    Severity.ERROR,
    "`check --built` inspects EPUBs and PDFs. If a file is neither, is damaged or needs a password,"
    " readers cannot open it either.",
)
EPUBCHECK_ERROR = Rule(
    "V002",
    "epubcheck-error",
    Severity.ERROR,
    "EPUBCheck, which shops use to decide what they accept, says that the file breaks the EPUB"
    " standard. If bookbuilder wrote the file, that is a bug in bookbuilder: please report it.",
)
EPUBCHECK_WARNING = Rule(
    "V003",
    "epubcheck-warning",
    Severity.WARNING,
    "EPUBCheck accepts the file, but warns of something that some readers or shops object to.",
)
EPUBCHECK_NOT_RUN = Rule(
    "V004",
    "epubcheck-not-run",
    Severity.NOTE,
    "EPUBCheck is a Java program and comes in a package of its own, `bookbuilder[epubcheck]`."
    " Without it, only bookbuilder's own preflight checks the file.",
)
NOT_TRACED = Rule(
    "V005",
    "not-traced",
    Severity.NOTE,
    "Findings in a built book are traced to the chapters that it was built from, if those can be"
    " found and read and belong to the same book. Otherwise they name the place in the file.",
)

_RULES = {"FATAL": EPUBCHECK_ERROR, "ERROR": EPUBCHECK_ERROR, "WARNING": EPUBCHECK_WARNING}


def find_sources(path: Path, working_folder: Path) -> Path:
    """Return the folder of the book that `path` was built from: the nearest with a book.toml.

    The search goes up from `path`, then from `working_folder`. If it finds none, return the folder
    of `path`, although that holds no book.
    """
    for start in (path.resolve().parent, working_folder.resolve()):
        for folder in (start, *start.parents):
            if is_file(folder / CONFIG_NAME):
                return folder
    return path.resolve().parent


def is_epub(path: Path) -> bool:
    """Tell whether `path` is an archive, as every EPUB is. What is no ordinary file is none."""
    if not is_file(path):
        return False
    with path.open("rb") as file:
        return file.read(len(ARCHIVE)) == ARCHIVE


def check_built(
    path: Path,
    root: Path,
    epubcheck: Sequence[Message] | NotRunError,
    report: Report,
    edition: str | None = None,
    translation: str | None = None,
) -> None:
    """Report what is wrong with the book at `path`, at its place in the sources in `root`.

    `epubcheck` holds what EPUBCheck said of an EPUB, or why it has not run. The sources are read
    for the format, `edition` and `translation` of the file; without those, for those in its name.
    """
    folder = root if is_folder(root) else root.parent
    name = Path(os.path.relpath(path.resolve(), folder)).as_posix()
    try:
        if not is_file(path):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        data = read_file(path, LARGEST_BOOK)
        if data.startswith(ARCHIVE):
            messages: Sequence[Message] = ()
            if isinstance(epubcheck, NotRunError):
                message = f"EPUBCheck has not run: {epubcheck}"
                report.add(EPUBCHECK_NOT_RUN, message, Span(name), epubcheck.hint)
            else:
                messages = epubcheck
            with opened(data) as package:
                sources = _Sources(root, audience_of(path, root, EPUB, edition, translation))
                _check_epub(package, len(data), name, sources, messages, report)
            return
        for rule, message in inspect_pdf(data):
            report.add(rule, message, Span(name))
        kind = SCREEN if "-screen" in path.stem else WORKBOOK if "-workbook" in path.stem else ""
        _Sources(root, audience_of(path, root, kind, edition, translation)).read("", report)
    except ZIP_ERRORS as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        report.add(UNREADABLE_BOOK, f"{path.name} cannot be read: {why[:200]}", Span(name))
    except NotAPdfError as error:
        message = f"{path.name} is neither an EPUB nor a PDF: {error}"
        report.add(UNREADABLE_BOOK, message, Span(name))


def _check_epub(
    package: zipfile.ZipFile,
    size: int,
    name: str,
    sources: _Sources,
    messages: Sequence[Message],
    report: Report,
) -> None:
    findings = list(inspect(package, size))
    remarks = [m for m in messages if m.severity in _RULES]
    book, why = sources.read(identifier_of(package), report)
    if book is None and (findings or remarks):
        report.add(NOT_TRACED, f"findings name places in {Path(name).name}: {why}", Span(name))
    for found in findings:
        span = source_of(book, package, found) if book else None
        report.add(found.rule, found.message, span or _in_file(name, found.document, found.place))
    for remark in remarks:
        document, _, line = remark.place.partition(", ")[0].rpartition(":")
        inside = document in package.namelist()
        span = trace(book, package, document, line) if book and inside else None
        # The list of what else would be valid there can fill screens.
        text = remark.text.partition("; expected ")[0]
        where = f" ({document.rpartition('/')[2]}:{line})" if span else ""
        report.add(
            _RULES[remark.severity],
            f"EPUBCheck {remark.code}: {text}{where}",
            span or _in_file(name, document if inside else "", line),
        )


def _in_file(name: str, document: str, place: str) -> Span:
    line = int(place) if place.isdecimal() else 0
    return Span(f"{name}/{document}" if document else name, line if document else 0)


def audience_of(
    path: Path,
    root: Path,
    kind: str,
    edition: str | None = None,
    translation: str | None = None,
) -> Audience:
    """Return whom the file at `path` is for: `kind` is its format, its name tells the rest."""
    if is_file(root / CONFIG_NAME):
        with contextlib.suppress(BookError):
            config = read_config(root.resolve(), Report())
            name = config.book.file_name("")
            own = {said.name: tag for tag, said in config.translation.items() if said.name}
            own_name = next((n for n in sorted(own, key=len)[::-1] if path.stem.startswith(n)), "")
            parts = f"{path.stem.removeprefix(own_name or name)}-"
            if translation is None:
                translation = own.get(own_name) or _in_name(config.translation, parts)
            if edition is None:
                edition = _in_name(own_editions(config), parts)
    return Audience(kind, edition or "", translation or "")


def _in_name(known: Iterable[str], parts: str) -> str | None:
    """Return the longest of the `known` names that stands between hyphens in `parts`."""
    return next((name for name in sorted(known, key=len)[::-1] if f"-{name}-" in parts), None)


@dataclass(frozen=True, slots=True)
class _Sources:
    """The folder or file that a book was built from, and the audience that it was built for."""

    root: Path
    audience: Audience

    def read(self, identifier: str, report: Report) -> tuple[Book | None, str]:
        """Return the book, and make `report` judge by its levels; else None, and why.

        An `identifier` has to be the book's or that of one of its parts or chapters.
        """
        root = self.root
        if is_folder(root) and not is_file(root / CONFIG_NAME):
            return None, f"there is no {CONFIG_NAME} above it, and no DIR was given"
        try:
            book = load(root, report=Report(), audience=self.audience)
        except BookError:
            return None, "the sources have errors, which `bookbuilder check` shows"
        ours = {book.metadata.identifier, *(volume_identifier(book, p) for p in book.parts)}
        ours |= {handout_identifier(book, chapter) for chapter in book.chapters}
        if identifier and identifier not in ours:
            return None, f"it was not made from {root.name}"
        apply_levels(book, report)
        return book, ""
