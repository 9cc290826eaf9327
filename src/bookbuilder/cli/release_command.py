"""Do what `check --release` asks: every check, the page about them, and the answer."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bookbuilder.cli.console import (
    no_traceback,
    progress,
    unwritable_is_wrong_use,
    working_folder,
)
from bookbuilder.cli.running import Done, do, exit_code, finish
from bookbuilder.cli.shared_options import EXIT_ERRORS_IN_BOOK, Options, remote_pictures
from bookbuilder.cli.terminal import from_here, shown
from bookbuilder.config import find_root

if TYPE_CHECKING:
    from bookbuilder.book import Book
    from bookbuilder.checks.ace import Violation
    from bookbuilder.checks.epubcheck import Message, NotRunError
    from bookbuilder.checks.release import Release
    from bookbuilder.model.diagnostics import Report
    from bookbuilder.runtime.link_checking import LinkState

# The book is read several times, laid out, and read again by EPUBCheck.
TIMES_THE_LIMITS = 5
EPUB = ".epub"


@dataclass(slots=True)
class _Outside:
    """Hold what was found out without the book: by Ace, and on the web."""

    ace: dict[Path, list[Violation] | NotRunError] = field(default_factory=dict)
    states: Mapping[str, LinkState] | None = None
    offline: bool = False


def check_release(options: Options, output: Path | None, online: bool) -> None:
    """Build the book, check all of it, write a page about that, and say whether it is ready."""
    with no_traceback(options):
        root = options.directory or find_root(working_folder())
        done = do(
            lambda r, report, said: _inside(r, report, said, options, output),
            options,
            root,
            TIMES_THE_LIMITS,
        )
        if done.value is None:
            if not done.failure:
                done.said.append("Ready to hand out: no, the check was stopped before its end")
            finish(done, root, options)
            return
        release: Release = done.value
        outside = _Outside()
        for file in release.files:
            if file.path.suffix == EPUB:
                outside.ace[file.path] = _ace(file.path, options)
        if online and release.links:
            outside.states, outside.offline = _online(release, options, root).value or (None, False)
        last = do(
            lambda r, report, said: _put_together(r, said, release, outside, options, online),
            options,
            root,
        )
        if last.value is None or last.failure:
            finish(last, root, options)
            return
        release = last.value
        code = 0
        if not release.is_ready:
            errors = [found for found in release.findings if found.severity == "error"]
            code = exit_code(errors) if errors else EXIT_ERRORS_IN_BOOK
        finish(Done(release.findings, done.said + last.said, code), root, options)


def _inside(
    root: Path, report: Report, said: list[str], options: Options, output: Path | None
) -> Release:
    """Return the checks of the text and of the files that are built of it."""
    from bookbuilder.build import check_formats, read_for_all
    from bookbuilder.checks import epubcheck
    from bookbuilder.checks.release import Release, add_unread, check_text
    from bookbuilder.checks.release_files import check_file
    from bookbuilder.model.diagnostics import BookError

    edition, language = options.text_edition or "", options.translation or ""
    name = "-".join(filter(None, (language, edition)))
    release = Release(root.resolve().stem, "", output or _page_of(root, name))
    release.asked = report.asked
    try:
        with progress(f"Checking {shown(root)}", options):
            remote = remote_pictures(options)
            books = read_for_all(
                root,
                options.part,
                report,
                remote,
                drafts=options.drafts,
                edition=options.text_edition,
                translation=options.translation,
            )
            check_formats(books, report)
            meta = books[0].metadata
            release.title, release.language, release.version = (
                meta.title,
                meta.language,
                meta.version,
            )
            release.edition = edition
            if output is None:
                release.page = _page_of(root, name, books[0])
            check_text(release, books, report)
    except BookError as error:
        report.take(error)
        add_unread(release, report)
        return release
    _build(root, report, said, options, release)
    for file in release.files:
        messages: list[Message] | NotRunError = []
        if file.path.suffix == EPUB:
            try:
                with progress(f"EPUBCheck reads {file.path.name}", options):
                    messages = epubcheck.check(file.path)
            except epubcheck.NotRunError as error:
                messages = error
        with progress(f"Checking {file.path.name}", options):
            check_file(release, root, file.path, messages)
    return release


def _build(root: Path, report: Report, said: list[str], options: Options, release: Release) -> None:
    from bookbuilder.checks.release_files import handed_out
    from bookbuilder.cli.build_commands import summary, write_all_of_it
    from bookbuilder.model.diagnostics import BookError, Report

    found = Report(asked=report.asked, of_book=report.of_book, of_chapters=report.of_chapters)
    outputs = []
    try:
        outputs = write_all_of_it(root, options, found, said)
    except BookError as error:
        found.take(error)
    release.files = [handed_out(one.path, summary(one)) for one in outputs]
    known = set(report)
    news = [one for one in found if one not in known]
    if not release.files and not news:
        release.leave("Building", "the book has errors, so no file was written")
    else:
        names = ", ".join(file.path.name for file in release.files)
        release.add("Building", news, names or "no file was written")


def _ace(path: Path, options: Options) -> list[Violation] | NotRunError:
    from bookbuilder.checks import ace
    from bookbuilder.checks.epubcheck import NotRunError

    try:
        with progress(f"Ace looks at {path.name}", options):
            return ace.check(path)
    except NotRunError as error:
        return error


def _online(release: Release, options: Options, root: Path) -> Done:
    """Return what the web says of the book's links, and whether there was a network at all."""
    from bookbuilder.checks.web_links import check_links
    from bookbuilder.runtime.cache import users_cache
    from bookbuilder.runtime.link_checking import MOST_SECONDS, LinkChecker

    def work(_root: Path, _report: Report, _said: list[str]) -> object:
        checker = LinkChecker(users_cache("links"))
        with progress(f"Asking for {len(release.links)} addresses", options):
            states = check_links(release.links, checker)
        return states, checker.offline

    return do(work, options, root, seconds=MOST_SECONDS)


