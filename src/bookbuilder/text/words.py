"""Translate the few words that bookbuilder itself adds to a book.

Each language has a file in `languages/`. Whoever adds a word adds it to all of them, and whoever
adds a language adds a file.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from msgspec import Struct, field

from bookbuilder.text.slugs import loose

RIGHT_TO_LEFT = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"}
)
RIGHT_TO_LEFT_SCRIPTS = frozenset({"arab", "hebr", "syrc", "thaa", "nkoo"})


class Words(Struct, frozen=True):
    """Hold the words in one `language`.

    `{}` takes a number; in `version`, a version; in `part_of`, the text of
    `part` or `chapter` and a title; in `taken_from` and `original_title`, a title; in
    `translated_by`, names.
    `letters` number appendices. `callouts` are the titles of callouts that have none of their own,
    by kind; English has none, since there the kinds are words. `plurals` are the words before
    several numbers; languages have none where a noun stays as it is. `web` are the words of web
    pages. `changes` are those of the page that says what has changed since another version; `{}`
    takes what its key says.
    """

    language: str
    contents: str
    cover: str
    title_page: str
    start: str
    landmarks: str
    part: str
    part_of: str
    taken_from: str
    original_title: str
    translated_by: str
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
    listing: str
    equation: str
    full: str
    listed: str
    joined: str
    spanned: str
    letters: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    callouts: dict[str, str] = field(default_factory=dict)
    web: dict[str, str] = field(default_factory=dict)
    changes: dict[str, str] = field(default_factory=dict)
    plurals: dict[str, str] = field(default_factory=dict)

    def numbered(self, kind: str) -> str:
        """Return the pattern for what is numbered: "Figure {}", "Theorem {}"."""
        if kind == "chapter":
            return self.chapter[0].upper() + self.chapter[1:]
        if kind in _PATTERNS:
            return str(getattr(self, kind))
        name = self.named(kind)
        before, _, after = self.figure.partition("{}")
        if not before:
            return f"{{}}{after.split()[0]} {name.lower()}"
        return f"{name} {{}}" if before.endswith(" ") else f"{name}{{}}"

    def numbered_many(self, kind: str) -> str:
        """Return the pattern for several numbers: "Figures {}"."""
        plural = self.plurals.get(kind)
        return f"{plural} {{}}" if plural else self.numbered(kind)

    def named(self, kind: str) -> str:
        """Return the word for a kind of callout or theorem."""
        kind = self.known(kind)
        return self.callouts.get(kind) or kind.capitalize()

    def is_in(self, language: str) -> bool:
        """Return whether the words are in the `language` of a tag, and not the English ones."""
        return self.language == _key_of(language)

    def known(self, kind: str) -> str:
        """Return `kind`, or the one that comes closest in a language without a word for it."""
        return kind if not self.callouts or kind in self.callouts else _LIKE.get(kind, kind)


_PATTERNS = frozenset({"figure", "table", "listing", "equation", "appendix"})
_LIKE = {
    "axiom": "theorem", "criterion": "proposition", "property": "proposition",
    "observation": "remark", "assumption": "definition", "hypothesis": "conjecture",
}  # fmt: skip
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
    key = _key_of(language)
    folder = resources.files("bookbuilder.text").joinpath("languages")
    # What stands in a tag is an author's: it names no file by itself.
    known = {file.name.removesuffix(".toml"): file for file in folder.iterdir()}
    key = key if key in known else "en"
    return Words(key, **tomllib.loads(known[key].read_text("utf-8")))


def _key_of(language: str) -> str:
    return _SAME_WORDS.get(primary(language), primary(language))


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
    """Return the characters of all words that may be added to a printed book in `language`.

    Not those of `changes`, which come in a file that the author puts into the book.
    """
    words = words_for(language)
    said = (getattr(words, name) for name in words.__struct_fields__)
    texts = [text for text in said if isinstance(text, str)]
    texts += [*words.callouts.values(), *words.plurals.values()]
    return set("".join(texts)) - set("{}\N{NO-BREAK SPACE}")


def direction(language: str) -> str:
    """Return `ltr` or `rtl` for HTML's `dir`. A script in the tag (`az-Arab`) decides alone."""
    tags = language.lower().replace("_", "-").split("-")
    script = next((t for t in tags[1:] if len(t) == 4 and t.isalpha()), "")
    is_rtl = script in RIGHT_TO_LEFT_SCRIPTS if script else tags[0] in RIGHT_TO_LEFT
    return "rtl" if is_rtl else "ltr"


def primary(language: str) -> str:
    """Return the language of a BCP 47 tag without region, script and the rest."""
    return language.replace("_", "-").partition("-")[0].lower()
