"""Read a book's metadata from YAML that uses pandoc's keys, such as the front matter of a book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from bookbuilder.config.schema import AuthorConfig, BookConfig
from bookbuilder.text.language import is_language

KEYS = frozenset(
    """
    abstract author authors contributor contributors copyright creator creators date description
    identifier isbn keywords lang language license publisher rights subject subjects subtitle title
    translator translators
    """.split()  # noqa: SIM905 (a list would be a page long)
)
_ROLES = {
    "author": "aut",
    "contributor": "ctb",
    "editor": "edt",
    "illustrator": "ill",
    "photographer": "pht",
    "translator": "trl",
}
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")
_LONGEST_DATE = 40
_MOST_LISTED = 200
# Notes; links, which keep their text; the marks of emphasis and code around words.
_NOTES = re.compile(r"\[\^[^\]\s]{1,200}\]|\^\[[^\]]{0,2000}\]")
_LINKS = re.compile(r"\[([^\[\]]{1,500})\]\([^()]{0,500}\)")
_MARKED = re.compile(r"(?<![\w*_`])([*_`]{1,3})(?=[^\s*_`])([^*_`]{1,500})(?<=\S)\1(?![\w*_`])")


def read_metadata(data: Mapping[Any, Any]) -> tuple[BookConfig, list[str]]:
    """Return what `data` says of the book, and the keys whose value cannot be used."""
    said = {str(key): value for key, value in data.items()}
    unread: list[str] = []
    published = _first(said, "date")
    day = _date(published)
    if published is not None and day is None:
        unread.append("date")
    language = _text(_first(said, "lang", "language"))
    main, below = _titles(said.get("title"))
    book = BookConfig(
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


def without_notes(text: str) -> str:
    """Return a title without calls of notes, and without notes that are written in place."""
    return " ".join(_NOTES.sub("", text).split()) if "^" in text else text


def plain_title(text: str) -> str:
    """Return a title without the marks of Markdown and its notes."""
    text = _LINKS.sub(r"\1", _NOTES.sub("", text))
    return " ".join(_MARKED.sub(r"\2", text).split())


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
            return _isbn(text) if scheme.startswith("isbn") else text
    return _isbn(_text(said.get("isbn")))


def _isbn(text: str) -> str:
    digits = re.sub(r"^(?:urn:)?isbn[: ]*|[-\s]", "", text, flags=re.IGNORECASE)
    is_number = re.fullmatch(r"\d{9}[\dXx]|\d{13}", digits)
    return f"urn:isbn:{digits.upper()}" if is_number else text


def _rights(value: object) -> str:
    if isinstance(value, dict) and "text" not in value:
        owner = " ".join(filter(None, (_text(value.get("year")), _text(value.get("holder")))))
        return _text(value.get("statement")) or (f"© {owner}" if owner else "")
    return _text(value)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        value = value.split(",")
    yield from filter(None, map(_text, _listed(value)))


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)[:_LONGEST_DATE]
    for form in _DATES:
        for said in (text, text[:10]):
            try:
                return datetime.strptime(said, form).date()
            except ValueError:
                continue
    return None
