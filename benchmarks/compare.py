#!/usr/bin/env python3
"""Time bookbuilder against pandoc on the same books, and print ratios and peak memory.

Both get the same files in the same order. Rounds alternate between the two, so that whatever else
the machine does hits both, and the best round counts. See README.md here for how to read it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from measuring import BIN, Run, best, extent, timed
from pandoc import pandoc_command

HERE = Path(__file__).resolve().parent
CORPORA = ["thoughtbot-guides", "rust-embedded"]


def commands(root: Path, kind: str, out: Path) -> dict[str, list[str]]:
    """What each tool is told, to write `out/<tool>.<kind>`."""
    ours = [str(BIN / "bookbuilder"), kind, str(root), "-q", "-o", str(out / f"bookbuilder.{kind}")]
    if kind == "pdf":
        ours.append("--no-cache")
    return {"bookbuilder": ours, "pandoc": pandoc_command(root, kind, out / f"pandoc.{kind}")}


def compare(root: Path, kind: str, rounds: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        told = commands(root, kind, out)
        runs: dict[str, list[Run]] = {tool: [] for tool in told}
        for _ in range(rounds):
            for tool, command in told.items():
                runs[tool].append(timed(command, root))
        least = {tool: best(done) for tool, done in runs.items()}
        made = {tool: extent(out / f"{tool}.{kind}") for tool in told}
    ours, theirs = least["bookbuilder"], least["pandoc"]
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
        **{tool: asdict(run) | {"made": made[tool]} for tool, run in least.items()},
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
