"""A file that is exchanged between the check and the reading leads nowhere."""

from __future__ import annotations

import io
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bookbuilder import Book, Report, load
from bookbuilder.formats.cover_art import read_cover
from bookbuilder.formats.hypertext.styles import stylesheets
from bookbuilder.formats.pdf.compose.styles import author_styles
from bookbuilder.formats.pdf.weasy.setup import own_fonts
from bookbuilder.runtime.files import read_file
from books import write_files

pytestmark = pytest.mark.attack("files exchanged during a build")

SECRET = "SECRET-OF-ANOTHER-FOLDER"
TOML = '[book]\ntitle = "T"\nlanguage = "en"\nstyle = "d/own.css"\ncover = "d/cover.png"\n'
FILES = {
    "book.toml": TOML,
    "d/one.md": "# One\n\n{{#include part.txt}}\n\n![a](pic.png)\n",
    "d/part.txt": "Included.\n",
    "d/own.css": "p { margin: 0; background: url(bg.png) }\n",
    "d/cover.png": "",
    "d/pic.png": "",
    "d/bg.png": "",
    "fonts/own.ttf": "font",
}


def png(text: str) -> bytes:
    """Return a picture that has `text` among its bytes."""
    out = io.BytesIO()
    image = Image.new("RGB", (4, 4))
    image.save(out, "PNG", pnginfo=None, icc_profile=None)
    return out.getvalue() + text.encode()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return a book, and a folder outside with a secret under each of its names."""
    book = write_files(tmp_path / "book", FILES)
    for name in FILES:
        outside = tmp_path / "outside" / name
        outside.parent.mkdir(parents=True, exist_ok=True)
        is_picture = name.endswith(".png")
        if is_picture:
            (book / name).write_bytes(png("own"))
        outside.write_bytes(png(SECRET) if is_picture else f"# One\n\n{SECRET}\n".encode())
    return book, tmp_path / "outside"


def everything_read(root: Path) -> str:
    """Load the book in `root`, and read what the writers read."""
    report = Report()
    found: list[bytes] = []
    try:
        book: Book = load(root, report=report)
    except Exception as error:  # what is refused may leave no book
        return str(error)
    found += [chapter.tree.decode().encode() for chapter in book.chapters]
    found += [asset.data for asset in book.assets.values()]
    own = {"book.style": book.config.book.style}
    readers: tuple[Callable[[], Any], ...] = (
        lambda: [file.data for file in stylesheets(book.config, report, [], own)[1]],
        lambda: [text.encode() for _, text in author_styles(book.config, report)],
        lambda: [data for _, data in own_fonts(book.config.folders, report)],
        lambda: [read_cover(book)],
    )
    for read in readers:
        try:
            found += read()
        except OSError as error:
            found.append(str(error).encode())
    return b"\n".join(found).decode("latin-1")


@pytest.mark.parametrize("name", [n for n in FILES if n != "book.toml"])
@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_what_is_exchanged_for_a_link_is_not_read(
    name: str, swapped: str, folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, outside = folders
    assert SECRET not in everything_read(root)
    target = root / name if swapped == "file" else (root / name).parent
    opened = os.open
    done: list[Any] = []

    def swap_then_open(path: Any, *arguments: Any, **named: Any) -> int:
        if not done and Path(path).name in (Path(name).name, target.name):
            done.append(path)
            target.rename(target.with_name("before"))
            target.symlink_to(outside / target.relative_to(root))
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", swap_then_open)
    read = everything_read(root)
    assert done
    assert SECRET not in read


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "folder", "longer"])
@pytest.mark.parametrize("name", ["d/one.md", "d/part.txt", "d/own.css", "d/pic.png", "d/bg.png",
                                  "d/cover.png", "fonts/own.ttf"])  # fmt: skip
@pytest.mark.parametrize("when", ["before", "between"])
def test_what_is_no_file_is_never_waited_for(
    kind: str,
    name: str,
    when: str,
    folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root, _ = folders
    target = root / name
    monkeypatch.chdir(target.parent)

    def exchange() -> None:
        target.unlink()
        if kind == "pipe":
            os.mkfifo(target)
        elif kind == "socket":
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(target.name)
        elif kind == "device":
            target.symlink_to("/dev/zero")
        elif kind == "folder":
            target.mkdir()
        else:
            with target.open("wb") as file:
                file.truncate(200_000_000)

    opened = os.open
    done: list[Any] = []

    def exchange_then_open(path: Any, *arguments: Any, **named: Any) -> int:
        if not done and Path(path).name == target.name:
            done.append(path)
            exchange()
        return opened(path, *arguments, **named)

    if when == "before":
        exchange()
    else:
        monkeypatch.setattr(os, "open", exchange_then_open)
    read = everything_read(root)
    assert len(read) < 1_000_000
    assert "\0" * 5000 not in read


def test_a_file_in_a_folder_that_cannot_be_listed_is_read(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "c.txt").write_bytes(b"text")
    inner.chmod(0o100)
    try:
        assert read_file(inner / "c.txt", folders=[tmp_path]) == b"text"
    finally:
        inner.chmod(0o700)


def test_links_within_the_folder_and_allowed_folders_are_followed(tmp_path: Path) -> None:
    for name in ("book", "allowed", "secret"):
        write_files(tmp_path / name, {"in/c.txt": name})
    root, allowed = tmp_path / "book", tmp_path / "allowed"
    (root / "file").symlink_to("in/c.txt")
    (root / "folder").symlink_to("in")
    (root / "other").symlink_to(allowed)
    (root / "out").symlink_to(tmp_path / "secret/in/c.txt")
    (root / "loop").symlink_to("loop")
    both = [root, allowed]
    assert read_file(root / "file", folders=both) == b"book"
    assert read_file(root / "folder/c.txt", folders=both) == b"book"
    assert read_file(root / "other/in/c.txt", folders=both) == b"allowed"
    for name in ("out", "../secret/in/c.txt", "loop", ".", "a\0b", "other/in/c.txt"):
        with pytest.raises(OSError, match=r"outside|no file can|no ordinary|Too many"):
            read_file(root / name, folders=[root])
