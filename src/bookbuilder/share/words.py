"""Say the sentences of the download page and of the sheets that lead to it, in a language.

Each language that `text/words.py` knows has a file in `languages/`. Whoever adds a sentence adds it
to all of them. In books in other languages the sentences are English, and are marked as such.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bs4 import Tag

from bookbuilder.text.words import primary
from bookbuilder.trees.markup import new_tag

# Norwegian is tagged in three ways.
_SAME_WORDS = {"no": "nb", "nn": "nb"}
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Sentences:
    """Hold the sentences in one `language`; `is_foreign` if that is not the book's."""

    language: str
    is_foreign: bool
    texts: Mapping[str, str]

    def __call__(self, key: str, *values: str) -> str:
        return self.texts[key].format(*values)

    @property
    def mark(self) -> dict[str, str]:
        """Return the attributes of an element that holds nothing but such a sentence."""
        return {"lang": self.language, "dir": "ltr"} if self.is_foreign else {}

    def size(self, count: int) -> str:
        """Return a number of bytes as people read it."""
        if count < 100_000:
            number, unit = str(max(1, round(count / 1000))), "kilobytes"
        else:
            number, unit = f"{count / 1e6:.1f}".replace(".", self.texts["decimal"]), "megabytes"
        return f"{number}\N{NO-BREAK SPACE}{self.texts[unit]}"

    def tag(self, name: str, key: str, *values: str, classes: str = "") -> Tag:
        """Return an element with a sentence."""
        attributes = {"class": classes} if classes else {}
        return new_tag(name, attributes | self.mark, self(key, *values))


@cache
def sentences_for(language: str) -> Sentences:
    """Return the sentences for a BCP 47 tag."""
    key = _SAME_WORDS.get(primary(language), primary(language))
    folder = resources.files("bookbuilder.share").joinpath("languages")
    # What stands in a tag is an author's: it names no file by itself.
    known = {file.name.removesuffix(".toml"): file for file in folder.iterdir()}
    is_foreign = key not in known
    key = FALLBACK if is_foreign else key
    return Sentences(key, is_foreign, tomllib.loads(known[key].read_text("utf-8")))
