"""Save a chapter again and again, and print what memory the preview takes.

    python benchmarks/preview_saves.py BOOK CHAPTER [SAVES]

Copies BOOK; CHAPTER is the path of a chapter in it.
"""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil


def megabytes(process: int) -> float:
    """Return the memory of a process and its children; what they share counts once."""
    family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    return float(sum(p.memory_full_info().pss for p in family)) / 1e6


def shows(port: int, document: str, word: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"/book/{document}")
    found = word.encode() in connection.getresponse().read()
    connection.close()
    return found


def main(book: Path, chapter: str, saves: int) -> None:
    from bookbuilder.build import load

    slug = next(c.slug for c in load(book).chapters if c.source.path == book / chapter)
    command = [str(Path(sys.executable).with_name("bookbuilder")), "preview", str(book)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found
        port = int(found[1])
        text = (book / chapter).read_text("utf-8")
        for number in range(saves + 1):
            word = f"zebra{number}x"
            (book / chapter).write_text(f"{text}\n\n{word}\n", "utf-8")
            end = time.monotonic() + 120
            while not shows(port, f"{slug}.xhtml", word):
                assert time.monotonic() < end, f"save {number} is not shown"
                time.sleep(0.02)
            # Every tenth save is left time for the whole book.
            time.sleep(5 if number % 10 == 0 else 0.1)
            if number % 50 == 0:
                print(f"{number} saves: {megabytes(process.pid):.0f} MB", flush=True)
        process.terminate()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        shutil.copytree(sys.argv[1], copy, ignore=shutil.ignore_patterns(".*", "dist", "build"))
        main(copy, sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 500)
