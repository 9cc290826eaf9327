#!/usr/bin/env python3
"""Time the print PDF, cold and after an edit, against WeasyPrint alone and pandoc, on one book.

The book is this repository's, once and with its chapters again and again (`--copies`). WeasyPrint
gets the same HTML, fonts and styles (plain.py). Rounds alternate between the tools, and the best
round counts. See README.md here for how to read it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import tomllib
from dataclasses import asdict
from pathlib import Path

from measuring import BIN, Run, best, extent, timed
from pandoc import pandoc_command

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
EDITED = "13-titles-that-hide-the-job.md"


def copied(target: Path, copies: int) -> Path:
    """This repository's book in a folder of its own, with `copies` times its chapters."""
    shutil.copytree(ROOT / "styles", target / "styles")
    for number in range(1, copies + 1):
        shutil.copytree(ROOT / "chapters", target / f"chapters/copy{number}")
    toml = (ROOT / "book.toml").read_text("utf-8")
    head, *parts = toml.split("[[part]]")
    *parts, last = parts
    last, rest = re.split(r"(?m)^(?=\[)", last, maxsplit=1) if "\n[" in last else (last, "")
    for key in ("front", "back"):
        names = tomllib.loads(head)["book"][key]
        head = re.sub(
            rf"(?m)^{key} = .*$", f"{key} = {json.dumps([f'copy1/{n}' for n in names])}", head
        )
    again = []
    for number in range(1, copies + 1):
        for at, part in enumerate([*parts, last]):
            text = re.sub(r'"(\d\d-[^"]+\.md)"', rf'"copy{number}/\1"', part)
            text = re.sub(
                r"(?m)^number = .*$", f"number = {(number - 1) * (len(parts) + 1) + at}", text
            )
            again.append(text)
    (target / "book.toml").write_text("[[part]]".join([head, *again]) + rest, "utf-8")
    return target


class Tools:
    """Measure the book in `root`; each method is one round of one tool."""

    def __init__(self, root: Path, out: Path) -> None:
        self._root, self._out = root, out
        self._edits = 0

    def bookbuilder_cold(self) -> Run:
        return self._bookbuilder("cold", "--no-cache")

    def bookbuilder_unchanged(self) -> Run:
        return self._bookbuilder("unchanged")

    def bookbuilder_edited(self) -> Run:
        """One sentence more in one chapter than at the last build."""
        chapter = self._root / "chapters/copy1" / EDITED
        self._edits += 1
        text = chapter.read_text("utf-8")
        title, rest = text.split("\n\n", 1)
        chapter.write_text(f"{title}\n\nThis is edit {self._edits}.\n\n{rest}", "utf-8")
        return self._bookbuilder("edited")

    def weasyprint(self) -> Run:
        command = [sys.executable, str(HERE / "plain.py"), str(self._root)]
        return timed([*command, str(self._out / "weasyprint.pdf")], self._root)

    def pandoc_weasyprint(self) -> Run:
        out = self._out / "pandoc-weasyprint.pdf"
        return timed(pandoc_command(self._root, "pdf", out), self._root)

    def pandoc_xelatex(self) -> Run:
        out = self._out / "pandoc-xelatex.pdf"
        return timed(pandoc_command(self._root, "pdf", out, "xelatex"), self._root)

    def _bookbuilder(self, name: str, *options: str) -> Run:
        out = self._out / f"bookbuilder-{name}.pdf"
        command = [str(BIN / "bookbuilder"), "pdf", str(self._root), "-q", "-o", str(out)]
        return timed([*command, *options], self._root, {"XDG_CACHE_HOME": str(self._out / "cache")})


def compare(copies: int, rounds: int) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        tools = Tools(copied(out / "book", copies), out)
        measured = {
            "weasyprint": tools.weasyprint,
            "bookbuilder-cold": tools.bookbuilder_cold,
            "bookbuilder-edited": tools.bookbuilder_edited,
            "bookbuilder-unchanged": tools.bookbuilder_unchanged,
            "pandoc-weasyprint": tools.pandoc_weasyprint,
        }
        if shutil.which("xelatex"):
            measured["pandoc-xelatex"] = tools.pandoc_xelatex
        # What is built first fills the cache, and is not measured.
        tools.bookbuilder_unchanged()
        runs: dict[str, list[Run]] = {name: [] for name in measured}
        for _ in range(rounds):
            for name, measure in measured.items():
                runs[name].append(measure())
        yardstick = best(runs["weasyprint"])
        rows: list[dict[str, object]] = []
        for name, done in runs.items():
            run, pages = best(done), extent(out / f"{name}.pdf")
            print(
                f"{name:22} {run.seconds:8.2f} {run.seconds / yardstick.seconds:6.2f}"
                f" {run.computed:8.2f} {run.computed / yardstick.computed:6.2f}"
                f" {run.megabytes:6.0f}   {pages:>10}",
                flush=True,
            )
            rows.append({"copies": copies, "tool": name, "pages": pages, **asdict(run)})
        return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", nargs="+", type=int, default=[1, 4])
    parser.add_argument("-n", "--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write what was measured there")
    args = parser.parse_args()
    print(f"{'':22} {'wall s':>8} {'ratio':>6} {'CPU s':>8} {'ratio':>6} {'MB':>6}")
    rows = [row for copies in args.copies for row in compare(copies, args.rounds)]
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
