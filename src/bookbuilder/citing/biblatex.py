"""Translate entries of BibTeX and BibLaTeX into CSL's types and variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bookbuilder.citing import marks
from bookbuilder.citing.bibtex import RawEntry
from bookbuilder.citing.casing import sentence_cased
from bookbuilder.citing.dates import month_of, read_when
from bookbuilder.citing.entries import Day, When
from bookbuilder.citing.people import read_names, split_outside
from bookbuilder.citing.tex import read_tex

TYPES = {
    "article": "article-journal", "book": "book", "mvbook": "book", "booklet": "pamphlet",
    "bookinbook": "chapter", "collection": "book", "mvcollection": "book", "dataset": "dataset",
    "electronic": "webpage", "inbook": "chapter", "incollection": "chapter", "inproceedings":
    "paper-conference", "conference": "paper-conference", "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case", "legislation": "legislation", "legal": "treaty", "manual": "book",
    "mastersthesis": "thesis", "misc": "document", "movie": "motion_picture", "video":
    "motion_picture", "music": "song", "audio": "song", "online": "webpage", "patent": "patent",
    "periodical": "periodical", "phdthesis": "thesis", "proceedings": "book", "mvproceedings":
    "book", "reference": "book", "mvreference": "book", "report": "report", "review": "review",
    "software": "software", "standard": "standard", "suppbook": "chapter", "suppcollection":
    "chapter", "suppperiodical": "article-journal", "techreport": "report", "thesis": "thesis",
    "unpublished": "manuscript", "www": "webpage", "image": "graphic", "artwork": "graphic",
    "letter": "personal_communication", "performance": "performance", "commentary": "document",
    "bachelorsthesis": "thesis", "website": "webpage", "map": "map",
}  # fmt: skip
_TEXTS = {
    "abstract": "abstract", "annotation": "annote", "annote": "annote", "chapter":
    "chapter-number", "doi": "DOI", "edition": "edition", "eid": "page", "isbn": "ISBN", "issn":
    "ISSN", "issue": "issue", "keywords": "keyword", "library": "call-number", "note": "note",
    "addendum": "note", "number": "number", "pages": "page", "pagetotal": "number-of-pages",
    "part": "part-number", "pmid": "PMID", "pmcid": "PMCID", "pubstate": "status", "series":
    "collection-title", "shorttitle": "title-short", "shortjournal": "container-title-short",
    "url": "URL", "version": "version", "volume": "volume", "volumes": "number-of-volumes",
    "venue": "event-place", "eventtitle": "event-title", "origtitle": "original-title",
    "origpublisher": "original-publisher", "origlocation": "original-publisher-place",
    "howpublished": "publisher", "publisher": "publisher", "institution": "publisher", "school":
    "publisher", "organization": "publisher", "location": "publisher-place", "address":
    "publisher-place", "type": "genre", "archive": "archive",
}  # fmt: skip
_PEOPLE = {
    "author": "author", "editor": "editor", "translator": "translator", "bookauthor":
    "container-author", "director": "director", "holder": "author", "origauthor": "original-author",
    "illustrator": "illustrator", "serieseditor": "collection-editor",
}  # fmt: skip
_EDITORS = {
    "compiler": "compiler", "founder": "editor", "continuator": "editor", "redactor": "editor",
    "reviser": "editor", "collaborator": "contributor", "organizer": "organizer", "director":
    "director", "producer": "producer",
}  # fmt: skip
_DATES = {"date": "issued", "urldate": "accessed", "origdate": "original-date", "eventdate":
          "event-date", "year": "issued", "urlyear": "accessed"}  # fmt: skip
_GENRES = {
    "phdthesis": "PhD thesis", "mathesis": "Master’s thesis", "mastersthesis": "Master’s thesis",
    "bathesis": "Bachelor’s thesis", "bachelorsthesis": "Bachelor’s thesis", "candthesis":
    "Candidate thesis", "techreport": "Technical report", "resreport": "Research report",
    "patentus": "US patent", "patenteu": "EU patent", "software": "Computer software",
}  # fmt: skip
_STATES = {"inpreparation": "in preparation", "inpress": "in press", "submitted": "submitted",
           "forthcoming": "forthcoming", "prepublished": "prepublished"}  # fmt: skip
_LANGUAGES = {
    "english": "en", "american": "en-US", "usenglish": "en-US", "british": "en-GB", "ukenglish":
    "en-GB", "german": "de", "ngerman": "de", "austrian": "de-AT", "french": "fr", "francais": "fr",
    "spanish": "es", "italian": "it", "portuguese": "pt", "brazilian": "pt-BR", "brazil": "pt-BR",
    "dutch": "nl", "swedish": "sv", "danish": "da", "norwegian": "nb", "norsk": "nb", "nynorsk":
    "nn", "finnish": "fi", "polish": "pl", "czech": "cs", "slovak": "sk", "hungarian": "hu",
    "romanian": "ro", "russian": "ru", "ukrainian": "uk", "greek": "el", "turkish": "tr", "latin":
    "la", "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "hebrew": "he",
    "hindi": "hi", "thai": "th", "vietnamese": "vi", "persian": "fa", "catalan": "ca", "croatian":
    "hr", "icelandic": "is", "naustrian": "de-AT",
}  # fmt: skip
_ARCHIVES = {
    "arxiv": "https://arxiv.org/abs/{}",
    "jstor": "https://www.jstor.org/stable/{}",
    "pubmed": "https://pubmed.ncbi.nlm.nih.gov/{}",
    "hdl": "https://hdl.handle.net/{}",
    "googlebooks": "https://books.google.com?id={}",
}
_BOOKS = frozenset({"book", "mvbook", "collection", "mvcollection", "proceedings", "mvproceedings",
                    "manual", "reference", "mvreference", "periodical", "thesis"})  # fmt: skip
_IN_BOOKS = frozenset({"chapter", "paper-conference", "entry-encyclopedia"})
_VERBATIM = frozenset({"url", "doi", "eprint", "isbn", "issn", "file"})
_INHERITED_TITLES = {"title": "booktitle", "subtitle": "booksubtitle"}
_NOT_INHERITED = frozenset(
    {"ids", "crossref", "xref", "xdata", "entryset", "label", "shorttitle", "title", "subtitle",
     "keywords", "options", "presort", "sortkey", "abstract", "pages"}
)  # fmt: skip
_CHAIN = 5


def with_parents(entry: RawEntry, known: Mapping[str, RawEntry]) -> dict[str, str]:
    """Return the fields of `entry`, with those that it takes from `crossref` and `xdata`."""
    fields = dict(entry.fields)
    seen = {entry.key}
    parent = entry
    for _ in range(_CHAIN):
        named = parent.fields.get("crossref") or parent.fields.get("xdata") or ""
        found = known.get(named.split(",")[0].strip())
        if found is None or found.key in seen:
            break
        seen.add(found.key)
        is_inside = TYPES.get(entry.kind) in _IN_BOOKS
        for name, value in found.fields.items():
            if "xdata" in parent.fields and "crossref" not in parent.fields:
                fields.setdefault(name, value)
                continue
            target = _INHERITED_TITLES.get(name, name) if is_inside else name
            if target in _NOT_INHERITED or name in _NOT_INHERITED - _INHERITED_TITLES.keys():
                continue
            if target == "author" and is_inside:
                target = "bookauthor"
            fields.setdefault(target, value)
        parent = found
    return fields


def translate(kind: str, fields: Mapping[str, str], language: str) -> tuple[str, dict[str, Any]]:
    """Return the type and the variables of an entry whose fields hold TeX."""
    said = {name: tex for name, tex in fields.items() if tex.strip()}
    own = _language(said) or language
    in_english = own.partition("-")[0].lower() in ("", "en")
    csl = _type(kind, said)
    found: dict[str, Any] = {}
    if "langid" in said or "language" in said or "hyphenation" in said:
        found["language"] = _language(said)
    _add_titles(found, kind, csl, said, in_english)
    for name, variable in _PEOPLE.items():
        if name in said and (people := read_names(said[name])):
            role = _EDITORS.get(said.get("editortype", "").lower(), variable)
            found.setdefault(role if name == "editor" else variable, people)
    for letter in "abc":
        if people := read_names(said.get(f"editor{letter}", "")):
            role = _EDITORS.get(said.get(f"editor{letter}type", "").lower(), "editor")
            found.setdefault(role, people)
    _add_dates(found, said)
    _add_texts(found, kind, csl, said, in_english)
    return csl, {name: value for name, value in found.items() if value not in ("", None)}


def _language(said: Mapping[str, str]) -> str:
    name = (said.get("langid") or said.get("language") or said.get("hyphenation") or "").strip()
    name = name.removeprefix("lang").lower()
    return _LANGUAGES.get(name, name if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", name) else "")


def _type(kind: str, said: Mapping[str, str]) -> str:
    csl = TYPES.get(kind, "document")
    subtype = said.get("entrysubtype", "").lower()
    if kind == "article" and subtype in ("magazine", "newspaper"):
        return f"article-{subtype}"
    if kind == "misc" and "howpublished" not in said and ("url" in said or "eprint" in said):
        return "webpage"
    if kind == "unpublished" and said.keys() & {"eventdate", "eventtitle", "venue"}:
        return "speech"
    return csl


def _text(tex: str) -> str:
    return " ".join(read_tex(tex).split())


def _title(tex: str, in_english: bool) -> str:
    text = _text(tex)
    return sentence_cased(text) if in_english else text


def _joined(main: str, sub: str) -> str:
    if not (main and sub):
        return main or sub
    return f"{main} {sub}" if main[-1] in "?!:" else f"{main}: {sub}"


def _add_titles(
    found: dict[str, Any], kind: str, csl: str, said: Mapping[str, str], in_english: bool
) -> None:
    def title(name: str, sub: str, addon: str = "") -> str:
        whole = _joined(_title(said.get(name, ""), in_english),
                        _title(said.get(sub, ""), in_english))  # fmt: skip
        more = _title(said.get(addon, ""), in_english)
        return f"{whole}. {more}" if whole and more else whole

    found["title"] = title("title", "subtitle", "titleaddon")
    main, _, rest = found["title"].partition(":")
    if rest and "shorttitle" not in said and csl != "motion_picture":
        found["title-short"] = marks.balanced(main)
    found["container-title"] = title("booktitle", "booksubtitle", "booktitleaddon")
    if "maintitle" in said:
        key = "container-title" if csl in _IN_BOOKS else "title"
        volume = found[key]
        found[key] = title("maintitle", "mainsubtitle")
        if volume and key == "title":
            found["volume-title"] = volume
    journal = said.get("journaltitle") or said.get("journal")
    if journal:
        found["container-title"] = _joined(_text(journal), _text(said.get("journalsubtitle", "")))
    if kind == "periodical" and "issuetitle" in said:
        found["title"] = _joined(found["title"], _title(said["issuetitle"], in_english))
    if not found["title"] and found["container-title"] and csl == "book":
        found["title"] = found.pop("container-title")


def _add_dates(found: dict[str, Any], said: Mapping[str, str]) -> None:
    for name, variable in _DATES.items():
        if name in said and variable not in found:
            found[variable] = read_when(marks.plain(read_tex(said[name], keeps_case=False)))
    when = found.get("issued")
    if "date" in said or not isinstance(when, When) or when.start is None or when.end:
        return
    month, day = month_of(read_tex(said.get("month", ""), keeps_case=False))
    if month and not when.start.month:
        day = day or month_day(said.get("day", ""))
        found["issued"] = When(Day(when.start.year, month, day), circa=when.circa)


def month_day(text: str) -> int:
    return int(text) if text.strip().isdecimal() and 1 <= int(text) <= 31 else 0


def _add_texts(
    found: dict[str, Any], kind: str, csl: str, said: Mapping[str, str], in_english: bool
) -> None:
    for name, variable in _TEXTS.items():
        if name in said and variable not in found:
            found[variable] = _value(name, variable, said[name], in_english)
    if kind == "article" or csl.startswith("article"):
        number = found.pop("number", "")
        found.setdefault("issue", number)
    elif csl in ("book", "chapter", "paper-conference") and "collection-title" in found:
        found["collection-number"] = found.pop("number", "")
    if pages := found.get("page"):
        found["page"] = re.sub(r"\s*(?:-+|–|—)\s*", "–", marks.plain(pages)).replace("–", "-")
    if doi := found.get("DOI"):
        found["DOI"] = re.sub(r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", doi)
    where = marks.plain(found.get("publisher", ""))
    if "howpublished" in said and re.match(r"https?://", where):
        found.setdefault("URL", found.pop("publisher"))
    _add_genre(found, kind, csl)
    _add_eprint(found, said)


def _value(name: str, variable: str, tex: str, in_english: bool) -> str:
    if name in _VERBATIM:
        return marks.without(re.sub(r"\\([#$%&_{}~])", r"\1", tex).strip("{} "))
    if variable in ("publisher", "publisher-place"):
        return "; ".join(_text(one) for one in split_outside(tex, r"\s+and\s+"))
    return _title(tex, in_english) if variable == "collection-title" else _text(tex)


def _add_genre(found: dict[str, Any], kind: str, csl: str) -> None:
    """Add what kind of thesis or report it is, and whether it has appeared."""
    kind_word = marks.plain(found.get("genre", ""))
    if "genre" in found:
        found["genre"] = _GENRES.get(kind_word.lower(), found["genre"])
    elif kind in ("phdthesis", "mastersthesis", "bachelorsthesis"):
        found["genre"] = _GENRES[kind]
    if csl in ("book", "chapter", "article-journal") and kind_word.lower() == csl:
        found.pop("genre", None)
    state = marks.plain(found.get("status", "")).lower()
    if state in _STATES:
        found["status"] = _STATES[state]


def _add_eprint(found: dict[str, Any], said: Mapping[str, str]) -> None:
    number = marks.plain(read_tex(said.get("eprint", ""), keeps_case=False)).strip()
    where = (said.get("eprinttype") or said.get("archiveprefix") or "").strip().lower()
    if not number:
        return
    if where in _ARCHIVES and "URL" not in found and "DOI" not in found:
        found["URL"] = _ARCHIVES[where].format(number)
    if where == "pubmed":
        found.setdefault("PMID", number)
