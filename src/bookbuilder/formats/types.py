"""Define the types that every format shares, and the one way to write a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.model.diagnostics import BookError, Rule, Severity
from bookbuilder.runtime.files import write_atomically
from bookbuilder.runtime.folders import NotOursError, write_folder

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.config.schema import Config
    from bookbuilder.model.diagnostics import Report
    from bookbuilder.model.pagination import Pagination


FOLDER_IN_USE = Rule(
    "F006",
    "folder-in-use",
    Severity.ERROR,
    "Web pages, and what `share` makes, are a folder of files. bookbuilder replaces what it has"
    " written into it before, which the file `.bookbuilder-files` lists, and never a file of yours."
    " Move yours elsewhere, or name another folder: with `-o` for web pages, with `output` in"
    " book.toml for `share`.",
    is_books_fault=False,
)


@dataclass(frozen=True, slots=True)
class Output:
    """A written file: `size` in bytes, `count` of `unit` ("chapters", "pages").

    `changes` say in words how the writer changed the author's own files, and what it had to do
    again; `remark` is for the line that reports the file. `pagination` says where its pages start,
    for formats that have no pages.
    """

    path: Path
    size: int
    count: int
    unit: str
    changes: tuple[str, ...] = ()
    remark: str = ""
    pagination: Pagination | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file that a linked `Book` is written as.

    `name` is its command and the `format_name` of `write`. `file_ending` gives what follows the
    book's name in the names of its files, such as `-screen.pdf`; it ends with `suffix`.
    `audience` gives the format that conditions in the text know it by. `check`
    reports what can be found without laying out a page, and raises `BookError` if it cannot go on.
    Inside the context of `ahead`, the book is read and written: it begins what takes as long as
    reading, such as to load libraries, in another process.

    The functions import what they need when they are called: importing formats must stay quick,
    and a machine that makes EPUBs may lack Pango.
    """

    name: str
    suffix: str
    file_ending: Callable[[Config], str]
    write: Callable[[Book, Path, Report], Output]
    audience: Callable[[Config], str]
    check: Callable[[Book, Report], None] | None = None
    ahead: Callable[[], AbstractContextManager[None]] = nullcontext

    def output_path(self, book: Book) -> Path:
        """Return where `book` is written by default: `dist/NAME.epub` in the book's folder."""
        config = book.config
        title = book.excerpt.whole if book.excerpt else book.metadata.title
        name = config.book.file_name(title)
        if book.excerpt is not None:
            name = f"{name}-{book.excerpt.name}"
        if config.audience.edition:
            name = f"{name}-{config.audience.edition}"
        return config.root / config.book.output / f"{name}{self.file_ending(config)}"


def deliver(path: Path, data: bytes, report: Report) -> None:
    """Put `data` at `path`. Writers write files in no other way.

    Raises `BookError` instead if `report` has errors, such as warnings that are denied.
    """
    report.raise_for_errors(denied=True)
    write_atomically(path, data)


def deliver_folder(folder: Path, files: Mapping[str, bytes], report: Report) -> None:
    """Put `files` into `folder`, as `deliver` does with one.

    Raises `BookError` also if somebody else's files are where they would have to be.
    """
    report.raise_for_errors(denied=True)
    try:
        write_folder(folder, files)
    except NotOursError as error:
        message = f"`{folder.name}` is not written to: {error.strerror}"
        hint = "move them elsewhere; put files of yours into it once bookbuilder has made it"
        report.add(FOLDER_IN_USE, message, None, hint)
        raise BookError(report.diagnostics) from None
