"""Read RIS, which reference managers export: lines such as `AU  - Knuth, Donald E.`."""

from __future__ import annotations

import re
from typing import Any

from bookbuilder.citing import marks
from bookbuilder.citing.dates import read_when
from bookbuilder.citing.entries import Name

_LINE = re.compile(r"^([A-Z][A-Z0-9])  ?-(?: (.*))?$")
_TYPES = {
    "JOUR": "article-journal", "EJOUR": "article-journal", "JFULL": "book", "MGZN":
    "article-magazine", "NEWS": "article-newspaper", "BOOK": "book", "EBOOK": "book", "EDBOOK":
    "book", "CHAP": "chapter", "ECHAP": "chapter", "CONF": "paper-conference", "CPAPER":
    "paper-conference", "THES": "thesis", "RPRT": "report", "GOVDOC": "report", "STAND":
    "standard", "ELEC": "webpage", "BLOG": "post-weblog", "WEB": "webpage", "COMP": "software",
    "DATA": "dataset", "PAT": "patent", "CASE": "legal_case", "STAT": "legislation", "BILL": "bill",
    "VIDEO": "motion_picture", "MPCT": "motion_picture", "MUSIC": "song", "SOUND": "song", "MAP":
    "map", "ART": "graphic", "FIGURE": "figure", "MANSCPT": "manuscript", "UNPB": "manuscript",
    "PCOMM": "personal_communication", "ENCYC": "entry-encyclopedia", "DICT": "entry-dictionary",
    "SLIDE": "speech", "PAMP": "pamphlet",
}  # fmt: skip
_TEXTS = {
    "TI": "title", "T1": "title", "CT": "title", "BT": "container-title", "JO": "container-title",
    "JF": "container-title", "T2": "container-title", "JA": "container-title-short", "J2":
    "container-title-short", "T3": "collection-title", "ST": "title-short", "VL": "volume", "IS":
    "issue", "PB": "publisher", "CY": "publisher-place", "PP": "publisher-place", "ET": "edition",
    "DO": "DOI", "UR": "URL", "LA": "language", "AB": "abstract", "N2": "abstract", "CN":
    "call-number", "DB": "source", "M3": "genre",
}  # fmt: skip
_PEOPLE = {
    "AU": "author",
    "A1": "author",
    "ED": "editor",
    "A2": "editor",
    "A3": "collection-editor",
    "A4": "translator",
    "TA": "author",
}


def read_ris(text: str) -> list[tuple[str, str, dict[str, Any], int]]:
    """Return the keys, types and variables of the entries, and the line where each begins."""
    found: list[tuple[str, str, dict[str, Any], int]] = []
    lines: list[tuple[str, str]] = []
    start = 0
    for number, line in enumerate(marks.without(text).split("\n"), 1):
        match = _LINE.match(line.rstrip())
        if match and match[1] == "TY":
            lines, start = [("TY", (match[2] or "").strip())], number
        elif match and match[1] == "ER" and lines:
            found.append((*_entry(lines, len(found) + 1), start))
            lines = []
        elif match and lines:
            lines.append((match[1], (match[2] or "").strip()))
        elif line.strip() and lines:
            lines[-1] = lines[-1][0], f"{lines[-1][1]} {line.strip()}"
    return found


def _entry(lines: list[tuple[str, str]], nth: int) -> tuple[str, str, dict[str, Any]]:
    kind = _TYPES.get(lines[0][1].upper(), "document")
    found: dict[str, Any] = {}
    people: dict[str, list[Name]] = {}
    said: dict[str, str] = {}
    for tag, value in lines[1:]:
        if not value:
            continue
        said.setdefault(tag, value)
        if role := _PEOPLE.get(tag):
            people.setdefault(role, []).append(_name(value))
        elif variable := _TEXTS.get(tag):
            found.setdefault(variable, value)
    found |= {role: tuple(names) for role, names in people.items()}
    if first := said.get("SP"):
        found["page"] = f"{first}-{said['EP']}" if said.get("EP") else first
    for tag in ("DA", "PY", "Y1"):
        if date := said.get(tag, "").strip("/ "):
            found["issued"] = read_when(re.sub(r"/(?:/.*|[^\d/].*)$", "", date).replace("/", "-"))
            break
    if visited := said.get("Y2", "").strip("/ "):
        found["accessed"] = read_when(visited.rstrip("/").replace("/", "-"))
    if number := said.get("SN"):
        is_journal = kind.startswith("article")
        found["ISSN" if is_journal else "ISBN"] = number
    if "DOI" in found:
        found["DOI"] = re.sub(r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", found["DOI"])
    key = said.get("ID") or said.get("LB") or _made_key(found, nth)
    return key, kind, {name: value for name, value in found.items() if value}


def _name(value: str) -> Name:
    family, comma, rest = value.partition(",")
    given, _, suffix = rest.partition(",")
    if not comma:
        return Name(literal=value) if " " in value else Name(family=value)
    return Name(family.strip(), given.strip(), suffix=suffix.strip())


def _made_key(found: dict[str, Any], nth: int) -> str:
    """Return a key for an entry that has none: its first author and its year."""
    names = found.get("author") or found.get("editor") or ()
    first = (names[0].family or names[0].literal) if names else ""
    when = found.get("issued")
    year = str(when.start.year) if when is not None and when.start else ""
    made = re.sub(r"\W+", "", f"{first.split(' ')[-1].lower()}{year}")
    return made or f"entry{nth}"
