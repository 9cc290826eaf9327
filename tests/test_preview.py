"""The parts of the preview: quick reading is right, limits hold, only its own page is answered."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import Headers

from bookbuilder.formats.pdf.writer import fonts_of
from bookbuilder.model.diagnostics import BookError, Report
from bookbuilder.preview.context import Context
from bookbuilder.preview.counting import entries_of, words_in
from bookbuilder.preview.drawing import draw, open_document
from bookbuilder.preview.editors import editor_for
from bookbuilder.preview.findings import shown_findings
from bookbuilder.preview.guard import Guard
from bookbuilder.preview.jobs import REFRESH, Asked, Layout, Save, start_quick, start_whole
from bookbuilder.preview.printing import ChapterPrinter, Stretch, print_book
from bookbuilder.preview.resident import FailedError, Home, Resident, Tell, Work, context_for
from bookbuilder.preview.screens import ScreenWriter, first_change
from bookbuilder.preview.server import free_socket
from bookbuilder.preview.shown import Shown
from bookbuilder.runtime.limits import TOO_MUCH_MEMORY, TOO_SLOW, LimitHit, Limits
from commandline import invoke
from previews import SETTINGS, make_book

SERIES = Path(__file__).parent.parent
# They are made of what all chapters hold.
OF_THE_WHOLE = {"doc-index", "doc-glossary"}


@pytest.mark.slow
def test_a_chapter_read_by_itself_is_as_in_the_whole_book() -> None:
    context, writer = Context(SERIES), ScreenWriter()
    book = context.read(Report())
    whole = {screen.name: screen for screen in writer.write(book, Report())[0]}
    chapters = [c for c in book.chapters if c.role not in OF_THE_WHOLE]
    compared = 0
    for chapter in chapters:
        if not context.knows(chapter.source.path):
            continue
        again = context.read_chapter(chapter.source.path, Report())
        assert again is not None
        fresh = [c for c in again.chapters if c.source.path == chapter.source.path]
        for screen in writer.write_chapters(again, fresh)[0]:
            assert screen == whole[screen.name]
            compared += 1
    assert compared > 25


def test_what_was_saved_is_read_and_found(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    context, writer = Context(book), ScreenWriter()
    whole = context.read(Report())
    before = {s.slug: s.blocks for s in writer.write(whole, Report())[0]}
    path = book / "two.md"
    path.write_text("# Two\n\nA second chapter.\n\nIts *new* words.\n", encoding="utf-8")
    again = context.read_chapter(path, Report())
    assert again is not None
    chapter = next(c for c in again.chapters if c.slug == "two")
    [screen], _ = writer.write_chapters(again, [chapter])
    assert b"<em>new</em>" in screen.data
    assert first_change(before["two"], screen.blocks) == 2
    assert b'data-place="two/2"' in screen.data


def test_a_file_that_falls_into_other_chapters_needs_the_whole_book(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    context = Context(book)
    context.read(Report())
    assert not context.knows(book / "own.css")
    assert not Context(book / "one.md").knows(book / "one.md")


CONDITIONAL = """\
# One

Both of them.

::: {.only format=epub}
Onscreenonly.
:::

::: {.only format=print}
Onpaperonly.
:::

