"""Nothing in a book loads anything on the reader's device: all attacks, in headless Chromium."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import attacks
from commandline import invoke
from epub_books import picture

pytestmark = pytest.mark.attack("CSS and active content")

_BROWSER = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=20000",
    "--dump-dom",
)
_TYPES = {".xhtml": "application/xhtml+xml", ".svg": "image/svg+xml", ".css": "text/css"}


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Serve `folder` on loopback; give its address, and the paths that are asked for."""
    asked: set[str] = set()

    class Handler(http.server.SimpleHTTPRequestHandler):
        extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | _TYPES

        def do_GET(self) -> None:
            asked.add(self.path.removeprefix("/"))
            super().do_GET()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=folder)
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def _browse(url: str, profile: Path) -> str:
    command = [*_BROWSER, f"--user-data-dir={profile}", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8", "replace"))
    (folder / "paper.png").write_bytes(picture())


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["generic", "kindle", "kobo", "apple"])
def test_a_browser_loads_nothing_but_the_book(
    tmp_path: Path, record_property: Callable[[str, object], None], profile: str
) -> None:
    served = tmp_path / "served"
    served.mkdir()
    with _serving(served) as (base, asked):
        server = attacks.Server(f"{base}load/")
        record_property("attacks", attacks.count())
        _write(tmp_path / "book", dict(attacks.book_of(server)))
        target = tmp_path / "book.epub"
        built = invoke("epub", tmp_path / "book", "-o", target, "--profile", profile)
        assert built.exit_code == 0, built.output[-2000:]
        with zipfile.ZipFile(target) as package:
            package.extractall(served)
        # Each page of the book, and each drawing by itself, where it is a document.
        names = [p.relative_to(served).as_posix() for p in served.rglob("*.*")]
        pages = [name for name in names if name.endswith((".xhtml", ".svg"))]
        assert len(pages) > len(attacks.LOADING)
        frames = "".join(f'<iframe width="9" height="9" src="{name}"></iframe>' for name in pages)
        (served / "all.html").write_text(f"<!doctype html>{frames}", encoding="utf-8")
        _browse(f"{base}all.html", tmp_path / "profile")
        assert asked >= set(pages)
        assert {path for path in asked if path.startswith("load/")} == set()
        # The same CSS, not made safe, is asked for: the browser and the server are able to.
        for name, text in attacks.raw(server).items():
            (served / name).write_text(text.replace("\ufffe", ""), encoding="utf-8")
        _browse(f"{base}raw.xhtml", tmp_path / "profile")
        assert len([path for path in asked if path.startswith("load/")]) > 40


@pytest.mark.slow
def test_print_asks_for_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """WeasyPrint reads the stylesheets as they are; what they name is refused, and said to be."""
    with _serving(tmp_path) as (base, asked):
        files = dict(attacks.book_of(attacks.Server(f"{base}load/")))
        record_property("attacks", len(attacks.RULES) + len(attacks.LOADING))
        settings = files["book.toml"].replace(', "files.md"', "")
        book = {name: text for name, text in files.items() if name.endswith((".md", ".css"))}
        _write(tmp_path / "book", book | {"book.toml": settings})
        built = invoke("pdf", tmp_path / "book", "-o", tmp_path / "book.pdf", "--no-cache")
        assert (tmp_path / "book.pdf").exists(), built.output[-2000:]
        assert asked == set()
    assert "is not a file of the book and was left out" in built.output
    assert "`@import` does not work in print" in built.output
