"""Attacks on the promise that nothing outside the book's folder is read, by places and ways.

`PLACES` are where an author can write a path, `WAYS` are what the path may be. Each pair is built
while Python reports every file that is opened and every folder that is listed: what is taken into
the book is not all that counts, but what is looked at.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import re
import signal
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from bookbuilder import Book, BookError, Report, load, write
from bookbuilder.build import check
from bookbuilder.checks.built_files import check_built, is_epub
from bookbuilder.checks.epubcheck import Message
from bookbuilder.formats.pdf.fingerprint import DIGEST_KEY, fingerprint, pages_if_made_from
from books import write_files

pytestmark = pytest.mark.attack("reading outside the book")

CANARY = "CANARY-OUTSIDE"
# What is near to it is written in the book; the name itself may be in no message.
SECRET = "kestrel-ledger"
NEAR = "kestrel-ledgr"
# A busy machine takes long for a page; whatever waits for a pipe waits for ever.
SECONDS = 150
DRAWING = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><text>{}</text></svg>"
FORBIDDEN = re.compile(r"/proc/\w+/environ|/dev/stdin|/dev/zero|/etc/passwd")
SUFFIXES = (".md", ".svg", ".css", ".toml", ".yml", ".json", ".ttf", ".txt")

# What is opened while somebody watches; hooks for it cannot be taken away again.
_watched: list[list[tuple[str, object]]] = []


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if _watched and event in ("open", "os.listdir", "os.scandir"):
        _watched[-1].append((event, args[0]))


sys.addaudithook(_watch)


@contextlib.contextmanager
def nothing_outside(folder: Path) -> Iterator[None]:
    """Fail if anything is opened or listed in the folder of secrets beside `folder`, or a device.

    An alarm ends whatever waits for a pipe; what waits in C, and hears none, ends with all tests.
    """
    seen: list[tuple[str, object]] = []
    _watched.append(seen)
    before = signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(SECONDS)
    faulthandler.dump_traceback_later(2 * SECONDS, exit=True, file=2)
    try:
        yield
    finally:
        signal.alarm(0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)
        _watched.remove(seen)
    secrets = folder.parent / "outside"
    outside = []
    for event, what in seen:
        if isinstance(what, str | bytes | os.PathLike):
            said = os.fsdecode(what)
            resolved = Path(os.path.realpath(said))
            leads_out = Path(said).is_relative_to(folder) and not resolved.is_relative_to(folder)
            is_device = FORBIDDEN.match(said) or FORBIDDEN.match(str(resolved))
            if leads_out or is_device or resolved.is_relative_to(secrets):
                outside.append((event, said))
    assert outside == []


def _too_late(*_: object) -> None:
    raise AssertionError("it waits for a pipe")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book of one chapter, beside a folder that no build may open."""
    names = [f"{SECRET}{suffix}" for suffix in SUFFIXES]
    texts = {".svg": DRAWING.format(CANARY), ".md": f"# {CANARY}\n\nIt.\n"}
    secret = {f"outside/{n}": texts.get(Path(n).suffix, f"/* {CANARY} */") for n in names}
    write_files(
        tmp_path, {**secret, "outside/README.md": f"# {CANARY}\n", "outside/fonts/x.ttf": ""}
    )
    return write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})


def linked(to: str, name: str = "link") -> Callable[[Path, str], str]:
    """Put a link into the book, and return what an author writes to follow it."""

    def way(folder: Path, suffix: str) -> str:
        target = to.format(outside=folder.parent / "outside", suffix=suffix)
        (folder / f"{name}{suffix}").symlink_to(target)
        return f"{name}{suffix}"

    return way


def written(text: str) -> Callable[[Path, str], str]:
    """Return what an author writes, beside `linked`, a link to the folder outside."""

    def way(folder: Path, suffix: str) -> str:
        (folder / "linked").symlink_to(folder.parent / "outside")
        return text.format(outside=folder.parent / "outside", suffix=suffix)

    return way


def chain(folder: Path, suffix: str) -> str:
    (folder / "second").symlink_to("third")
    (folder / "third").symlink_to(f"../outside/{SECRET}{suffix}")
    (folder / f"first{suffix}").symlink_to("second")
    return f"first{suffix}"


