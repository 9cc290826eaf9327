"""Write how the book is cited: as a sentence, for BibTeX, and for RIS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookbuilder.book import Metadata, Person
from bookbuilder.text.slugs import file_slug
from bookbuilder.trees.markup import one_line

# What TeX reads as something else, and how it is written.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "$": r"\$",
    "#": r"\#", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_SENTENCE_END = re.compile(r"[.!?…。！？]$")


def people_who_wrote(said: Metadata) -> list[Person]:
    """Return the authors, or all people if none of them is an author."""
    return [p for p in said.authors if p.role == "aut"] or list(said.authors)


def full_title(said: Metadata) -> str:
    title, subtitle = one_line(said.title), one_line(said.subtitle)
    return f"{title}: {subtitle}" if subtitle else title


def sentence(said: Metadata, version: str, address: str) -> str:
    """Return the citation as a sentence; `version` is that with the word for it."""
    names = ", ".join(one_line(p.name) for p in people_who_wrote(said))
    year = f" ({said.date.year})" if said.date else ""
    parts = [f"{names}{year}"] if names or year else []
    parts.append(full_title(said) + (f" ({version})" if version else ""))
    if said.publisher:
        parts.append(one_line(said.publisher))
    parts += list(_identifiers(said).values())
    ended = [part if _SENTENCE_END.search(part) else f"{part}." for part in parts]
    return " ".join([*ended, address] if address else ended)


def bibtex(said: Metadata, version: str, address: str) -> str:
    """Return an entry for BibTeX and biblatex, in UTF-8."""
    people = people_who_wrote(said)
    fields = {
        "author": " and ".join(_tex_name(p) for p in people),
        "title": f"{{{_tex(said.title)}}}",
        "subtitle": _tex(said.subtitle),
        "year": str(said.date.year) if said.date else "",
        "publisher": _tex(said.publisher),
        "note": _tex(version),
        "series": _tex(said.series),
        "number": _tex(said.series_position),
        "isbn": _identifiers(said).get("ISBN", "").removeprefix("ISBN "),
        "doi": _doi(said),
        "language": _tex(said.language),
        "url": address,
    }
    lines = [f"  {key} = {{{value}}}" for key, value in fields.items() if value]
    return f"@book{{{_key(said)},\n" + ",\n".join(lines) + "\n}\n"


def ris(said: Metadata, address: str) -> str:
    """Return a record of RIS, which programs for references import."""
    rows = [("TY", "BOOK"), ("TI", full_title(said))]
    rows += [("AU", p.file_as or p.name) for p in people_who_wrote(said)]
    if said.date:
        rows += [("PY", str(said.date.year)), ("DA", said.date.strftime("%Y/%m/%d"))]
    rows += [
        ("PB", said.publisher),
        ("ET", said.version),
        ("T3", said.series),
        ("SN", said.isbn),
        ("DO", _doi(said)),
        ("LA", said.language),
        ("AB", said.description),
    ]
    rows += [("KW", subject) for subject in said.subjects]
    rows.append(("UR", address))
    lines = [f"{tag}  - {one_line(value)}" for tag, value in rows if one_line(value)]
    return "\r\n".join([*lines, "ER  - ", ""])


def _identifiers(said: Metadata) -> dict[str, str]:
    """Return the identifiers that people use, as a citation shows them."""
    found = {"ISBN": f"ISBN {one_line(said.isbn)}"} if said.isbn else {}
    if doi := _doi(said):
        found["DOI"] = f"https://doi.org/{doi}"
    return found


def _doi(said: Metadata) -> str:
    text = said.identifier
    return one_line(text[4:]) if text.startswith("doi:") else ""


def _key(said: Metadata) -> str:
    """Return what the entry is called, in ASCII, since old BibTeX takes nothing else."""
    people = people_who_wrote(said)
    family = (people[0].file_as or people[0].name) if people else ""
    family = family.partition(",")[0] if "," in family else family.rpartition(" ")[2]
    words = [file_slug(family, ""), str(said.date.year) if said.date else ""]
    words.append(file_slug(said.title.partition(" ")[0], ""))
    return "-".join(filter(None, words)) or "book"


def _tex_name(person: Person) -> str:
    """Return a name; one that BibTeX would divide at the wrong place is held together."""
    name = one_line(person.file_as if "," in person.file_as else person.name)
    is_whole = person.file_as.count(",") != 1 and ("," in name or len(name.split()) > 3)
    return f"{{{_tex(name)}}}" if is_whole or " and " in name.lower() else _tex(name)


def _tex(text: str) -> str:
    return "".join(_characters(one_line(text)))


def _characters(text: str) -> Iterator[str]:
    for character in text:
        yield _TEX.get(character, character)
