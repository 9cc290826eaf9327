"""Check that the book is spelt as its house style says: British, with -ise.

    python tools/spelling.py

Does what `bookbuilder check --spelling` does, and more: hunspell's British dictionary has -ize too.
The book's own words are in words.txt. Exits 1 on a finding.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import bookbuilder
from bookbuilder.checks.spelling import check_spelling, words_of
from bookbuilder.cli.render import MessageFormat, render

ROOT = Path(__file__).resolve().parent.parent
# Spelt with z everywhere: the stem is not the suffix.
_NOT_THE_SUFFIX = re.compile(r"^(?:prize|size|seize|capsize|assize|oversize)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:[^aeiou]|[aeiou]l)iz(?:e[ds]?|ing|ers?|ations?)$", re.IGNORECASE)


def main() -> int:
    report = bookbuilder.Report()
    book = bookbuilder.load(ROOT)
    spelt = check_spelling([book], report)
    sys.stderr.write(render(report, MessageFormat.CONCISE))
    against_style = 0
    for words in words_of([book]).by_language.values():
        for word, places in words.items():
            if _SUFFIX.search(word) and not _NOT_THE_SUFFIX.match(word):
                print(f"{', '.join(places)}: {word}, which the house style spells with s")
                against_style += 1
    print(
        f"{spelt.words} different words, {spelt.unknown} that are not in the dictionary,"
        f" {against_style} that are not in the style"
    )
    return 1 if len(report) or spelt.not_run or against_style else 0


if __name__ == "__main__":
    sys.exit(main())