def pipe(folder: Path, suffix: str) -> str:
    os.mkfifo(folder / f"pipe{suffix}")
    return f"pipe{suffix}"


def link_to_pipe(folder: Path, suffix: str) -> str:
    os.mkfifo(folder.parent / "outside/pipe")
    return linked("../outside/pipe")(folder, suffix)


def unix_socket(folder: Path, suffix: str) -> str:
    before = Path.cwd()
    os.chdir(folder)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"s{suffix}")
    finally:
        os.chdir(before)
    return f"s{suffix}"


WAYS: dict[str, Callable[[Path, str], str]] = {
    "absolute": written(f"{{outside}}/{SECRET}{{suffix}}"),
    "dots": written(f"../outside/{SECRET}{{suffix}}"),
    "dots inside": written(f"a/../../outside/{SECRET}{{suffix}}"),
    "encoded dots": written(f"%2e%2e/outside/{SECRET}{{suffix}}"),
    "slash and dots": written(f"/../outside/{SECRET}{{suffix}}"),
    "file address": written(f"file://{{outside}}/{SECRET}{{suffix}}"),
    "link": linked(f"{{outside}}/{SECRET}{{suffix}}"),
    "link by dots": linked(f"../outside/{SECRET}{{suffix}}"),
    "chain of links": chain,
    "link to itself": linked("link{suffix}"),
    "linked folder": written(f"linked/{SECRET}{{suffix}}"),
    "linked folder and dots": written(f"linked/../outside/{SECRET}{{suffix}}"),
    "nearly, absolute": written(f"{{outside}}/{NEAR}{{suffix}}"),
    "nearly, by dots": written(f"../outside/{NEAR}{{suffix}}"),
    "nearly, in a linked folder": written(f"linked/{NEAR}{{suffix}}"),
    "pipe": pipe,
    "link to a pipe": link_to_pipe,
    "socket": unix_socket,
    "standard input": written("/dev/stdin"),
    "link to standard input": linked("/dev/stdin"),
    "device without end": linked("/dev/zero"),
    "environment": written("/proc/self/environ"),
    "link to the environment": linked("/proc/self/environ"),
}
# Those that a name in the book's folder can be, rather than only be written.
AS_FILES = [
    *("link", "link by dots", "chain of links", "link to itself", "pipe", "link to a pipe"),
    *("socket", "link to standard input", "device without end", "link to the environment"),
]


def chapter(text: str) -> dict[str, str | bytes]:
    return {"one.md": f"# One\n\nText.\n\n{text}\n"}


def in_chapter(text: str) -> Callable[[str], dict[str, str | bytes]]:
    return lambda path: chapter(text.format(path))


def settings(text: str) -> dict[str, str | bytes]:
    return {"book.toml": f"{text}\n"}


def style(text: str) -> dict[str, str | bytes]:
    return {"book.toml": '[book]\nstyle = "own.css"\n', "own.css": text}


Place = tuple[str, Callable[[str], dict[str, str | bytes]]]

