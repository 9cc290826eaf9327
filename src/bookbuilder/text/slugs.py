"""Make names from titles: anchors like GitHub's, and file-safe slugs for chapters."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping

LONGEST_SLUG = 60
# Of ASCII.
_NOT_IN_ANCHOR = re.compile(r"[^a-z0-9_ -]+")
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def anchor(text: str) -> str:
    """Return GitHub's heading anchor for `text`: lower case, no punctuation, hyphens for spaces."""
    lowered = text.strip().lower()
    if lowered.isascii():
        kept = _NOT_IN_ANCHOR.sub("", lowered)
    else:
        kept = "".join(c for c in lowered if c in "-_ " or unicodedata.category(c)[0] in "LNM")
    return kept.replace(" ", "-")[:200]


def loose(text: str) -> str:
    """Reduce `text` to letters and digits, which the slug rules of all tools keep."""
    if text.isascii():
        return _NO_LETTER.sub("", text.lower())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c)[0] in "LN")


def file_slug(name: str, fallback: str) -> str:
    """Return an ASCII name that is safe in files, URLs and XML ids.

    It starts with a letter and has at most `LONGEST_SLUG` characters. A leading number that only
    orders the files is dropped: `03-on-time` becomes `on-time`.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    ascii_name = decomposed.encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")
    letters = sum(c.isalpha() for c in decomposed)
    if sum(c.isalpha() for c in slug) * 2 < letters:
        return fallback
    slug = re.sub(r"^\d+-(?=[a-z])", "", slug)[:LONGEST_SLUG].rstrip("-")
    if not slug:
        return fallback
    return slug if slug[0].isalpha() else f"c-{slug}"


_NUMBERED = re.compile(
    r"(?:(?:chapter|chap|ch|kapitel|kap|chapitre|capitulo|capitolo|cap|hoofdstuk|section|sec|lecture"
    r"|lesson|week|unit|module|part|day|session|c)[-_ .]?)?\d{1,5}",
    re.IGNORECASE,
)


def is_mere_number(name: str) -> bool:
    """Tell whether a file's name says only which number its chapter has, as `chapter-07` does.

    It is another chapter's name when one is put before it.
    """
    return bool(_NUMBERED.fullmatch(name))


def hashed_slug(name: str) -> str:
    """Return a slug for a name that has no letters which a file's name can hold."""
    letters = re.sub(r"^\d+\W*", "", unicodedata.normalize("NFC", name.casefold()))
    return f"c-{hashlib.sha256((letters or name).encode('utf-8', 'replace')).hexdigest()[:8]}"


def output_name(title: str) -> str:
    """Return a name for a book's file: ASCII, unless the title has letters that are not Latin.

    Those stay as they are, since no reader of them would know them by other letters.
    """
    letters = [c for c in title if unicodedata.category(c)[0] == "L"]
    if all(unicodedata.name(c, "").startswith("LATIN") for c in letters):
        return file_slug(title, "book")
    composed = unicodedata.normalize("NFC", title.casefold())
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in composed)
    name = "-".join(kept.split())[:LONGEST_SLUG]
    # File systems count bytes.
    while len(name.encode()) > 2 * LONGEST_SLUG:
        name = name[:-1]
    return name.rstrip("-") or "book"


PLACES = ("name", "version", "date")
"""Names that may stand in braces in the `name` of a book's files."""
_PLACE = re.compile(r"\{(\w{0,20})\}")


def places_in(name: str) -> list[str]:
    """Return what stands in braces in the name of a book's files."""
    return _PLACE.findall(name)


def filled_name(name: str, values: Mapping[str, str]) -> str:
    """Return the name of a book's files with `values` in the places of `{version}` and so on."""

    def value(match: re.Match[str]) -> str:
        said = values.get(match[1], match[0])
        return "-".join(re.findall(r"[\w.+~-]+", said)) or match[1]

    return _PLACE.sub(value, name)


def unique(name: str, taken: set[str]) -> str:
    """Return the first of `name`, `name-2`, `name-3` … that is not in `taken`, and add it there."""
    folded = name.casefold()
    count = first_free(lambda n: (f"{folded}-{n}" if n > 1 else folded) not in taken)
    candidate = f"{name}-{count}" if count > 1 else name
    taken.add(candidate.casefold())
    return candidate


def first_free(is_free: Callable[[int], bool]) -> int:
    """Find, in logarithmic time, a free number that is 1 or follows a number that is not free."""
    if is_free(1):
        return 1
    high = 2
    while not is_free(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_free(middle) else (middle, high)
    return high