::: {.only edition=teacher}
Teachersonly.
:::
"""


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["", "teacher"])
def test_each_pane_shows_the_text_of_its_format_and_of_the_edition(
    edition: str, tmp_path: Path
) -> None:
    book = make_book(tmp_path / "book")
    (book / "book.toml").write_text(SETTINGS + "[edition.teacher]\n", encoding="utf-8")
    (book / "one.md").write_text(CONDITIONAL, encoding="utf-8")
    asked = Asked(book, drafts=False, edition=edition)
    told: list[Any] = []
    done = start_whole(asked)(frozenset(), told.append)
    screen = next(s for s in told[0].screens if s.slug == "one").data.decode()
    assert ("Onscreenonly" in screen, "Onpaperonly" in screen) == (True, False)
    assert ("Teachersonly" in screen) is bool(edition)
    assert done.printed is not None
    pages = text_of_pdf(done.printed.data)
    assert ("Onscreenonly" in pages, "Onpaperonly" in pages) == (False, True)
    assert ("Teachersonly" in pages) is bool(edition)

    quick = start_quick(asked)
    quick(REFRESH, told.append)
    starts = {s.name: s.start for s in done.printed.stretches}
    quick(Layout(starts, done.printed.labels, done.printed.at_end), told.append)
    (book / "one.md").write_text(CONDITIONAL.replace("Both", "Each"), encoding="utf-8")
    saved = quick(Save(book / "one.md", {}, 400), told.append)
    assert saved is not None
    pages = text_of_pdf(saved.data)
    assert "Each of them" in pages
    assert ("Onscreenonly" in pages, "Onpaperonly" in pages) == (False, True)
    assert b"Onscreenonly" in told[-1].screens[0].data


def text_of_pdf(data: bytes) -> str:
    with contextlib.closing(open_document(data)) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def test_an_edition_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    result = invoke("preview", make_book(tmp_path / "book"), "--edition", "teachers")
    assert (result.exit_code, "C021" in result.stderr) == (2, True)


def drawn(data: bytes, stretch: Stretch) -> list[bytes | None]:
    document = open_document(data)
    return [draw(document, stretch.first + n, 400) for n in range(len(stretch.pages))]


@pytest.mark.slow
def test_a_chapter_printed_by_itself_is_as_in_the_whole_book(tmp_path: Path) -> None:
    root = tmp_path / "book"
    for name in ("chapters", "styles"):
        shutil.copytree(SERIES / name, root / name)
    shutil.copy(SERIES / "book.toml", root)
    context = Context(root)
    book = context.read(Report())
    printed = print_book(book, Report())
    stretches = {stretch.name: stretch for stretch in printed.stretches}
    printer = ChapterPrinter()
    compared = 0
    with fonts_of(book, Report()):
        printer.load(book)
        for chapter in [c for c in book.chapters if c.number in (5, 17) or c.slug == "preface"]:
            again = context.read_chapter(chapter.source.path, Report())
            assert again is not None
            before = stretches[chapter.slug]
            made = printer.print_chapter(
                again, chapter.slug, before.start, printed.labels, printed.at_end
            )
            assert made is not None
            stretch, data = made
            assert stretch.is_front is before.is_front is (chapter.number is None)
            if stretch.is_front:  # its pages are known by what the whole front shares, too
                assert [(p.label, p.place) for p in stretch.pages] == [
                    (p.label, p.place) for p in before.pages
                ]
                assert drawn(data, stretch) == drawn(printed.data, before)
            else:
                assert stretch.pages == before.pages
            compared += 1
    assert compared == 3


@pytest.mark.parametrize(
    ("before", "now", "first"),
    [
        (("a", "b"), ("a", "b"), None),
        (("a", "b"), ("a", "c"), 1),
        (("a", "b"), ("a", "b", "c"), 2),
        (("a", "b", "c"), ("a", "b"), 1),
        (("a",), (), 0),
        ((), ("a",), 0),
    ],
)
def test_the_first_change_is_where_blocks_differ(
    before: tuple[str, ...], now: tuple[str, ...], first: int | None
) -> None:
    assert first_change(before, now) == first


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("one, two", 2), ("don’t – e.g. this", 3), ("日本語", 3), ("日本 and more", 4)],
)
def test_words_are_counted(text: str, count: int) -> None:
    assert words_in(text) == count


def test_words_of_parts_follow_those_of_their_chapters(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    parts = "".join(f'[[part]]\ntitle = "P"\nchapters = ["{n}.md"]\n' for n in ("one", "two"))
    (book / "book.toml").write_text(SETTINGS.partition("chapters =")[0] + parts, "utf-8")
    shown = Shown(entries=entries_of(Context(book).read(Report())))
    before = shown.words
    part = next(e for e in shown.entries if e.is_part)
    chapter = next(e for e in shown.entries if e.depth == 1)
    shown.count_words({chapter.slug: chapter.words + 7})
    assert shown.words == before + 7
    assert next(e for e in shown.entries if e.is_part).words == part.words + 7


def test_findings_show_their_place_in_the_line(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    (book / "one.md").write_text("# One\n\nSee [three](nothing.md) here.\n", encoding="utf-8")
    report = Report()
    with contextlib.suppress(BookError):
        Context(book).read(report)
    found = next(f for f in shown_findings(report) if f.file == "one.md")
    assert (found.line, found.before) == (3, "See ")
    assert "nothing.md" in found.marked
    assert found.after.endswith("here.")


def test_builds_do_without_the_packages_of_the_preview(tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    (book / "book.toml").write_text(f"{SETTINGS}\n[lint]\ndeny = ['broken-link']\n", "utf-8")
    program = (
        "import sys\n"
        "for name in ('starlette', 'uvicorn', 'watchfiles', 'pypdfium2'):\n"
        "    sys.modules[name] = None\n"
        "from bookbuilder.cli import main\n"
        f"main(['check', {str(book)!r}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# Editors


@pytest.mark.parametrize(
    ("name", "environment", "link"),
    [
        ("", {}, "vscode://file/b%20k/a.md:3:1"),
        ("", {"EDITOR": "vim"}, "vscode://file/b%20k/a.md:3:1"),
        ("", {"EDITOR": "nano", "VISUAL": "cursor --wait"}, "cursor://file/b%20k/a.md:3:1"),
        ("vscodium", {"EDITOR": "code"}, "vscodium://file/b%20k/a.md:3:1"),
        ("", {"EDITOR": "'unclosed"}, "vscode://file/b%20k/a.md:3:1"),
        ("idea", {}, "idea://open?file=/b%20k/a.md&line=3&column=1"),
    ],
)
def test_editors_open_lines_by_address(name: str, environment: dict[str, str], link: str) -> None:
    assert editor_for(name, environment).link(Path("/b k/a.md"), 3, 0) == link


def test_editors_with_a_window_are_run(tmp_path: Path) -> None:
    program = tmp_path / "subl"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/said\n')
    program.chmod(0o755)
    editor = editor_for(str(program))
    assert editor.link(Path("/a.md"), 1, 1) == ""
    assert editor.open_line(Path("/a; touch b.md"), 3, 7)
    end = time.monotonic() + 90
    while not (tmp_path / "said").exists() or not (tmp_path / "said").read_text():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert (tmp_path / "said").read_text() == "/a; touch b.md:3:7\n"


# Who is answered

SAME = {"sec-fetch-site": "same-origin"}


@pytest.mark.attack("asking the preview from elsewhere")
@pytest.mark.parametrize(
    ("method", "path", "headers", "is_answered"),
    [
        ("GET", "/", {"host": "127.0.0.1:8000"}, True),
        ("GET", "/", {"host": "localhost:8000"}, True),
        ("GET", "/", {"host": "LOCALHOST:8000"}, True),
        ("GET", "/state", {"host": "127.0.0.1:8000", **SAME}, True),
        ("GET", "/", {}, False),
        ("GET", "/", {"host": "evil.example:8000"}, False),
        ("GET", "/", {"host": "127.0.0.1:8000.evil.example"}, False),
        ("GET", "/", {"host": "127.0.0.1"}, False),
        ("GET", "/", {"host": "localhost:9000"}, False),
        ("GET", "/state", {"host": "localhost:8000", "origin": "http://evil.example"}, False),
        ("GET", "/state", {"host": "localhost:8000", "origin": "null"}, False),
        ("GET", "/state", {"host": "localhost:8000", "origin": "https://localhost:8000"}, False),
        ("GET", "/state", {"host": "localhost:8000", "origin": "http://localhost:8001"}, False),
        ("GET", "/state", {"host": "localhost:8000", "sec-fetch-site": "cross-site"}, False),
        ("GET", "/page/a/1.png", {"host": "localhost:8000", "sec-fetch-site": "same-site"}, False),
        (
            "GET",
            "/",
            {
                "host": "localhost:8000",
                "sec-fetch-site": "cross-site",
                "sec-fetch-mode": "navigate",
            },
            True,
        ),
        ("POST", "/open", {"host": "localhost:8000"}, False),
        ("POST", "/open", {"host": "localhost:8000", "origin": "http://localhost:8000"}, True),
    ],
)
def test_only_its_own_page_is_answered(
    method: str, path: str, headers: dict[str, str], is_answered: bool
) -> None:
    answered: list[int] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])
            names = {name for name, _ in message["headers"]}
            assert message["status"] != 200 or b"x-content-type-options" in names

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": Headers(headers).raw,
    }

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(Guard(app, 8000)(scope, receive, send))
    assert answered == [200 if is_answered else 403]


def test_a_port_that_is_taken_is_passed_by() -> None:
    with free_socket(None) as first, free_socket(None) as second:
        ports = {first.getsockname()[1], second.getsockname()[1]}
        assert len(ports) == 2
        assert first.getsockname()[0] == "127.0.0.1"
        with pytest.raises(OSError, match="in use"):
            free_socket(first.getsockname()[1])


# Processes and their limits


def start_trouble(_argument: Any) -> Work:
    """Return what does as a hostile manuscript does, by the message."""
    kept: list[int] = []

    def work(message: str, tell: Tell) -> Any:
        if message == "count":
            kept.append(1)
            return len(kept)
        if message == "parts":
            tell("a part")
            return "the rest"
        if message == "time":
            time.sleep(60)
        if message == "memory":
            kept.extend(range(60_000_000))
            time.sleep(60)
        if message == "computing":
            while True:
                pass
        if message == "errors":
            raise BookError([])
        raise ValueError("a bug")

    return work


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    life, ours = multiprocessing.Pipe(duplex=False)
    yield Home(context_for([]), str(tmp_path / "scratch"), life)
    ours.close()
    life.close()


@pytest.mark.slow
@pytest.mark.attack("keeping the machine busy")
@pytest.mark.parametrize(
    ("message", "limits", "rule"),
    [
        ("time", Limits(seconds=1), TOO_SLOW),
        ("memory", Limits(memory=200), TOO_MUCH_MEMORY),
        ("computing", Limits(cpu_seconds=1), TOO_SLOW),
    ],
)
def test_a_process_that_takes_too_much_is_replaced(
    home: Home, message: str, limits: Limits, rule: object
) -> None:
    async def scene() -> None:
        resident = Resident(home, start_trouble, None, limits)
        try:
            with pytest.raises(LimitHit) as hit:
                await resident.ask(message)
            assert hit.value.rule is rule
            resident.limits = Limits()
            assert await resident.ask("count") == 1
        finally:
            resident.close()

    asyncio.run(scene())


def test_a_process_stays_from_message_to_message(home: Home) -> None:
    async def scene() -> None:
        resident = Resident(home, start_trouble, None, Limits())
        parts: list[str] = []
        try:
            assert [await resident.ask("count") for _ in range(3)] == [1, 2, 3]
            assert await resident.ask("parts", parts.append) == "the rest"
            assert parts == ["a part"]
            with pytest.raises(BookError):
                await resident.ask("errors")
            with pytest.raises(FailedError, match="a bug"):
                await resident.ask("bug")
            assert await resident.ask("count") == 4
            resident.stop()
            assert await resident.ask("count") == 1
        finally:
            resident.close()

    asyncio.run(scene())


def test_known_files_keep_their_data() -> None:
    from bookbuilder.preview.screens import File

    shown = Shown()
    style, picture = File("a.css", "text/css", b"a"), File("b.png", "image/png", b"b")
    assert shown.put_files([style, picture], all_of_them=True) == []
    known = dataclasses.replace(picture, data=b"")
    assert shown.put_files([style, known], all_of_them=True) == []
    assert shown.files["b.png"].data == b"b"
    changed = dataclasses.replace(style, data=b"c")
    assert shown.put_files([changed], all_of_them=True) == ["a.css"]
    assert list(shown.files) == ["a.css"]