LISTS: dict[str, Place] = {
    "chapters": (".md", lambda p: settings(f'[book]\nchapters = ["one.md", "{p}"]')),
    "front": (".md", lambda p: settings(f'[book]\nfront = ["{p}"]')),
    "back": (".md", lambda p: settings(f'[book]\nback = ["{p}"]')),
    "chapters of a part": (
        ".md",
        lambda p: settings(f'[[part]]\ntitle = "P"\nchapters = ["one.md", "{p}"]'),
    ),
    "source": ("", lambda p: settings(f'[book]\nsource = "{p}"')),
    "SUMMARY.md": (".md", lambda p: {"SUMMARY.md": f"- [One](one.md)\n- [Two]({p})\n"}),
    "mkdocs.yml nav": (".md", lambda p: {"mkdocs.yml": f"docs_dir: .\nnav: [one.md, '{p}']\n"}),
    "mkdocs.yml docs_dir": ("", lambda p: {"mkdocs.yml": f"docs_dir: '{p}'\nnav: [README.md]\n"}),
    "book.json summary": (".md", lambda p: {"book.json": f'{{"structure": {{"summary": "{p}"}}}}'}),
    "book.json root": ("", lambda p: {"book.json": f'{{"title": "T", "root": "{p}"}}'}),
    "mdBook src": ("", lambda p: settings(f'[book]\nsrc = "{p}"\nmultilingual = false')),
}
INCLUDES: dict[str, Place] = {
    "include": (".md", lambda p: chapter(f"{{{{#include {p}}}}}")),
    "include of lines": (".txt", lambda p: chapter(f"```\n{{{{#include {p}:1:2}}}}\n```")),
    "include of rustdoc": (".txt", lambda p: chapter(f"{{{{#rustdoc_include {p}}}}}")),
    "playground": (".txt", lambda p: chapter(f"{{{{#playground {p}}}}}")),
    "snippet": (".md", lambda p: chapter(f'--8<-- "{p}"')),
    "snippets": (".md", lambda p: chapter(f"--8<--\n{p}\n--8<--")),
    "embed": (".md", lambda p: chapter(f"![[{p}]]")),
    "import": (".md", lambda p: chapter(f"[import]({p})")),
}
PICTURES: dict[str, Place] = {
    "picture": (".svg", lambda p: chapter(f"![a]({p})")),
    "picture in brackets": (".svg", lambda p: chapter(f"![a](<{p}>)")),
    "picture by reference": (".svg", lambda p: chapter(f"![a][x]\n\n[x]: {p}")),
    "embedded picture": (".svg", lambda p: chapter(f"![[{p}]]")),
    "img": (".svg", lambda p: chapter(f'<img alt="a" src="{p}">')),
    "srcset": (".svg", lambda p: chapter(f'<img alt="a" src="{p}" srcset="{p} 2x">')),
    "picture and source": (
        ".svg",
        lambda p: chapter(f'<picture><source srcset="{p}"><img alt="a" src="{p}"></picture>'),
    ),
}
ELEMENTS: dict[str, Place] = {
    name: (".svg", in_chapter(html))
    for name, html in {
        "image in svg": '<svg viewBox="0 0 9 9"><image href="{0}" xlink:href="{0}"/></svg>',
        "use in svg": '<svg viewBox="0 0 9 9"><use href="{0}#x"/></svg>',
        "paint in svg": '<svg viewBox="0 0 9 9"><path fill="url({0}#x)" d="M0 0h9"/></svg>',
        "object": '<object data="{}">a</object>',
        "embed": '<embed src="{}">',
        "iframe": '<iframe src="{}"></iframe>',
        "poster": '<video poster="{0}" src="{0}">a</video>',
        "audio": '<audio src="{}">a</audio>',
        "track": '<video src="a.mp4"><track src="{}"></video>',
        "input": '<input type="image" src="{}">',
        "stylesheet": '<link rel="stylesheet" href="{}">',
        "attachment": '<link rel="attachment" href="{0}"><a rel="attachment" href="{0}">a</a>',
        "background": '<p style="background: url({})">a</p>',
        "style": "<style>@import '{0}'; p {{ background: url({0}) }}</style>",
        "quotation": '<blockquote cite="{}">a</blockquote>',
        "link": '<a href="{}">a</a>',
    }.items()
}
SHEETS: dict[str, Place] = {
    "style": (".css", lambda p: settings(f'[book]\nstyle = "{p}"')),
    "style of the EPUB": (".css", lambda p: settings(f'[epub]\nstyle = "{p}"')),
    "style of the PDF": (".css", lambda p: settings(f'[pdf]\nstyle = "{p}"')),
    "picture of a style": (".svg", lambda p: style(f"p {{ background: url({p}) }}")),
    "import of a style": (".css", lambda p: style(f'@import "{p}";')),
    "font of a style": (".ttf", lambda p: style(f"@font-face {{ font-family: x; src: url({p}) }}")),
    "cover": (".svg", lambda p: settings(f'[book]\ncover = "{p}"')),
    "drawing": (
        ".svg",
        lambda p: (
            chapter("![a](own.svg)")
            | {"own.svg": f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{p}'/></svg>"}
        ),
    ),
    "entity of a drawing": (
        ".txt",
        lambda p: (
            chapter("![a](own.svg)")
            | {"own.svg": f"<!DOCTYPE svg [<!ENTITY x SYSTEM '{p}'>]><svg><text>&x;</text></svg>"}
        ),
    ),
}
PLACES = LISTS | INCLUDES | PICTURES | SHEETS | ELEMENTS
# Files that are looked for by name: where they are links, or pipes.
FILES = ["book.toml", "SUMMARY.md", "mkdocs.yml", "book.json", "two.md", "fonts/a.ttf", "fonts"]
# Elements that the book has not: said to be left out; addresses that nobody opens need no word.
SILENT = {"quotation", "link", "background"}


def read_all(folder: Path) -> tuple[str, Report]:
    """Check and build the book: all that is in the EPUB, as text, and what was reported."""
    report = Report()
    output = folder.parent / "out.epub"
    with contextlib.suppress(BookError):
        check(folder, report=report)
    with contextlib.suppress(BookError):
        write(load(folder), output, report)
    if not output.exists():
        return "", report
    with zipfile.ZipFile(output) as package:
        return "\n".join(package.read(n).decode("latin-1") for n in package.namelist()), report


def said_in(report: Report) -> str:
    return "\n".join(
        f"{found.message} {found.hint} {found.span.excerpt if found.span else ''}"
        for found in report
    )


def assert_held(folder: Path, files: dict[str, str | bytes], path: str) -> Report:
    write_files(folder, files)
    with nothing_outside(folder):
        text, report = read_all(folder)
    assert CANARY not in text
    said = said_in(report)
    assert CANARY not in said
    # What the author has written, the name of a secret included, messages may repeat.
    assert SECRET in path or SECRET not in said
    return report


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES)
def test_no_path_leads_out(place: str, way: str, folder: Path) -> None:
    suffix, written_as = PLACES[place]
    path = WAYS[way](folder, suffix)
    report = assert_held(folder, written_as(path), path)
    told = {found.rule.name for found in report} - {"assumed"}
    assert told or place in SILENT


