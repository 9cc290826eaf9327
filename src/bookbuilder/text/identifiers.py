"""Read the identifiers of books as people type them: ISBN, UUID, DOI."""

from __future__ import annotations

import re

from msgspec import Struct

_ISBN = re.compile(r"(?:urn:isbn:|isbn(?:[-: ]?1[03])?[-: ]*)?([\d -]{9,20}[\dXx])", re.IGNORECASE)
# Meant for an ISBN, with some other number of digits: called so, or with the prefix of all of them.
_LIKE_ISBN = re.compile(
    r"(?:urn:)?isbn(?:[-: ]?1[03](?=[: ]))?[-: ]*(?P<called>[\d -]{1,30}[Xx]?)"
    r"|(?P<plain>97[89][\d -]{5,14}[Xx]?)",
    re.IGNORECASE,
)
# "(print)", "(EPUB)": said of the edition.
_REMARK = re.compile(r"[ ]?\([^()]{1,40}\)$")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_UUID = re.compile(
    r"(?:urn:)?(?:uuid:[ ]?)?\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})"
    r"-?([0-9a-f]{12})\}?",
    re.IGNORECASE,
)
_DOI = re.compile(
    r"(?:(?:https?://)?(?:dx\.)?doi\.org/|(?:info:|urn:)?doi[:/]? ?(?:https?://doi\.org/)?)?"
    r"(10\.\d{4,9}/\S+)",
    re.IGNORECASE,
)


class Identifier(Struct, frozen=True):
    """Hold an identifier as a URI, or as it was typed if it is of no known kind.

    `isbn` is an ISBN as it was typed, with its hyphens; `fault` says what is wrong with one.
    """

    uri: str
    isbn: str = ""
    fault: str = ""


def read_identifier(typed: str) -> Identifier:
    """Return what an author's `identifier` is."""
    text = " ".join(typed.split())
    if isbn := isbn_in(text):
        bare = re.sub(r"[ -]", "", isbn).upper()
        fault = "" if ean_of(isbn) else f"the check digit of ISBN {isbn} is wrong"
        return Identifier(f"urn:isbn:{bare}", isbn, fault)
    if match := _LIKE_ISBN.fullmatch(_plain(text)):
        number = (match["called"] or match["plain"]).strip(" -")
        count = sum(char.isalnum() for char in number)
        return Identifier(text, fault=f"ISBN {number} has {count} digits, not 13 or 10")
    if match := _UUID.fullmatch(text):
        return Identifier(f"urn:uuid:{'-'.join(match.groups()).lower()}")
    if match := _DOI.fullmatch(text):
        return Identifier(f"doi:{match[1]}")
    return Identifier(text)


def _plain(text: str) -> str:
    return _REMARK.sub("", _DASHES.sub("-", text.replace("\u00a0", " ").strip()))


def isbn_in(identifier: str) -> str:
    """Return the ISBN in `identifier`, as it is written there; empty if it is something else.

    The check digit may be wrong; `ean_of` tells.
    """
    match = _ISBN.fullmatch(_plain(identifier))
    bare = re.sub(r"[ -]", "", match[1]) if match else ""
    is_isbn = len(bare) == 10 or (len(bare) == 13 and bare.startswith(("978", "979")))
    return match[1].strip(" -") if match and is_isbn else ""


def ean_of(isbn: str) -> str:
    """Return the thirteen digits of an ISBN; nothing if its check digit is wrong."""
    bare = re.sub(r"[ -]", "", isbn).upper()
    if len(bare) == 10:
        values = [10 if c == "X" else int(c) for c in bare]
        if sum(v * weight for v, weight in zip(values, range(10, 0, -1), strict=True)) % 11:
            return ""
        return f"978{bare[:9]}{check_digit(f'978{bare[:9]}')}"
    return bare if bare.isdigit() and check_digit(bare[:12]) == bare[12] else ""


def check_digit(twelve: str) -> str:
    """Return the thirteenth digit of an EAN (ISBN Users' Manual, appendix 1)."""
    total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(twelve))
    return str(-total % 10)
