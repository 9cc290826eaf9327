"""Hostile folders in print: nothing is followed out, and no chapter goes on without end."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pypdfium2
import pytest

from bookbuilder import BookError, Report, load, write
from bookbuilder.formats.pdf.compose.foot_notes import MOST_NOTES
from bookbuilder.formats.pdf.compose.web_links import MOST_LINKS
from books import write_files

# They lay out pages.
pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_files(tmp_path / "book", {"one.md": "# One\n\nText.\n"})


@pytest.mark.parametrize(
    ("setting", "rule"), [("style", "style-missing"), ("cover", "cover-unreadable")]
)
@pytest.mark.attack("reading outside the book")
def test_pipes_that_print_asks_for_are_refused(setting: str, rule: str, folder: Path) -> None:
    write_files(folder, {"book.toml": f'[book]\n{setting} = "pipe"\n[pdf]\nedition = "screen"\n'})
    os.mkfifo(folder / "pipe")
    report = Report()
    with contextlib.suppress(BookError):
        write(load(folder), folder.parent / "out.pdf", report)
    assert rule in {d.rule.name for d in report}


@pytest.mark.attack("reading outside the book")
def test_fonts_are_neither_waited_for_nor_followed_out(folder: Path) -> None:
    fonts = folder / "fonts"
    write_files(folder, {"fonts/broken.ttf": b"\x00\x01\x00\x00" + b"\xff" * 1000})
    os.mkfifo(fonts / "pipe.ttf")
    (fonts / "out.ttf").symlink_to("/etc/passwd")
    (fonts / "cycle").symlink_to(".")
    report = Report()
    assert write(load(folder), folder.parent / "out.pdf", report).count > 0
    left_out = [d.span.file for d in report if d.rule.name == "unreadable-font" and d.span]
    assert left_out == ["fonts/out.ttf", "fonts/pipe.ttf"]


@pytest.mark.attack("limits and growth")
def test_a_chapter_with_thousands_of_notes_has_them_at_its_end(folder: Path) -> None:
    calls = "".join(f"w[^{n}]\n" for n in range(MOST_NOTES + 1))
    notes = "".join(f"[^{n}]: note\n" for n in range(MOST_NOTES + 1))
    write_files(folder, {"one.md": f"# One\n\n{calls}\n{notes}"})
    report = Report()
    write(load(folder), folder.parent / "out.pdf", report)
    assert [d.rule.name for d in report].count("many-notes") == 1


@pytest.mark.attack("limits and growth")
def test_a_chapter_with_thousands_of_outside_links_is_printed_without_them(folder: Path) -> None:
    links = " ".join(f"[a{n}](https://example.com/{n})" for n in range(MOST_LINKS + 1))
    write_files(folder, {"one.md": f"# One\n\n{links} *and* the end.\n"})
    report = Report()
    output = folder.parent / "out.pdf"
    write(load(folder), output, report)
    assert [d.rule.name for d in report] == ["many-links"]
    with pypdfium2.PdfDocument(output) as document:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert f"a{MOST_LINKS} and the end." in " ".join(text.split())
    assert "example.com" not in text