QUICK = [
    ("include", "nearly, absolute"),
    ("include", "nearly, by dots"),
    ("snippet", "nearly, in a linked folder"),
    ("snippets", "nearly, by dots"),
    ("picture", "nearly, in a linked folder"),
    ("embedded picture", "linked folder"),
    ("chapters", "link to itself"),
    ("style", "link to itself"),
    ("style of the PDF", "link to itself"),
]


@pytest.mark.parametrize(("place", "way"), QUICK)
def test_hints_name_only_what_is_in_the_book(place: str, way: str, folder: Path) -> None:
    test_no_path_leads_out(place, way, folder)


@pytest.mark.slow
@pytest.mark.parametrize("way", AS_FILES)
@pytest.mark.parametrize("name", FILES)
def test_files_that_are_looked_for_by_name_lead_nowhere(name: str, way: str, folder: Path) -> None:
    path = WAYS[way](folder, Path(name).suffix)
    (folder / name).parent.mkdir(exist_ok=True)
    where = folder / path
    if not os.path.lexists(where):
        pytest.fail(f"{way} makes nothing")
    with nothing_outside(folder):
        (folder / name).symlink_to(where)
        text, report = read_all(folder)
        with contextlib.suppress(BookError):
            write(load(folder), folder.parent / "out.pdf", report)
    assert CANARY not in text + said_in(report)


def test_what_there_is_outside_changes_no_message(folder: Path) -> None:
    lines = (
        "![a](linked/{0}.svg) ![b](../outside/{0}.svg) [c](linked/{0}.svg) ![[linked/{0}.svg]]"
        "\n\n{{{{#include ../outside/{0}.md}}}}\n\n{{{{#include linked/{0}.md}}}}"
    )
    (folder / "linked").symlink_to("../outside")
    said = []
    for name in (SECRET, "nobody-has-it"):
        write_files(folder, chapter(lines.format(name)))
        _, report = read_all(folder)
        said.append([found.message.replace(name, "x") for found in report])
    assert said[0] == said[1]
    assert len(said[0]) > 5


def test_hard_links_are_not_told_from_files(folder: Path) -> None:
    """SECURITY.md says so: nothing in the file system tells which name was first."""
    (folder / "own.svg").hardlink_to(folder.parent / f"outside/{SECRET}.svg")
    write_files(folder, chapter("![a](own.svg)"))
    assert CANARY in read_all(folder)[0]