def _put_together(
    root: Path,
    said: list[str],
    release: Release,
    outside: _Outside,
    options: Options,
    online: bool,
) -> Release:
    """Add what was found outside, write the page, and say the answer."""
    from bookbuilder.checks.release_files import add_ace, add_links, add_others
    from bookbuilder.checks.release_page import page_of
    from bookbuilder.runtime.files import is_folder, write_atomically

    for path, found in outside.ace.items():
        add_ace(release, root, path, found)
    if not release.files:
        why = "there is no file to look at"
        release.leave("EPUBCheck", why)
        release.leave("Ace", why)
    elif not options.part:
        folder_of_files = release.files[0].path.parent
        add_others(release, folder_of_files, min((f.path.stem for f in release.files), key=len))
    add_links(release, outside.states, online=online, offline=outside.offline)
    folder = from_here(root if is_folder(root) else root.parent)
    data = page_of(release, folder).encode()
    with unwritable_is_wrong_use(release.page):
        write_atomically(release.page, data)
    width = max(len(check.state) for check in release.checks)
    for check in release.checks:
        more = f"{check.to_mend} to mend" if check.to_mend else check.said
        more += f" ({check.partly})" if check.partly else ""
        said.append(f"{check.state:{width}}  {check.name}{': ' * bool(more)}{more}")
    said.append(f"Wrote {shown(release.page)}")
    said.append(release.answer)
    return release


def _page_of(root: Path, edition: str, book: Book | None = None) -> Path:
    """Return where the page goes by default: `NAME-release.html`, beside the book's files.

    Also of a book that cannot be read, so that no page stays that has said yes.
    """
    from bookbuilder.config.book_folder import read_config
    from bookbuilder.config.schema import Config
    from bookbuilder.formats.epub import EPUB as FORMAT
    from bookbuilder.model.diagnostics import BookError, Report
    from bookbuilder.runtime.files import is_folder

    if book is not None:
        path = FORMAT.output_path(book)
        name = path.name.removesuffix(FORMAT.file_ending(book.config))
        return path.with_name(f"{name}-release.html")
    resolved = root.resolve()
    config = Config(resolved if is_folder(root) else resolved.parent)
    if is_folder(root):
        with contextlib.suppress(BookError):
            config = read_config(resolved, Report())
    said = config.book
    name = said.file_name(resolved.stem)
    name = f"{name}-{edition}" if edition else name
    return config.root / said.output / f"{Path(name).name}-release.html"
