"""Add to a release the checks of its files, and what was found out of them elsewhere."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from bookbuilder.build import load
from bookbuilder.checks.ace import ACE_VIOLATION, Violation
from bookbuilder.checks.built_files import (
    EPUBCHECK_ERROR,
    EPUBCHECK_NOT_RUN,
    EPUBCHECK_WARNING,
    audience_of,
    check_built,
    is_epub,
)
from bookbuilder.checks.epubcheck import Message, NotRunError
from bookbuilder.checks.release import HandedOut, Release
from bookbuilder.checks.web_links import report_links
from bookbuilder.formats.epub.built_package import LARGEST_BOOK, opened
from bookbuilder.formats.epub.source_map import FOLDER, trace
from bookbuilder.formats.pdf.finish.preflight import NotAPdfError, claims_of
from bookbuilder.model.audience import EPUB
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.model.source import Span
from bookbuilder.runtime.files import names_in, read_own_file
from bookbuilder.runtime.link_checking import LinkState, Verdict

_OF_EPUBCHECK = (EPUBCHECK_ERROR, EPUBCHECK_WARNING)
_TOLD = {
    Verdict.FINE: "there",
    Verdict.MOVED: "moved",
    Verdict.DEAD: "gone",
    Verdict.UNCLEAR: "could not be checked",
    Verdict.LEFT: "examples or private, not asked",
}


def handed_out(path: Path, said: str) -> HandedOut:
    """Return a file that was built, with its digest."""
    digest = hashlib.sha256(read_own_file(path, LARGEST_BOOK)).hexdigest()
    return HandedOut(path, said, digest)


def check_file(
    release: Release, root: Path, path: Path, messages: Sequence[Message] | NotRunError
) -> None:
    """Add the checks of a file that was built; `messages` are EPUBCheck's, if it is an EPUB."""
    report = release.report()
    check_built(path, root, messages, report)
    found = [one for one in report if one.rule is not EPUBCHECK_NOT_RUN]
    rest = [one for one in found if one.rule not in _OF_EPUBCHECK]
    if not is_epub(path):
        try:
            claims = ", ".join(claims_of(read_own_file(path, LARGEST_BOOK)))
        except (NotAPdfError, OSError):
            claims = ""
        said = f"says that it conforms to {claims}" if claims else "claims no standard"
        release.add(f"Fonts, tags and claims of {path.name}", rest, said)
        return
    release.add(f"Preflight of {path.name}", rest, "what readers of e-books trip over")
    if isinstance(messages, NotRunError):
        release.leave(f"EPUBCheck of {path.name}", str(messages), messages.hint)
    else:
        only = [one for one in found if one.rule in _OF_EPUBCHECK]
        release.add(f"EPUBCheck of {path.name}", only, "the standard of EPUB 3")


def add_others(release: Release, folder: Path, name: str) -> None:
    """Add that other files of the book in `folder`, such as a workbook, were not looked at."""
    checked = {file.path.name for file in release.files}
    others = [
        one
        for one in names_in(folder, folder)
        if one.startswith((f"{name}.", f"{name}-")) and one.endswith((".epub", ".pdf"))
    ]
    if left := [one for one in others if one not in checked]:
        hint = "build them again if the book has changed, and use `bookbuilder check --built FILE`"
        release.leave("Other files in the folder", ", ".join(left), hint)


def add_ace(
    release: Release, root: Path, path: Path, found: Sequence[Violation] | NotRunError
) -> None:
    """Add what Ace has found in the EPUB at `path`, at its places in the sources in `root`."""
    name = f"Ace of {path.name}"
    if isinstance(found, NotRunError):
        release.leave(name, str(found), found.hint)
        return
    report = release.report()
    book = None
    if found:
        with contextlib.suppress(BookError):
            book = load(root, report=Report(), audience=audience_of(path, root, EPUB))
    with opened(read_own_file(path, LARGEST_BOOK)) as package:
        for one in found:
            inside = one.document.removeprefix(FOLDER)
            span = trace(book, package, f"{FOLDER}{inside}", one.excerpt) if book else None
            text = f": {one.text}" if one.text else ""
            where = f" ({inside})" if span else ""
            report.add(
                ACE_VIOLATION,
                f"Ace {one.rule}, {one.impact}{text}{where}",
                span or Span(f"{path.name}/{FOLDER}{inside}"),
                f"look at {one.excerpt}" if one.excerpt else "",
            )
    release.add(name, report, "accessibility of every document")


def add_links(
    release: Release, states: Mapping[str, LinkState] | None, *, online: bool, offline: bool
) -> None:
    """Add what the web has said of the book's links, if it was asked."""
    name = "Links to the web"
    count = len(release.links)
    if not count:
        if release.files:
            release.add(name, (), "there are none")
        else:
            release.leave(name, "the book cannot be read")
        return
    if not online:
        counted = f"{count} address{'' if count == 1 else 'es'}"
        release.leave(name, counted, "`check --release --online` asks for them")
        return
    if offline or states is None:
        why = "not one host could be found: is this machine online?"
        release.leave(name, why if offline else "asking was stopped before its end")
        return
    report = release.report()
    counts = report_links(release.links, states, report)
    told = [f"{text}: {counts[kind]}" for kind, text in _TOLD.items() if counts[kind]]
    unclear = counts[Verdict.UNCLEAR]
    partly = f"{unclear} of {count}" if unclear else ""
    release.add(name, report, "; ".join(told), partly)
