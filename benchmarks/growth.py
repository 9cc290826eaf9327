#!/usr/bin/env python3
"""Time the print PDF of ever larger books: how do time and memory grow with the pages?

The books are parts of this repository's, and its chapters again and again. Pandoc makes a PDF of
the same files with Typst, as a yardstick.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from edits import Edited
from measuring import BIN, Run, best, extent, timed
from pandoc import pandoc_command, typst_engine
from print import copied

# Copies of the book, and the part that is built of the first; None is all.
SIZES = ((1, 1), (1, None), (3, None), (11, None))


def measure(copies: int, part: int | None, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        book = Edited(copied(out / "book", copies), out / "edited")
        path = out / "book.pdf"
        command = [str(BIN / "bookbuilder"), "pdf", str(book.folder), "-q", "-o", str(path)]
        command += [] if part is None else ["--part", str(part)]
        runs: dict[str, list[Run]] = {"cold": [], "word": [], "typst": []}
        for _ in range(rounds):
            shutil.rmtree(out / "cache", ignore_errors=True)
            runs["cold"].append(_built(command, out))
            book.change_sentence()
            runs["word"].append(_built(command, out))
            if part is None:
                engine = str(typst_engine(out))
                theirs = pandoc_command(book.folder, "pdf", out / "typst.pdf", engine)
                runs["typst"].append(timed(theirs, book.folder))
        for row, done in runs.items():
            if done:
                run = best(done)
                made = extent(out / "typst.pdf" if row == "typst" else path)
                print(
                    f"{made:>12} {row:6} {run.seconds:8.2f} {run.computed:8.2f}"
                    f" {run.megabytes:6.0f}",
                    flush=True,
                )


def _built(command: list[str], out: Path) -> Run:
    return timed(command, out, {"XDG_CACHE_HOME": str(out / "cache")})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--rounds", type=int, default=1)
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="how many of the four sizes")
    args = parser.parse_args()
    print(f"{'':12} {'':6} {'wall s':>8} {'CPU s':>8} {'MB':>6}")
    for copies, part in SIZES[: args.sizes]:
        measure(copies, part, args.rounds)


if __name__ == "__main__":
    main()
