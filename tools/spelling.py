"""Whether the book is spelt as its house style says: British, with -ise.

    python tools/spelling.py [WORDS]

Reads the book as readers do, after all passes, and asks hunspell's British dictionary. `WORDS` is
a file of words that the dictionary lacks, one to a line. Exits 1 on a finding.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import bookbuilder
from bookbuilder.trees.markup import elements

ROOT = Path(__file__).resolve().parent.parent
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Spelt with z everywhere: the stem is not the suffix.
_NOT_THE_SUFFIX = re.compile(r"^(?:prize|size|seize|capsize|assize|oversize)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:[^aeiou]|[aeiou]l)iz(?:e[ds]?|ing|ers?|ations?)$", re.IGNORECASE)


def words_by_chapter() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for chapter in bookbuilder.load(ROOT).chapters:
        for tag in elements(chapter.tree, "code", "pre"):
            tag.decompose()
        for link in elements(chapter.tree, "a"):
            if re.match(r"https?:|[\w.-]+/", link.get_text()):
                link.decompose()
        words = _WORD.findall(chapter.tree.get_text(" ").replace("’", "'"))
        bare = {word.removesuffix("'s") for word in words}
        found.setdefault(chapter.source.name, set()).update(bare)
    return found


def unknown_to_hunspell(words: set[str]) -> set[str]:
    listed = subprocess.run(
        ["hunspell", "-d", "en_GB", "-i", "utf-8", "-l"],
        input="\n".join(sorted(words)),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.split())


def main(arguments: list[str]) -> int:
    allowed: set[str] = set()
    for name in arguments:
        allowed |= set(Path(name).read_text("utf-8").split())
    books = words_by_chapter()
    every = set().union(*books.values())
    wrong = {w for w in unknown_to_hunspell(every) if w not in allowed and w.lower() not in allowed}
    wrong |= {w for w in every if _SUFFIX.search(w) and not _NOT_THE_SUFFIX.match(w)}
    for name, words in books.items():
        for word in sorted(words & wrong):
            print(f"{name}: {word}")
    print(f"{len(every)} different words, {len(wrong)} that are not in the dictionary or the style")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
