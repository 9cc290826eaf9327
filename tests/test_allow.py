"""`allow` in book.toml opens single folders outside the book's, and nothing beside them."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from bookbuilder import BookError, Report, load, write
from bookbuilder.formats.pdf.weasy.setup import weasyprint_with_fonts
from books import errors_of, rules_of, write_files

ROOT = Path(__file__).parent.parent
SETTINGS = '[book]\ntitle = "T"\nlanguage = "en"\nallow = ["../shared"]\n'
DRAWING = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><text>{}</text></svg>"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Make folders beside the book: one that it may read, and one that it may not."""
    files: dict[str, str | bytes] = {
        f"{name}/{file}": text.format(name)
        for name in ("shared", "secret")
        for file, text in {
            "x.svg": DRAWING,
            "x.css": "p {{ color: #123; }} /* {} */\n",
            "x.md": "# {}\n\nText of {}.\n".replace("{}.", "it."),
        }.items()
    }
    return write_files(tmp_path, files)


def build(folder: Path, files: dict[str, str | bytes]) -> tuple[list[str], str, list[str]]:
    """Return the names in the EPUB, all that they hold, and what was reported."""
    report = Report()
    output = folder / "out.epub"
    write(load(write_files(folder / "book", files), report=report), output, report)
    with zipfile.ZipFile(output) as package:
        texts = [package.read(name).decode("latin-1") for name in package.namelist()]
        return package.namelist(), "\n".join(texts), rules_of(report)


def test_pictures_styles_covers_and_chapters_come_from_an_allowed_folder(outside: Path) -> None:
    Image.new("RGB", (700, 1100), "gray").save(outside / "shared/c.png")
    settings = SETTINGS + (
        'style = "../shared/x.css"\ncover = "../shared/c.png"\n'
        'chapters = ["one.md", "../shared/x.md"]\n'
    )
    one = "# One\n\n![a](../shared/x.svg) and [more](../shared/x.md)\n"
    names, text, rules = build(outside, {"book.toml": settings, "one.md": one})
    assert "EPUB/images/x.svg" in names
    assert "Text of it." in text
    assert "#123" in text
    assert not any(".." in name for name in names)
    assert rules == ["allowed-folder"]


@pytest.mark.attack("reading outside the book")
def test_what_lies_beside_an_allowed_folder_stays_closed(outside: Path) -> None:
    (outside / "shared/out.svg").symlink_to(outside / "secret/x.svg")
    one = "# One\n\n![a](../secret/x.svg) ![b](../shared/out.svg) ![c](../shared/none.svg)\n"
    files = write_files(outside / "book", {"book.toml": SETTINGS, "one.md": one})
    with pytest.raises(BookError) as caught:
        load(files)
    rules = [d.rule.name for d in caught.value.diagnostics]
    assert rules == ["allowed-folder", "image-outside", "image-outside", "missing-image"]


def test_a_link_in_the_folder_may_lead_into_an_allowed_one(outside: Path) -> None:
    (outside / "book").mkdir()
    (outside / "book/in").symlink_to(outside / "shared")
    files: dict[str, str | bytes] = {"book.toml": SETTINGS, "one.md": "# One\n\n![a](in/x.svg)\n"}
    names, _, rules = build(outside, files)
    assert "EPUB/images/x.svg" in names
    assert rules == ["allowed-folder"]


def test_the_text_may_lie_in_an_allowed_folder(outside: Path) -> None:
    names, text, _ = build(outside, {"book.toml": SETTINGS + 'source = "../shared"\n'})
    assert "Text of it." in text
    assert "EPUB/x.xhtml" in names


def test_a_folder_that_is_not_there_is_an_error(outside: Path) -> None:
    settings = SETTINGS.replace("../shared", "../sharde")
    files: dict[str, str | bytes] = {"book.toml": settings, "one.md": "# One\n\nText.\n"}
    assert errors_of(outside / "book", files) == [("bad-path", "book.toml:4:11")]


@pytest.mark.slow
def test_fonts_come_from_an_allowed_folder(outside: Path) -> None:
    font = next((ROOT / "src/bookbuilder/fonts").glob("NotoSerifThai-Regular.*"))
    (outside / "shared/fonts").mkdir()
    shutil.copy(font, outside / "shared/fonts/own.ttf")
    book = load(
        write_files(outside / "book", {"book.toml": SETTINGS, "one.md": "# One\n\nText.\n"})
    )
    with weasyprint_with_fonts(book.config.folders, Report()):
        config = Path(os.environ["FONTCONFIG_FILE"])
        assert [p.suffix for p in config.with_name("fonts").iterdir()] == [".ttf"]
