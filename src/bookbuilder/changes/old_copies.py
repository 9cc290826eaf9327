"""Get the EPUB of an older version: a file, or one that is made of an older folder or commit."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bookbuilder.build import load
from bookbuilder.changes import UNREADABLE_COPY
from bookbuilder.changes.git_tree import take_out
from bookbuilder.formats.epub.built_package import ARCHIVE, LARGEST_BOOK
from bookbuilder.formats.epub.writer import make_epub
from bookbuilder.model.audience import Audience
from bookbuilder.model.diagnostics import BookError, Report, Severity
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import is_file, is_folder, read_file
from bookbuilder.runtime.git import GitError

_PDF = b"%PDF-"


def old_copy(
    old: str, root: Path, report: Report, audience: Audience | None = None, part: int | None = None
) -> bytes:
    """Return the EPUB that `old` names: a file, a folder, or a tag or commit of the book in `root`.

    A folder or commit is built for the `audience`, as `part` says. Raises `BookError`.
    """
    path = Path(old)
    if is_file(path):
        return _read(path, report)
    if is_folder(path):
        return _built(path, old, report, audience, part)
    with tempfile.TemporaryDirectory() as folder:
        try:
            book = take_out(root if is_folder(root) else root.parent, old, Path(folder))
        except GitError as error:
            hint = "give an EPUB, a folder, or a tag or commit of the book's git repository"
            report.add(UNREADABLE_COPY, f"there is no `{old[:80]}` to read: {error}", None, hint)
            raise BookError(report.diagnostics) from None
        if is_file(root):
            book = book / root.name
        return _built(book, old, report, audience, part)


def _read(path: Path, report: Report) -> bytes:
    try:
        data = read_file(path, LARGEST_BOOK)
    except OSError as error:
        why = f"{path.name} cannot be read: {error.strerror or error}"
        report.add(UNREADABLE_COPY, why, Span(path.name))
        raise BookError(report.diagnostics) from None
    if not data.startswith(ARCHIVE):
        hint = "compare with the EPUB of that version" if data.startswith(_PDF) else ""
        report.add(UNREADABLE_COPY, f"{path.name} is no EPUB", Span(path.name), hint)
        raise BookError(report.diagnostics)
    return data


def _built(
    folder: Path, name: str, report: Report, audience: Audience | None, part: int | None
) -> bytes:
    """Return the EPUB of an older folder. What is wrong in it is nothing to mend now."""
    found = Report()
    try:
        book = load(folder, part, found, audience=audience)
        return make_epub(book, found)
    except FileNotFoundError:
        why = "there was no such folder"
    except BookError as error:
        errors = [d for d in error.diagnostics if d.severity is Severity.ERROR]
        why = errors[0].message if errors else "it has errors"
    report.add(UNREADABLE_COPY, f"the book at `{name[:80]}` cannot be built: {why}")
    raise BookError(report.diagnostics)
