"""Translate the few words that bookbuilder itself adds to a book.

Each language has a file in `languages/`. Whoever adds a word adds it to all of them, and whoever
adds a language adds a file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources

from bookbuilder.text.slugs import loose

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
)
RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "syrc", "thaa", "nkoo"})


@dataclass(frozen=True, slots=True)
class Words:
    """Hold the words in one `language`.

    `{}` takes a number; in `version`, a version; in `part_of`, the text of `part` and a title.
    `letters` number appendices. `callouts` are the titles of callouts that have none of their own,
    by kind; English has none, since there the kinds are words.
    """

    language: str
    contents: str
    cover: str
    title_page: str
    start: str
    landmarks: str
    part: str
    part_of: str
    chapter: str
    notes: str
    back: str
    version: str
    index: str
    figures: str
    tables: str
    figure: str
    table: str
    page: str
    pages: str
    links: str
    links_code: str
    done: str
    to_do: str
    bibliography: str
    appendix: str
    letters: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    callouts: dict[str, str] = field(default_factory=dict)


_OTHER_TITLES = (
    "References", "Reference list", "Works cited", "Literature", "Literature cited", "Sources",
    "Literatur", "Quellen", "Quellenverzeichnis", "Literatur- und Quellenverzeichnis", "Références",
    "Références bibliographiques", "Referencias", "Referencias bibliográficas", "Referências",
    "Referências bibliográficas", "Riferimenti bibliografici", "Literatuur", "Referenties",
    "Referenser", "Källor", "Kilder", "Referanser", "Litteraturliste", "Источники", "Джерела",
    "Bibliographie", "Kirjallisuus", "Lähdeluettelo", "Piśmiennictwo",
)  # fmt: skip
# Norwegian is tagged in three ways.
_SAME_WORDS = {"no": "nb", "nn": "nb"}


@cache
def words_for(language: str) -> Words:
    """Return the words for a BCP 47 tag, or the English ones, whose `language` then is `en`."""
    key = _SAME_WORDS.get(primary(language), primary(language))
    folder = resources.files("bookbuilder.text").joinpath("languages")
    # What stands in a tag is an author's: it names no file by itself.
    known = {file.name.removesuffix(".toml"): file for file in folder.iterdir()}
    key = key if key in known else "en"
    return Words(key, **tomllib.loads(known[key].read_text("utf-8")))


@cache
def all_titles_of_sources() -> frozenset[str]:
    """Return what a list of sources may be called in any language, in `loose` letters."""
    folder = resources.files("bookbuilder.text").joinpath("languages")
    names = [f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")]
    titles = [*_OTHER_TITLES, *(words_for(name).bibliography for name in names)]
    return frozenset(map(loose, titles))


def letter(count: int, language: str) -> str:
    """Return the letter of the appendix that is number `count`; after Z come AA, AB and so on."""
    letters = words_for(language).letters
    found = ""
    while count > 0:
        count, position = divmod(count - 1, len(letters))
        found = letters[position] + found
    return found


def letters_added(language: str) -> set[str]:
    """Return the characters of all words that may be added to a book in `language`."""
    words = words_for(language)
    texts = [getattr(words, each.name) for each in fields(words) if each.name != "callouts"]
    return set("".join([*texts, *words.callouts.values()])) - set("{}\N{NO-BREAK SPACE}")


def direction(language: str) -> str:
    """Return `ltr` or `rtl` for HTML's `dir`. A script in the tag (`az-Arab`) decides alone."""
    tags = language.lower().replace("_", "-").split("-")
    script = next((t for t in tags[1:] if len(t) == 4 and t.isalpha()), "")
    is_rtl = script in RIGHT_TO_LEFT_SCRIPTS if script else tags[0] in RIGHT_TO_LEFT
    return "rtl" if is_rtl else "ltr"


def primary(language: str) -> str:
    """Return the language of a BCP 47 tag without region, script and the rest."""
    return language.replace("_", "-").partition("-")[0].lower()
