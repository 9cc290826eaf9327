"""Define the commands that build: load the book once, write it, and say what was written."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookbuilder.cli.completion import papers, trims
from bookbuilder.cli.console import (
    no_traceback,
    progress,
    show,
    unwritable_is_wrong_use,
    working_folder,
)
from bookbuilder.cli.shared_options import (
    PDF_EDITIONS,
    Options,
    large_option,
    no_cache_option,
    output_option,
    reading,
    remote_pictures,
    two_up_option,
)
from bookbuilder.cli.terminal import printable, say, shown
from bookbuilder.config import find_root

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.formats.types import Format, Output
    from bookbuilder.model.audience import Audience
    from bookbuilder.model.diagnostics import Report


@click.command()
@output_option
@click.option(
    "--profile",
    type=click.Choice(["generic", "kindle", "kobo", "apple"]),
    help="For the e-readers of one maker; generic suits all.",
)
@reading
def epub(output: Path | None, profile: str | None, **options: Any) -> None:
    """Build an EPUB."""
    said = {} if profile is None else {"profile": profile}
    build_formats(["epub"], output, Options(**options), epub_settings=said)


@click.command()
@output_option
@click.option(
    "--trim",
    metavar="SIZE",
    shell_complete=trims,
    help="The size of a page: a5, b5, 6x9, a4 or letter.",
)
@click.option("--marks", is_flag=True, default=None, help="Add bleed and crop marks.")
@click.option(
    "--booklet",
    is_flag=True,
    default=None,
    help="Put two pages on each side of a sheet, for folding.",
)
@two_up_option
@large_option
@click.option("--pdf-a", is_flag=True, default=None, help="Make the PDF conform to PDF/A-2a too.")
@click.option(
    "--live-links", is_flag=True, default=None, help="Keep links that one can click in the PDF."
)
@click.option("--qr", is_flag=True, default=None, help="Add QR codes for each chapter's links.")
@no_cache_option
@reading
def pdf(
    output: Path | None,
    trim: str | None,
    marks: bool | None,
    booklet: bool | None,
    two_up: bool | None,
    large: bool | None,
    pdf_a: bool | None,
    live_links: bool | None,
    qr: bool | None,
    no_cache: bool,
    **options: Any,
) -> None:
    """Build a PDF for print, or for the screen."""
    said = {
        "trim": trim,
        "marks": marks,
        "booklet": booklet,
        "two_up": two_up,
        "large": large,
        "pdf_a": pdf_a,
        "live_links": live_links,
        "qr": qr,
    }
    chosen = {key: value for key, value in said.items() if value is not None}
    settings = {**chosen, **_cache(no_cache)}
    build_formats(["pdf"], output, Options(**options), pdf_settings=settings)


@click.command()
@output_option
@click.option(
    "--trim",
    metavar="SIZE",
    shell_complete=trims,
    help="The size of a page: a5, b5, 6x9, a4 or letter.",
)
@click.option(
    "--paper",
    metavar="NAME",
    shell_complete=papers,
    help="The paper of the book, which sets the width of the spine.",
)
@click.option(
    "--pages",
    metavar="N",
    type=click.IntRange(min=1),
    help="The number of pages; by default they are counted.",
)
@reading
def cover(
    output: Path | None, trim: str | None, paper: str | None, pages: int | None, **options: Any
) -> None:
    """Build the cover for the printer: back, spine and front on one sheet.

    The width of the spine depends on the number of pages. They are counted in the
    print PDF if that was built from the book as it is now. Otherwise the pages are
    laid out and counted.
    """
    said = {"trim": trim, "paper": paper, "pages": pages}
    said = {key: value for key, value in said.items() if value is not None}
    build_formats(["cover"], output, Options(**options), pdf_settings=said)


@click.command()
@output_option
@reading
def workbook(output: Path | None, **options: Any) -> None:
    """Build the workbook: the exercises alone, as a PDF to fill in."""
    build_formats(["workbook"], output, Options(**options))


@click.command()
@click.option(
    "-o",
    "--output",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write; by default one in the book's dist folder.",
)
@reading
def web(output: Path | None, **options: Any) -> None:
    """Build web pages, to read in the browser: a folder that needs no server."""
    build_formats(["web"], output, Options(**options))


@click.command()
@click.option(
    "--all",
    "all_editions",
    is_flag=True,
    help="Build every edition and every translation of book.toml.",
)
@click.option("--web", is_flag=True, help="Build web pages too.")
@no_cache_option
@reading
def build(all_editions: bool, web: bool, no_cache: bool, **options: Any) -> None:
    """Build the PDF, and the EPUB with the page numbers of the PDF."""
    said = Options(**options)
    if all_editions and said.edition:
        raise click.BadParameter("It is one of all.", param_hint="'--edition'")
    if all_editions and said.translation:
        raise click.BadParameter("It is one of all.", param_hint="'--translation'")
    settings = _cache(no_cache)
    formats = ["pdf", "epub", *["web"] * web]
    build_formats(formats, None, said, pdf_settings=settings, all_editions=all_editions)


def _cache(no_cache: bool) -> dict[str, bool]:
    return {"cache": False} if no_cache else {}


def build_formats(
    formats: list[str],
    output: Path | None,
    options: Options,
    *,
    epub_settings: Mapping[str, Any] | None = None,
    pdf_settings: Mapping[str, Any] | None = None,
    all_editions: bool = False,
) -> None:
    """Load the book and write each of `formats`; exit if that fails.

    `epub_settings` and `pdf_settings` replace those of `[epub]` and `[pdf]` in book.toml.
    """
    from bookbuilder.cli.finished import name_of_command, recall, remember
    from bookbuilder.cli.running import run
    from bookbuilder.formats import FORMATS
    from bookbuilder.runtime.seen import recording

    chosen = [known for name in formats for known in FORMATS if known.name == name]
    if output and (suffix := chosen[0].suffix) not in ("", output.suffix.lower()):
        wrong = f"{printable(str(output))} does not end in {suffix}."
        raise click.BadParameter(wrong, param_hint="'-o'")
    settings = {"epub": dict(epub_settings or {}), "pdf": dict(pdf_settings or {})}
    if kind := options.pdf_edition:
        if "pdf" not in formats:
            raise click.BadParameter(f"`{kind}` is for a PDF.", param_hint="'--edition'")
        settings["pdf"]["edition"] = kind
    command = ""
    with no_traceback(options):
        root = options.directory or find_root(working_folder())
        # Nobody asks the web whether a picture is still the same; who wants details wants a build.
        # A program that draws diagrams may be another tomorrow.
        if not (options.fetch_remote_images or options.verbose or options.allow_programs):
            told: tuple[object, ...] = root.resolve(), output and output.absolute()
            told += formats, settings
            told += options.part, options.drafts, options.deny, options.edition, all_editions
            told += (options.translation,)
            command = name_of_command(*told)
            if finished := recall(command):
                show(finished.diagnostics, root, options)
                if not options.quiet:
                    for file in finished.files:
                        say(f"{shown(Path(file.path))} is up to date: {file.summary}")
                return

    def work(root: Path, report: Report, said: list[str]) -> None:
        asked = _Asked(chosen, output, options, settings, root)
        with recording() as seen, contextlib.ExitStack() as stack:
            for one in chosen:
                stack.enter_context(one.ahead())
            if all_editions:
                keeps, written = asked.write_all(report, said)
            else:
                keeps, written = asked.write_one(report, said)
        if command and keeps and not report.errors:
            files = {one.path: summary(one) for one in written}
            remember(command, seen, files, list(report))

    run(work, options, root)


def write_all_of_it(root: Path, options: Options, report: Report, said: list[str]) -> list[Output]:
    """Write what `bookbuilder build` does: every text of the book, or what `options` name."""
    from bookbuilder.formats import find_format
    from bookbuilder.runtime.files import is_folder

    formats = [one for name in ("pdf", "epub") if (one := find_format(name))]
    pdf = {"edition": options.pdf_edition} if options.pdf_edition else {}
    asked = _Asked(formats, None, options, {"epub": {}, "pdf": pdf}, root)
    if options.edition or options.translation or not is_folder(root):
        return asked.write_one(report, said)[1]
    return asked.write_all(report, said)[1]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold what is to be built: the book in `root` in `formats`, with the command's `settings`."""

    formats: Sequence[Format]
    output: Path | None
    options: Options
    settings: Mapping[str, Mapping[str, Any]]
    root: Path

    def write_one(self, report: Report, said: list[str]) -> tuple[bool, list[Output]]:
        """Write what the options ask for."""
        options = self.options
        return self.write(options.text_edition or "", options.translation or "", report, said)

    def write_all(self, report: Report, said: list[str]) -> tuple[bool, list[Output]]:
        """Write the book, its editions and translations; if one fails, the next is written."""
        from bookbuilder.config.book_folder import read_config
        from bookbuilder.config.editions import own_editions
        from bookbuilder.config.translations import languages_of
        from bookbuilder.model.diagnostics import BookError, Report

        config = read_config(self.root.resolve(), Report())
        others = [replace(self, formats=[one for one in self.formats if one.name == "pdf"])]
        keeps, outputs = True, []
        languages = ("", *languages_of(config))
        texts = [(edition, name) for name in languages for edition in ("", *own_editions(config))]
        for edition, translation in texts:
            kinds = [name for name in PDF_EDITIONS if name in config.edition]
            asked = [self]
            for kind in kinds:
                if kind != config.pdf.edition:
                    pdf = {**self.settings["pdf"], "edition": kind}
                    asked += [replace(o, settings={**self.settings, "pdf": pdf}) for o in others]
            for one in asked:
                try:
                    is_kept, written = one.write(edition, translation, report, said)
                except BookError as error:
                    report.take(error)
                else:
                    keeps = keeps and is_kept
                    outputs += written
        return keeps, outputs

    def write(
        self, edition: str, translation: str, report: Report, said: list[str]
    ) -> tuple[bool, list[Output]]:
        """Write the files of one edition; say also whether the book lets itself be remembered."""
        from bookbuilder.build import is_another_text, write
        from bookbuilder.model.audience import Audience
        from bookbuilder.model.diagnostics import BookError

        started = time.perf_counter()
        options = self.options
        wanted = Audience(self._kind(self.formats[0], None), edition, translation)
        book = self._load(wanted, report)
        if options.verbose:
            said.append(f"Read {shown(self.root)}: {time.perf_counter() - started:.1f} s")
        # If one format finds an error, the next is written all the same.
        branches = [report.branch() for _ in self.formats]
        outputs = []
        try:
            for one, found in zip(self.formats, branches, strict=True):
                try:
                    wanted = replace(book.config.audience, format=self._kind(one, book))
                    if is_another_text(book, wanted):
                        book = _with_pages_of(book, self._load(wanted, found))
                    path = self.output or one.output_path(book)
                    with progress(f"Writing {path.name}", options), unwritable_is_wrong_use(path):
                        written = write(book, path, found, one.name)
                except BookError as error:
                    found.take(error)
                else:
                    if options.verbose:
                        said += written.changes
                    seconds = time.perf_counter() - started
                    said.append(f"Wrote {shown(path)}: {summary(written)}, {seconds:.1f} s")
                    book = replace(book, pagination=written.pagination or book.pagination)
                    outputs.append(written)
                started = time.perf_counter()
        finally:
            for found in branches:
                report.merge(found)
        return book.config.pdf.cache, outputs

    def _kind(self, one: Format, book: Book | None) -> str:
        """Return the audience's format for `one`; none for a PDF that book.toml decides on."""
        if one.name == "pdf" and book is None:
            return str(self.settings["pdf"].get("edition", ""))
        from bookbuilder.config.schema import Config

        return one.audience(book.config if book else Config(self.root))

    def _load(self, audience: Audience, report: Report) -> Book:
        from bookbuilder.build import load

        options = self.options
        remote = remote_pictures(options)
        with progress(f"Reading {shown(self.root)}", options):
            book = load(
                self.root, options.part, report, remote, drafts=options.drafts, audience=audience
            )
        config = book.config
        for name, asked in self.settings.items():
            config = config.with_asked(name, asked)
        return replace(book, config=config)


def _with_pages_of(paged: Book, book: Book) -> Book:
    """Return `book` with the page starts of `paged`, the same book with another text."""
    if paged.pagination is None:
        return book
    from bookbuilder.formats.hypertext.other_pages import pages_of_other_text

    return replace(book, pagination=pages_of_other_text(paged, book))


def summary(output: Output) -> str:
    """Return what is said of a written file: `215 pages, 726 kB`."""
    unit = output.unit.removesuffix("s") if output.count == 1 else output.unit
    size = f"{output.size / 1e6:.1f} MB" if output.size >= 1e6 else f"{output.size / 1e3:.0f} kB"
    said = f"{output.count} {unit}, {output.remark}" if output.remark else f"{output.count} {unit}"
    return f"{said}, {size}"
