"""Say what an author meant by a key of book.toml that is unknown: the one key, not a list."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping

from bookbuilder.config.schema import Config
from bookbuilder.text.suggest import did_you_mean

MOST_LISTED = 8

_IN_BOOK = {
    "identifier": "isbn isbn-10 isbn-13 isbn10 isbn13 ean uuid doi id uid asin urn issn",
    "authors": "author creator creators by writer writers byline contributor contributors editor"
    " editors translator translators illustrator",
    "title": "name-of-book booktitle book-title maintitle",
    "subtitle": "sub-title tagline",
    "language": "lang locale languages",
    "subjects": "keywords keyword tags tag subject categories category bisac topics genre",
    "rights": "copyright copyrights copyright-notice",
    "license": "licence licensing spdx",
    "description": "summary abstract blurb about",
    "publisher": "imprint press publishing-house",
    "date": "pubdate pub-date published publication-date release-date released year issued",
    "version": "edition revision release",
    "source": "src source-dir src-dir docs-dir docs text-folder input content-dir root",
    "output": "out dest destination build-dir output-dir output-folder target out-dir",
    "name": "filename file-name output-name slug basename",
    "cover": "cover-image coverimage cover-picture cover-file image front-cover",
    "front": "frontmatter front-matter preface foreword dedication prelims",
    "back": "backmatter back-matter appendix appendices afterword glossary colophon",
    "chapters": "chapter files contents spine order pages nav toc summary-file sections",
    "allow": "allowed allowed-folders include-folders resource-path",
    "bibliography": "bib bibs bibfile bib-file bibliographies bibtex citations citeproc",
    "csl": "citation-style csl-file csl-style bibliography-style biblio-style",
    "style": "css styles stylesheet stylesheets style-sheet style-sheets theme extra-css",
}
_IN_TABLES = {
    "[series] with `name` and `position`": "series collection belongs-to-collection series-name"
    " series-title",
    "`position` below [series]": "volume series-index series-number series-position group-position"
    " book-number",
    "a table [[part]] for each part": "part parts",
    "`trim` below [pdf]": "page-size pagesize papersize paper-size trim-size format size geometry"
    " page-format",
    "`toc-depth` below [epub] or [pdf]": "tocdepth depth table-of-contents-depth",
    "`edition` below [pdf]": "print screen",
    "`marks` below [pdf]": "bleed crop-marks cropmarks",
    "`pdf-a` below [pdf]": "pdfa archival",
    "`notes` below [pdf]": "footnotes endnotes",
    "`profile` below [epub]": "device kindle kobo ereader",
}
_IN_SERIES = {
    **dict.fromkeys(("title", "series"), "name"),
    **dict.fromkeys(("number", "volume", "index", "no", "nr", "order"), "position"),
}
_ELSEWHERE = {
    "the trim decides on margins and type; change them in a stylesheet, with `style`": "margin"
    " margins fontsize font-size line-height linestretch",
    "write it into a chapter, or into `rights`": "url website homepage web site link email contact",
    "put font files into the folder `fonts` of the book": "font fonts mainfont main-font typeface"
    " sansfont monofont",
}
_TABLES = {
    "[book]": "metadata meta project general",
    "[epub]": "ebook epub3 kindle",
    "[pdf]": "print paper typst latex",
    "[[part]]": "parts sections",
    "[lint]": "rules warnings check",
}
_OF_MDBOOK = frozenset({"output", "build", "preprocessor", "rust"})


def _inverted(table: Mapping[str, str]) -> dict[str, str]:
    return {word: key for key, words in table.items() for word in words.split()}


_MEANT_IN_BOOK = _inverted(_IN_BOOK)
_MEANT_IN_TABLES = _inverted(_IN_TABLES)
_MEANT_ELSEWHERE = _inverted(_ELSEWHERE)
_MEANT_TABLES = _inverted(_TABLES)


def meant_key(key: str, value: object, table: str, known: Mapping[str, str]) -> str:
    """Return a hint for the unknown `key` of `table`, which is empty at the top of the file.

    `known` are the keys there; `value` tells a table from a key.
    """
    folded = key.strip().lower().replace("_", "-").replace(" ", "-")
    if not table and isinstance(value, dict | list) and (hint := _meant_table(folded, value)):
        return hint
    if folded in known:
        return f"did you mean `{folded}`?"
    if meant := _IN_SERIES.get(folded) if table == "series" else "":
        return f"did you mean `{meant}`?"
    homes = [home for home in _homes_of(folded) if home != table]
    if homes and not isinstance(value, dict):
        return f"`{folded}` belongs below {' or '.join(f'[{home}]' for home in homes)}"
    if meant := _MEANT_IN_BOOK.get(folded):
        where = [home for home in _homes_of(meant) if home != table]
        if meant in known or not where:
            return f"did you mean `{meant}`?"
        return f"write `{meant}` below {' or '.join(f'[{home}]' for home in where)}"
    if meant := _MEANT_IN_TABLES.get(folded):
        name, _, home = meant.partition(" below ")
        return f"did you mean {name}?" if home == f"[{table}]" else f"write {meant}"
    if hint := _MEANT_ELSEWHERE.get(folded) or did_you_mean(key, known):
        return hint
    if len(known) > MOST_LISTED:
        return f"docs/book-toml.md lists the keys of {f'[{table}]' if table else 'the file'}"
    return f"the keys here are {', '.join(f'`{k}`' for k in known)}"


def _meant_table(name: str, value: object) -> str:
    """Return a hint for a table that is unknown; empty if it is like none."""
    if name in _OF_MDBOOK:
        inner = value.keys() if isinstance(value, dict) else ()
        own = next((n for n in ("pdf", "epub") if name == "output" and n in inner), "")
        what = f"[{name}.{own}]" if own else f"[{name}]"
        instead = f"settings of the {own.upper()} stand in [{own}]" if own else "leave it out"
        return f"{what} is a table of mdBook's book.toml: {instead}"
    return f"did you mean {meant}?" if (meant := _MEANT_TABLES.get(name)) else ""


def _homes_of(key: str) -> list[str]:
    """Return the tables that have `key`."""
    name = key.replace("-", "_")
    tables = {t: h for t, h in typing.get_type_hints(Config).items() if dataclasses.is_dataclass(h)}
    return [
        table
        for table, hint in tables.items()
        if name in {f.name for f in dataclasses.fields(hint)}
    ]
