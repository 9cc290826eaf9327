#!/usr/bin/env python3
"""Time bookbuilder against pandoc on the same books: cold, and after each kind of edit.

Both get the same files in the same order. Rounds alternate between all rows, so that whatever else
the machine does hits all of them, and the best round counts. See README.md here for how to read it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from edits import Edited
from measuring import BIN, Run, best, extent, timed
from pandoc import pandoc_command

HERE = Path(__file__).resolve().parent
CORPORA = ["thoughtbot-guides", "rust-embedded"]


class Rows:
    """Measure a copy of the book in `root`; each method is one round of one row."""

    def __init__(self, root: Path, kind: str, out: Path) -> None:
        self._book = Edited(root, out / "book")
        self._kind, self._out = kind, out
        self._theirs = pandoc_command(root, kind, out / f"pandoc.{kind}")
        self._root = root

    def all_of(self) -> dict[str, Callable[[], Run]]:
        rows = {"pandoc": self.pandoc, "cold": self.cold, "unchanged": self.unchanged}
        rows["word"] = self.word
        return rows | ({"page moved": self.page_moved} if self._kind == "pdf" else {})

    def pandoc(self) -> Run:
        return timed(self._theirs, self._root)

    def cold(self) -> Run:
        """A book that was never built before."""
        shutil.rmtree(self._out / "cold", ignore_errors=True)
        return self._built("cold")

    def unchanged(self) -> Run:
        self._built("cache")
        return self._built("cache")

    def word(self) -> Run:
        """Another sentence in a paragraph of one chapter, as long as at the last build."""
        self._book.change_sentence()
        return self._built("cache")

    def page_moved(self) -> Run:
        """A page more in one chapter, so that most page numbers change."""
        self._built("cache")
        self._book.add_page()
        return self._built("cache")

    def _built(self, cache: str) -> Run:
        path = self._out / f"bookbuilder.{self._kind}"
        command = [str(BIN / "bookbuilder"), self._kind, str(self._book.folder), "-q", "-o"]
        caches = {"XDG_CACHE_HOME": str(self._out / cache)}
        return timed([*command, str(path)], self._book.folder, caches)


def compare(root: Path, kind: str, rounds: int) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        rows = Rows(root, kind, out)
        measures = rows.all_of()
        runs: dict[str, list[Run]] = {name: [] for name in measures}
        # What is built first fills the caches, of Python's bytecode too, and is not measured.
        rows.unchanged()
        for _ in range(rounds):
            for name, measure in measures.items():
                runs[name].append(measure())
        made = {"pandoc": extent(out / f"pandoc.{kind}")}
        ours = extent(out / f"bookbuilder.{kind}")
    yardstick = best(runs["pandoc"])
    found: list[dict[str, object]] = []
    for name, done in runs.items():
        run = best(done)
        print(
            f"{root.name[:18]:18} {kind:4} {name:10} {run.seconds:8.2f}"
            f" {run.seconds / yardstick.seconds:6.2f} {run.computed:8.2f}"
            f" {run.computed / yardstick.computed:6.2f} {run.megabytes:6.0f}"
            f"   {made.get(name, ours):>10}",
            flush=True,
        )
        ratio = run.seconds / yardstick.seconds
        found.append(
            {"book": root.name, "format": kind, "row": name, "ratio": ratio, **asdict(run)}
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("books", nargs="*", type=Path, help="book folders; this repository's book")
    parser.add_argument("--corpora", type=Path, help=f"a folder that holds {' and '.join(CORPORA)}")
    parser.add_argument("--formats", nargs="+", choices=["epub", "pdf"], default=["epub", "pdf"])
    parser.add_argument("-n", "--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write what was measured there")
    args = parser.parse_args()
    books = args.books or [HERE.parent]
    if args.corpora:
        books += [args.corpora / name for name in CORPORA]
    print(
        f"{'book':18} {'':4} {'row':10} {'wall s':>8} {'ratio':>6} {'CPU s':>8} {'ratio':>6}"
        f" {'MB':>6}"
    )
    rows = [
        row
        for book in books
        for kind in args.formats
        for row in compare(book.resolve(), kind, args.rounds)
    ]
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
