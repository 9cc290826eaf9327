"""Find words that no dictionary has, each with its place, with hunspell where that is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from bookbuilder.book import Book
from bookbuilder.checks.reading_text import (
    GAP,
    chapters_of,
    of_the_book,
    passages,
    span_in_book,
)
from bookbuilder.config.schema import Config
from bookbuilder.model.diagnostics import Level, Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.files import is_file, is_inside, read_text
from bookbuilder.runtime.hunspell import (
    INSTALL_HUNSPELL,
    LONGEST_WORD,
    Hunspell,
    NoHunspellError,
    dictionaries_for,
    find_hunspell,
)

UNKNOWN_WORD = Rule(
    "T001",
    "unknown-word",
    Severity.WARNING,
    "`check --spelling` reports words that hunspell's dictionary of their language lacks. Mend"
    " them; or write them, one to a line, into the file that `words` in [lint] of book.toml names."
    " Words of another language are looked up in its dictionary if the text says so, as in"
    " `[mot]{lang=fr}`; screen readers need that too.",
)
SPELLING_NOT_CHECKED = Rule(
    "T002",
    "spelling-not-checked",
    Severity.NOTE,
    "Spelling is checked by hunspell, a program of its own, with a dictionary for each language."
    " Without them, words are neither right nor wrong.",
)
BAD_WORD_LIST = Rule(
    "T003",
    "bad-word-list",
    Severity.WARNING,
    "`words` in [lint] names a file of the book, in UTF-8, with one word to a line. Without it, all"
    " words in it are reported.",
)

MOST_WITH_SUGGESTION = 100
MOST_REPORTED = 1000
"""Report no more words of a language: a text with more of them is in another one."""
MOST_PLACES = 3
NO_LANGUAGE = ("und", "zxx", "mul", "mis")
_BLANK = re.compile(r"[\s—–…]+")
# `example.org/page`, `me@example.org`, `notes.txt`, `C:\\path`, `~/x`
_NO_WORDS = re.compile(r".*?(?:://|@|\\|\w\.[a-z])|[~.]*/|www\.", re.DOTALL)
_ROMAN = re.compile(r"(?=[IVXLCDM]{2})M*(?:C[MD]|D?C{0,4})(?:X[CL]|L?X{0,4})(?:I[XV]|V?I{0,4})")
# In these languages, an apostrophe joins two words.
_ELIDING = frozenset(("ca", "fr", "it", "oc", "co", "fur", "lij", "wa"))


@dataclass(frozen=True, slots=True)
class Spelt:
    """The result: how many different words were looked up, in which dictionaries, and what not.

    `not_run` says why nothing could be looked up; `left` are languages without a dictionary.
    """

    words: int = 0
    unknown: int = 0
    dictionaries: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    not_run: str = ""


@dataclass(slots=True)
class Words:
    """The words of a book by language, each with where it stands and how often."""

    by_language: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    spans: dict[str, Span | None] = field(default_factory=dict)

    def add(self, word: str, language: str, name: str, times: int = 1) -> None:
        places = self.by_language.setdefault(language, {}).setdefault(word, {})
        places[name] = places.get(name, 0) + times

    def merge(self, other: Words) -> None:
        """Add the words of another reading of the same book: none counts twice."""
        for language, words in other.by_language.items():
            for word, places in words.items():
                mine = self.by_language.setdefault(language, {}).setdefault(word, {})
                for name, times in places.items():
                    mine[name] = max(mine.get(name, 0), times)
        self.sources |= other.sources
        self.spans |= other.spans


def words_in(text: str) -> Iterator[str]:
    """Yield the words of a text as a dictionary has them; no addresses, numbers and names in code.

    A possessive `'s` is left out.
    """
    for chunk in _BLANK.split(unicodedata.normalize("NFC", text)):
        if _NO_WORDS.match(chunk):
            continue
        for found in _word().finditer(chunk):
            word = found[0].replace("’", "'").removesuffix("'s")
            if 1 < len(word) <= LONGEST_WORD and not _ROMAN.fullmatch(word):
                yield word


def words_of(books: Sequence[Book]) -> Words:
    """Return the words of a book, as it is read for several audiences."""
    total = Words()
    for book in books:
        words = Words()
        language = book.metadata.language
        for _, chapter in chapters_of([book]):
            if chapter.levels.get(UNKNOWN_WORD.name) is Level.ALLOW:
                continue
            words.sources[chapter.source.name] = chapter.source
            for passage in passages(chapter.tree, language):
                for word in words_in(passage.text):
                    words.add(word, passage.language, chapter.source.name)
        for key, text in of_the_book(book):
            words.spans[key] = span_in_book(book, key)
            for word in words_in(text):
                words.add(word, language, key)
        total.merge(words)
    return total


def check_spelling(
    books: Sequence[Book], report: Report, also: frozenset[str] = frozenset()
) -> Spelt:
    """Report the words of `books`, one book for several audiences, that no dictionary has.

    The words `also` are nothing to report either.
    """
    known = word_list(books[0].config, report) | _names_in(books[0]) | also
    try:
        hunspell = find_hunspell()
        available = hunspell.dictionaries
        return _look_up(words_of(books), books[0], hunspell, available, known, report)
    except NoHunspellError as error:
        report.add(
            SPELLING_NOT_CHECKED, f"spelling is not checked: {error}", None, INSTALL_HUNSPELL
        )
        return Spelt(not_run=str(error))


def _look_up(
    words: Words,
    book: Book,
    hunspell: Hunspell,
    available: Sequence[str],
    known: frozenset[str],
    report: Report,
) -> Spelt:
    count = unknown = 0
    used: dict[str, None] = {}
    left = []
    for language, found in words.by_language.items():
        if language in NO_LANGUAGE:
            continue
        dictionaries = dictionaries_for(language, available)
        if not dictionaries:
            left.append(language)
            message = (
                f"no dictionary for `{language[:35]}`: {_counted(len(found), 'word')} not checked"
            )
            report.add(SPELLING_NOT_CHECKED, message, None, INSTALL_HUNSPELL)
            continue
        if _is_another_region(language, dictionaries):
            message = f"no dictionary for `{language[:35]}`; checked with {', '.join(dictionaries)}"
            report.add(SPELLING_NOT_CHECKED, message, None, INSTALL_HUNSPELL)
        used |= dict.fromkeys(dictionaries)
        count += len(found)
        asked = {w for w in found if w not in known and w.lower() not in known}
        wrong = unknown_words(asked, language, hunspell, dictionaries)
        unknown += len(wrong)
        # As they come in the book.
        in_order = [word for word in found if word in wrong]
        meant = hunspell.suggestions(in_order[:MOST_WITH_SUGGESTION], dictionaries)
        if len(in_order) > MOST_REPORTED:
            more = _counted(len(in_order) - MOST_REPORTED, "other word")
            message = (
                f"{more} of `{language[:35]}` not in the dictionary ({', '.join(dictionaries)})"
            )
            hint = "is this the language of the text? If not, correct `language` in book.toml"
            report.add(UNKNOWN_WORD, message, None, hint)
        for word in in_order[:MOST_REPORTED]:
            _report_word(word, words, found[word], dictionaries, meant.get(word, ()), book, report)
    language = book.metadata.language
    not_run = ""
    if not used:
        not_run = f"hunspell has no dictionary for `{language[:35]}`"
        if language in NO_LANGUAGE:
            not_run = "the book does not say its language"
    elif language in left:
        not_run = f"hunspell has no dictionary for `{language[:35]}`"
    return Spelt(count, unknown, tuple(used), tuple(left), not_run)


def unknown_words(
    words: set[str], language: str, hunspell: Hunspell, dictionaries: Sequence[str]
) -> set[str]:
    """Return those of `words` that are in none of the `dictionaries` of their language."""
    wrong = hunspell.unknown(words, dictionaries)
    if language.partition("-")[0] in _ELIDING:
        parts = {word: [p for p in word.split("'") if len(p) > 2] for word in wrong if "'" in word}
        bad = hunspell.unknown({p for ps in parts.values() for p in ps}, dictionaries)
        wrong -= {word for word, ps in parts.items() if not bad.intersection(ps)}
    return wrong


def word_list(config: Config, report: Report) -> frozenset[str]:
    """Return the words that the files in `words` of `[lint]` hold."""
    found: set[str] = set()
    for name in config.lint.words:
        path = config.root / name
        why = ""
        if not is_inside(path, *config.folders):
            why = "it lies outside the book's folder"
        elif not is_file(path):
            why = "there is no such file"
        else:
            try:
                lines = read_text(path, config.folders).splitlines()
                found.update(w for line in lines for w in line.partition("#")[0].split())
            except UnicodeDecodeError:
                why = "it is not UTF-8 text"
            except OSError as error:
                why = error.strerror or "it cannot be read"
        if why:
            span = config.span_of("lint.words", name)
            report.add(BAD_WORD_LIST, f"the list of words `{name[:200]}` is not used: {why}", span)
    return frozenset(unicodedata.normalize("NFC", w).replace("’", "'") for w in found)


def _names_in(book: Book) -> frozenset[str]:
    """Return the words of which the names of people, publisher and series are made."""
    said = book.metadata
    names = [*(person.name for person in said.authors), said.publisher, said.series]
    return frozenset(word for name in names for word in words_in(name))


def _report_word(
    word: str,
    words: Words,
    places: Mapping[str, int],
    dictionaries: Sequence[str],
    meant: Sequence[str],
    book: Book,
    report: Report,
) -> None:
    first, *others = places
    times = sum(places.values())
    message = f"`{word}` is not in the dictionary ({', '.join(dictionaries)})"
    if times > 1:
        message += f"; it stands here {times} times" if not others else f", {times} times in all"
    if others:
        more = f" and {len(others) - MOST_PLACES} more" if len(others) > MOST_PLACES else ""
        message += f", also in {', '.join(others[:MOST_PLACES])}{more}"
    lists = book.config.lint.words
    where = f"`{lists[0][:100]}`" if lists else "a file that `words` in [lint] of book.toml names"
    hint = f"if it is right, write it into {where}"
    if meant:
        either = " or ".join(f"`{m}`" for m in meant[:2])
        hint = f"did you mean {either}? {hint[0].upper()}{hint[1:]}"
    report.add(UNKNOWN_WORD, message, _span(word, words, first), hint)


def _span(word: str, words: Words, name: str) -> Span | None:
    source = words.sources.get(name)
    if source is None:
        return words.spans.get(name)
    for spelt in dict.fromkeys((word, word.replace("'", "’"))):
        if (span := find_text(source, spelt)).line:
            return span
    return source.span_of_file()


def _is_another_region(language: str, dictionaries: Sequence[str]) -> bool:
    region = language.partition("-")[2].lower()
    if len(region) != 2:
        return False
    return not any(re.split("[_@-]", f"{d.lower()}_")[1] in ("", region) for d in dictionaries)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


@cache
def _word() -> re.Pattern[str]:
    """Return what matches a word: letters with their marks, and apostrophes between them."""
    codes = range(0x300, 0x3100)
    marks = [chr(code) for code in codes if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    inside = "".join(marks) + "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
    letter = rf"(?:[^\W\d_]|[{inside}])"
    start, end = rf"(?<![\w{GAP}{inside}])[^\W\d_]", rf"(?![\w{GAP}])"
    return re.compile(rf"{start}{letter}*+(?:['’]{letter}++)*+{end}")