STYLES = {
    "dots": f"../outside/{SECRET}.css",
    "linked folder": f"linked/{SECRET}.css",
    "link": "link.css",
    "pipe": "pipe.css",
    "link to itself": "loop.css",
    "standard input": "/dev/stdin",
    "environment": "/proc/self/environ",
}


@pytest.mark.parametrize("path", STYLES.values(), ids=STYLES)
def test_findings_in_a_built_book_are_not_traced_to_styles_outside(path: str, folder: Path) -> None:
    write_files(
        folder, {"book.toml": '[book]\nstyle = "own.css"\n', "own.css": "p { color: red }\n"}
    )
    output = folder.parent / "out.epub"
    write(load(folder), output)
    (folder / "linked").symlink_to("../outside")
    (folder / "link.css").symlink_to(f"../outside/{SECRET}.css")
    (folder / "loop.css").symlink_to("loop.css")
    os.mkfifo(folder / "pipe.css")
    write_files(folder, settings(f'[book]\nstyle = ["{path}", "own.css"]'))
    with zipfile.ZipFile(output) as package:
        identifier = load(folder).metadata.identifier
        assert identifier in package.read("EPUB/content.opf").decode()
    report = Report()
    messages = [
        Message("CSS-1", "ERROR", "bad", f"EPUB/styles/author-1.css:{line}") for line in (1, 2)
    ]
    with nothing_outside(folder):
        check_built(output, folder, messages, report)
    assert [d.span.file for d in report if d.span and "CSS-1" in d.message] == ["own.css"] * 2
    assert CANARY not in said_in(report)


@pytest.mark.parametrize("way", ["pipe", "socket", "link to a pipe", "device without end"])
def test_what_is_checked_as_built_is_an_ordinary_file(way: str, folder: Path) -> None:
    path = folder / WAYS[way](folder, ".epub")
    report = Report()
    with nothing_outside(folder):
        assert not is_epub(path)
        check_built(path, folder, [], report)
    assert [found.rule.name for found in report] == ["unreadable-book"]


@pytest.fixture
def printed(folder: Path) -> tuple[Book, Path]:
    """The book, and a PDF outside that says to be made from it, of seven pages."""
    book = load(folder)
    with pikepdf.new() as pdf:
        for _ in range(7):
            pdf.add_blank_page()
        pdf.docinfo[f"/{DIGEST_KEY}"] = fingerprint(book)
        path = folder.parent / f"outside/{SECRET}.pdf"
        pdf.save(path)
    return book, path


def test_the_pages_of_an_ordinary_file_are_counted_wherever_output_is(
    printed: tuple[Book, Path],
) -> None:
    assert pages_if_made_from(*printed) == 7


@pytest.mark.parametrize("way", AS_FILES)
def test_only_a_file_of_our_own_is_counted_as_the_print_pdf(
    way: str, printed: tuple[Book, Path], folder: Path
) -> None:
    path = folder / WAYS[way](folder, ".pdf")
    with nothing_outside(folder):
        assert pages_if_made_from(printed[0], path) == 0


def test_a_pdf_of_any_size_is_not_read(
    printed: tuple[Book, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bookbuilder.formats.pdf.fingerprint.LARGEST_PDF", 100)
    assert pages_if_made_from(*printed) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pdf", "cover", "workbook"])
@pytest.mark.parametrize(
    "way", ["linked folder", "link", "chain of links", "pipe", "link to a pipe", "environment"]
)
def test_printing_reads_nothing_outside(way: str, name: str, folder: Path) -> None:
    (folder / "fonts").mkdir()
    path = WAYS[way](folder, ".ttf")
    if os.path.lexists(folder / path):
        (folder / "fonts/a.ttf").symlink_to(folder / path)
    (folder / "dist").mkdir()
    (folder / "dist/book.pdf").symlink_to(folder / path)
    exercise = "\n\n## Do {.exercise}\n\nIt.\n\n"
    include = f"{{{{#include {path}}}}}\n"
    write_files(folder, chapter(exercise + include) | settings('[book]\nname = "book"'))
    report = Report()
    with nothing_outside(folder):
        book = load(folder, report=report)
        pdf = replace(book.config.pdf, edition="screen", cache=False)
        book = replace(book, config=replace(book.config, pdf=pdf))
        output = write(book, folder.parent / "out.pdf", report, name)
    assert output.count > 0
    assert CANARY not in said_in(report)
