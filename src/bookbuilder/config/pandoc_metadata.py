"""Read a book's metadata from YAML that uses pandoc's keys, such as the front matter of a book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bookbuilder.config.dates import read_date
from bookbuilder.config.schema import AuthorConfig, BookConfig
from bookbuilder.text.language import is_language
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_title import plain_title

KEYS = frozenset(
    """
    abstract author authors contributor contributors copyright creator creators date description
    identifier isbn keywords lang language license publisher rights subject subjects subtitle title
    translator translators
    """.split()  # noqa: SIM905 (a list would be a page long)
)
BIBLIOGRAPHY_KEYS = frozenset({"bibliography", "csl", "nocite", "references", "bibtex_bibfiles"})
_KEY = rare_pattern(r"@(\*|\{[^{}\s]{1,200}\}|[\w][\w:.#$%&+?<>~/-]{0,200})")
_ROLES = {
    "author": "aut",
    "contributor": "ctb",
    "editor": "edt",
    "illustrator": "ill",
    "photographer": "pht",
    "translator": "trl",
}
_MOST_LISTED = 200


def read_metadata(data: Mapping[Any, Any]) -> tuple[BookConfig, list[str]]:
    """Return what `data` says of the book, and the keys whose value cannot be used."""
    said = {str(key): value for key, value in data.items()}
    unread: list[str] = []
    published = _first(said, "date")
    day = read_date(published)
    if published is not None and day is None:
        unread.append("date")
    language = _text(_first(said, "lang", "language"))
    main, below = _titles(said.get("title"))
    sources = read_bibliography(said)
    book = BookConfig(
        bibliography=sources.bibliography,
        csl=sources.csl,
        nocite=sources.nocite,
        title=main,
        subtitle=plain_title(_text(said.get("subtitle"))) or below,
        authors=tuple(_people(said)),
        language=language if is_language(language) else "",
        identifier=_identifier(said),
        publisher=_text(said.get("publisher")),
        rights=_rights(_first(said, "rights", "copyright")),
        license=_text(said.get("license")),
        description=_text(_first(said, "description", "abstract")),
        subjects=tuple(_words(_first(said, "subject", "subjects", "keywords"))),
        date=day,
    )
    for key in ("subtitle", "publisher", "description"):
        if said.get(key) not in (None, "", []) and not getattr(book, key):
            unread.append(key)
    if not book.authors and _first(said, "author", "authors", "creator"):
        unread.append("authors")
    return book, unread


def read_bibliography(data: Mapping[Any, Any]) -> BookConfig:
    """Return what `data` says of files of sources, the style of citing, and what is not cited."""
    named = data.get("bibliography") or data.get("bibtex_bibfiles")
    # pandoc knows several bibliographies by names, too.
    files = list(named.values()) if isinstance(named, dict) else _listed(named)
    names = [name for one in files for name in _listed(one)]
    csl = data.get("csl") or data.get("citation-style")
    nocite = " ".join(one for one in _listed(data.get("nocite")) if isinstance(one, str))
    keys = (match[1].strip("{}").rstrip(".,;:") for match in _KEY.finditer(nocite))
    return BookConfig(
        bibliography=tuple(" ".join(name.split()) for name in names if isinstance(name, str)),
        csl=_text(csl) if isinstance(csl, str) else "",
        nocite=tuple(f"@{key}" for key in keys),
    )


def _first(said: Mapping[str, Any], *keys: str) -> Any:
    return next((said[key] for key in keys if said.get(key) not in (None, "", [])), None)


def _listed(value: object) -> list[Any]:
    return value[:_MOST_LISTED] if isinstance(value, list) else [] if value is None else [value]


def _text(value: object) -> str:
    """Return text, a number or a date on one line; of a mapping, what pandoc calls its `text`."""
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, str | int | float | date) and not isinstance(value, bool):
        return " ".join(str(value).split())
    return ""


def _titles(value: object) -> tuple[str, str]:
    """Return the title and the subtitle that `title` gives, which may be a list with types."""
    found = {"main": "", "subtitle": ""}
    for one in [value] if isinstance(value, str | int | float) else _listed(value):
        if isinstance(value, list) and not isinstance(one, dict):
            break
        kind = str(one.get("type", "main")) if isinstance(one, dict) else "main"
        if kind in found:
            found[kind] = found[kind] or plain_title(_text(one))
    return found["main"], found["subtitle"]


def _people(said: Mapping[str, Any]) -> Iterator[AuthorConfig]:
    authors = _first(said, "author", "authors", "creator", "creators")
    yield from _of_role(authors, "aut")
    yield from _of_role(_first(said, "translator", "translators"), "trl")
    yield from _of_role(_first(said, "contributor", "contributors"), "ctb")


def _of_role(value: object, role: str) -> Iterator[AuthorConfig]:
    """Yield the people in `value`: a name, a mapping with a name, or a list of these."""
    for one in _listed(value):
        asked, file_as = role, ""
        name: object = one
        if isinstance(one, dict):
            name = one.get("name", one.get("text", one.get("literal")))
            if isinstance(name, dict):
                name = name.get("literal") or " ".join(
                    filter(None, (_text(name.get("given")), _text(name.get("family"))))
                )
            wanted = _text(one.get("role")).casefold()
            asked = _ROLES.get(wanted, wanted if re.fullmatch(r"[a-z]{3}", wanted) else role)
            file_as = _text(one.get("file-as"))
        if said := plain_title(_text(name)):
            yield AuthorConfig(said, asked, file_as)


def _identifier(said: Mapping[str, Any]) -> str:
    for one in _listed(said.get("identifier")):
        text = _text(one)
        scheme = str(one.get("scheme", "")).casefold() if isinstance(one, dict) else ""
        if text:
            # Which of the two the digits are is seen later; their scheme is lost here.
            return f"ISBN {text}" if scheme.startswith("isbn") and text[0].isdigit() else text
    isbn = _text(said.get("isbn"))
    return f"ISBN {isbn}" if isbn[:1].isdigit() else isbn


def _rights(value: object) -> str:
    if isinstance(value, dict) and "text" not in value:
        owner = " ".join(filter(None, (_text(value.get("year")), _text(value.get("holder")))))
        return _text(value.get("statement")) or (f"© {owner}" if owner else "")
    return _text(value)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        value = value.split(",")
    yield from filter(None, map(_text, _listed(value)))
