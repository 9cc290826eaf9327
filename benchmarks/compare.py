#!/usr/bin/env python3
"""Time bookbuilder against pandoc on the same books, and print ratios and peak memory.

Both get the same files in the same order. Rounds alternate between the two, so that whatever else
the machine does hits both, and the best round counts. See README.md here for how to read it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import pypandoc
import pypdfium2

import bookbuilder

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
CORPORA = ["thoughtbot-guides", "rust-embedded"]
SAMPLE_SECONDS = 0.05
# Pandoc and its WeasyPrint fetch pictures from the network; a refused proxy fails at once instead.
OFFLINE = {f"{scheme}_proxy": "http://127.0.0.1:9" for scheme in ("http", "https")}


@dataclass(frozen=True, slots=True)
class Run:
    """One build: seconds of wall clock, and the process tree's peak resident memory in MB."""

    seconds: float
    megabytes: float


def commands(root: Path, kind: str, out: Path) -> dict[str, list[str]]:
    """What each tool is told, to write `out/<tool>.<kind>`."""
    book = bookbuilder.load(root)
    # What bookbuilder makes itself, such as the workbook, has no file.
    paths = (chapter.source.path for chapter in book.chapters)
    files = list(dict.fromkeys(str(path) for path in paths if path.is_file()))
    pandoc = [pypandoc.get_pandoc_path(), "-f", "markdown+rebase_relative_paths", *files]
    pandoc += ["-M", f"title={book.metadata.title}", "-M", f"lang={book.metadata.language}"]
    pandoc += ["--toc", "--quiet", "-o", str(out / f"pandoc.{kind}")]
    if kind == "pdf":
        style = HERE / "pandoc-print.css"
        pandoc += ["-t", "html5", f"--pdf-engine={BIN / 'weasyprint'}", "--css", str(style)]
    ours = [str(BIN / "bookbuilder"), kind, str(root), "-q", "-o", str(out / f"bookbuilder.{kind}")]
    return {"bookbuilder": ours, "pandoc": pandoc}


def timed(command: list[str], cwd: Path) -> Run:
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=os.environ | OFFLINE, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    watched = psutil.Process(process.pid)
    peak = 0
    while True:
        try:
            _, errors = process.communicate(timeout=SAMPLE_SECONDS)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, resident(watched))
    seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(f"{' '.join(command)}\nexit {process.returncode}: {errors.decode()[-2000:]}")
    return Run(seconds, peak / 1e6)


def resident(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total


def extent(path: Path) -> str:
    if path.suffix == ".pdf":
        return f"{len(pypdfium2.PdfDocument(path))} pages"
    return f"{path.stat().st_size / 1e3:.0f} kB"


def compare(root: Path, kind: str, rounds: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        told = commands(root, kind, out)
        runs: dict[str, list[Run]] = {tool: [] for tool in told}
        for _ in range(rounds):
            for tool, command in told.items():
                runs[tool].append(timed(command, root))
        best = {
            tool: Run(min(r.seconds for r in done), max(r.megabytes for r in done))
            for tool, done in runs.items()
        }
        made = {tool: extent(out / f"{tool}.{kind}") for tool in told}
    ours, theirs = best["bookbuilder"], best["pandoc"]
    print(
        f"{root.name[:20]:20} {kind:4}"
        f" {ours.seconds:8.2f} {theirs.seconds:8.2f} {ours.seconds / theirs.seconds:7.2f}"
        f" {ours.megabytes:8.0f} {theirs.megabytes:8.0f}"
        f"   {made['bookbuilder']:>10} {made['pandoc']:>10}",
        flush=True,
    )
    return {
        "book": root.name,
        "format": kind,
        "ratio": ours.seconds / theirs.seconds,
        **{tool: asdict(run) | {"made": made[tool]} for tool, run in best.items()},
    }


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
        f"{'book':20} {'':4} {'bookb. s':>8} {'pandoc s':>8} {'ratio':>7}"
        f" {'bookb.MB':>8} {'pandocMB':>8}   {'bookbuild.':>10} {'pandoc':>10}"
    )
    rows = [compare(book.resolve(), kind, args.rounds) for book in books for kind in args.formats]
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
