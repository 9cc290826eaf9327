"""Check that the book does not repeat the notes it grew out of in runs of over six words.

    python tools/check_sources.py NOTES.md CHAPTER.md …

Web addresses and words in quotation marks do not count: the latter are quotations, and credited.
Exits 1 on a finding.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_SHARED = 6

_QUOTED = re.compile(r"“[^”]*”|\"[^\"\n]*\"|https?://\S+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    return [w.casefold().replace("’", "'") for w in _WORD.findall(text)]


def runs(found: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(found[i : i + length]) for i in range(len(found) - length + 1))


def shared_runs(notes: str, chapter: str) -> list[str]:
    """The runs of seven words that both texts have, quotations in `chapter` aside."""
    known = set(runs(words(notes), LONGEST_SHARED + 1))
    pieces = _QUOTED.split(chapter)
    found = (run for piece in pieces for run in runs(words(piece), LONGEST_SHARED + 1))
    return [" ".join(run) for run in found if run in known]


def main(arguments: list[str]) -> int:
    notes, *chapters = (Path(a) for a in arguments)
    found = 0
    for path in chapters:
        for run in shared_runs(notes.read_text("utf-8"), path.read_text("utf-8")):
            print(f"{path}: shared with {notes.name}: {run}")
            found += 1
    print(f"{len(chapters)} chapters, {found} shared runs of more than {LONGEST_SHARED} words")
    return 1 if found or not chapters else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
