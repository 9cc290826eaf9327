"""The commands that build: load the book once, write it, say what came of it."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bookbuilder.cli.console import no_traceback, progress, show, shown, unwritable_is_wrong_use
from bookbuilder.cli.options import (
    EXIT_ERRORS_IN_BOOK,
    EXIT_WRONG_USE,
    Options,
    building,
    output_option,
)
from bookbuilder.diagnostics import BookError, Diagnostic, Report

if TYPE_CHECKING:
    from bookbuilder.config import LimitsConfig
    from bookbuilder.formats import Output


@click.command()
@output_option
@click.option(
    "--profile",
    type=click.Choice(["generic", "kindle", "kobo", "apple"]),
    help="For one maker's readers; generic serves all.",
)
@building
def epub(output: Path | None, profile: str | None, **options: Any) -> None:
    """Build an EPUB."""
    said = {} if profile is None else {"profile": profile}
    build_formats(["epub"], output, Options(**options), epub_settings=said)


@click.command()
@output_option
@click.option(
    "--edition",
    type=click.Choice(["print", "screen"]),
    help="For paper, or for the screen: with cover and live links.",
)
@click.option("--trim", metavar="SIZE", help="The cut page: a5, b5, 6x9, a4 or letter.")
@click.option("--marks", is_flag=True, default=None, help="Add bleed and crop marks.")
@click.option("--booklet", is_flag=True, default=None, help="Two pages on a sheet, for folding.")
@click.option("--pdf-a", is_flag=True, default=None, help="Make the PDF/UA a PDF/A-2a too.")
@building
def pdf(
    output: Path | None,
    edition: str | None,
    trim: str | None,
    marks: bool | None,
    booklet: bool | None,
    pdf_a: bool | None,
    **options: Any,
) -> None:
    """Build a PDF for print, or for the screen."""
    said = {"edition": edition, "trim": trim, "marks": marks, "booklet": booklet, "pdf_a": pdf_a}
    said = {key: value for key, value in said.items() if value is not None}
    build_formats(["pdf"], output, Options(**options), pdf_settings=said)


@click.command()
@building
def build(**options: Any) -> None:
    """Build the EPUB and the PDF."""
    build_formats(["epub", "pdf"], None, Options(**options))


def build_formats(
    formats: list[str],
    output: Path | None,
    options: Options,
    *,
    epub_settings: Mapping[str, Any] | None = None,
    pdf_settings: Mapping[str, Any] | None = None,
) -> None:
    """Load the book once and write each of `formats`; exits where that fails.

    `epub_settings` and `pdf_settings` go before what `[epub]` and `[pdf]` in book.toml say.
    """
    if output and output.suffix.lower() != f".{formats[0]}":
        raise click.BadParameter(f"{output} does not end in .{formats[0]}.", param_hint="'-o'")
    with no_traceback(options):
        from bookbuilder.build import find_root, read_limits
        from bookbuilder.sandbox import LimitHit, report_limit, run_bounded

        root = options.directory or find_root(Path.cwd())
        settings = epub_settings or {}, pdf_settings or {}
        limits = read_limits(root)
        try:
            built = run_bounded(
                lambda: _build(root, formats, output, options, limits, *settings), limits
            )
        except LimitHit as hit:
            report = Report()
            report_limit(hit, limits, report)
            built = Built(list(report), [], EXIT_ERRORS_IN_BOOK)
        show(built.diagnostics, root, options)
        if not options.quiet:
            for line in built.wrote:
                click.echo(line)
        if built.failure:
            raise built.failure
        if built.exit_code:
            sys.exit(built.exit_code)


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build: `wrote` are lines about files; `failure` is no fault of the book."""

    diagnostics: list[Diagnostic]
    wrote: list[str]
    exit_code: int
    failure: Exception | None = None


def _build(
    root: Path,
    formats: list[str],
    output: Path | None,
    options: Options,
    limits: LimitsConfig,
    epub_settings: Mapping[str, Any],
    pdf_settings: Mapping[str, Any],
) -> Built:
    from bookbuilder.build import load, output_path, write
    from bookbuilder.sandbox import LimitHit, end_limits, report_limit

    started = time.perf_counter()
    report = Report()
    wrote: list[str] = []
    failure = None
    try:
        with progress(f"Reading {shown(root)}", options):
            book = load(root, options.part, report)
        for_epub = replace(book.config.epub, **epub_settings)
        for_pdf = replace(book.config.pdf, **pdf_settings)
        book = replace(book, config=replace(book.config, epub=for_epub, pdf=for_pdf))
        if options.verbose:
            wrote.append(f"Read {shown(root)}: {time.perf_counter() - started:.1f} s")
        for name in formats:
            path = output or output_path(book, name)
            with progress(f"Writing {path.name}", options), unwritable_is_wrong_use(path):
                written = write(book, path, report)
            if options.verbose:
                wrote += written.changes
            wrote.append(_wrote(written, time.perf_counter() - started))
            started = time.perf_counter()
    except BookError as error:
        for found in error.diagnostics:
            report.add(found.rule, found.message, found.span, found.hint)
    except (LimitHit, MemoryError) as error:
        end_limits()
        report_limit(error, limits, report)
    except Exception as error:
        error.add_note(traceback.format_exc())
        failure = error
    return Built(list(report), wrote, exit_code(report) if report.errors else 0, failure)


def exit_code(report: Report) -> int:
    """Wrong use where an error is about what was asked, or where; else the book has errors."""
    from bookbuilder.build import NO_SUCH_PART
    from bookbuilder.formats.pdf.engine import NO_PANGO

    not_the_book = {NO_SUCH_PART, NO_PANGO} & {found.rule for found in report}
    return EXIT_WRONG_USE if not_the_book else EXIT_ERRORS_IN_BOOK


def _wrote(output: Output, seconds: float) -> str:
    unit = output.unit.removesuffix("s") if output.count == 1 else output.unit
    size = f"{output.size / 1e6:.1f} MB" if output.size >= 1e6 else f"{output.size / 1e3:.0f} kB"
    return f"Wrote {shown(output.path)}: {output.count} {unit}, {size}, {seconds:.1f} s"
