"""Run `bookbuilder preview` on a small book, as an author does."""

from __future__ import annotations

import contextlib
import http.client
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from commandline import EXECUTABLE

SECONDS = 90

SETTINGS = """\
[book]
title = "Small"
name = "small"
language = "en"
authors = "A. Writer"
style = ["own.css"]
chapters = ["one.md", "two.md", "three.md"]
"""
TEXTS = {
    "book.toml": SETTINGS,
    "own.css": "p { color: black }\n",
    "one.md": "# One\n\nSee [two](two.md).\n",
    "two.md": "# Two\n\nA second chapter.\n\nIts last words.\n",
    "three.md": "# Three\n\nThe end.\n",
}


def make_book(folder: Path) -> Path:
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@dataclass
class Running:
    """A preview that runs: its book, its port and its process."""

    book: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(
        self, path: str, method: str = "GET", body: str = "", **headers: str
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer; headers' underscores are hyphens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.putrequest(method, path, skip_host="Host" in named)
            for name, value in named.items():
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body.encode() or None)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def wait_for_title(self) -> None:
        end = time.monotonic() + SECONDS
        while b'"title":"Small"' not in self.ask("/state")[1]:
            assert time.monotonic() < end
            time.sleep(0.1)

    def processes(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)


@contextlib.contextmanager
def preview(book: Path, *options: str) -> Iterator[Running]:
    with subprocess.Popen(
        [EXECUTABLE, "preview", str(book), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
            assert found, said
            yield Running(book, int(found[1]), process)
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            process.kill()
