"""Check errata.toml against the text, and list the errata in a chapter that is meant for them."""

from __future__ import annotations

from pathlib import PurePosixPath

from bs4 import Tag
from bs4.element import NavigableString
from msgspec import Struct

from bookbuilder.book import Book, Chapter
from bookbuilder.config.errata import Erratum, PlacedErratum
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.reading.titles import level
from bookbuilder.text.comparing import comparable
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.suggest import did_you_mean
from bookbuilder.text.words import Words, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag
from bookbuilder.trees.xhtml import HEADINGS

NOT_AS_SAID = Rule(
    "E019",
    "erratum-not-in-text",
    Severity.WARNING,
    "errata.toml tells readers what was corrected. What an erratum says `is` right must stand in"
    " its chapter, and what `was` wrong must not stand there any more. Quote so much of the"
    " sentence that it is found once.",
)
NO_PLACE = Rule(
    "E020",
    "erratum-without-place",
    Severity.WARNING,
    "The `place` of an erratum is a chapter's file or slug, also with `#` and the id of a heading,"
    " or a page of the print edition (`page 57`). Readers look there for what was corrected.",
)

ROLE = "doc-errata"
# Marks of Markdown that people copy along with the words.
_MARKS = rare_pattern(r"[*_`]")


class Place(Struct, frozen=True):
    """A chapter, and the heading in it that an erratum names; None if it names none."""

    chapter: Chapter
    heading: Tag | None = None

    @property
    def address(self) -> str:
        """Return the book-wide id of the place."""
        return str(self.heading["id"]) if self.heading is not None else self.chapter.slug


def errata(book: Book, report: Report) -> None:
    """Check each erratum, and list all in the chapter with the role `doc-errata`, if there is one.

    A part alone, or an edition that leaves chapters out, need not hold what was corrected. The
    book keeps only the errata of what its readers have: others would tell them what is left out.
    """
    if not book.errata:
        return
    is_whole = book.asked is None and not book.config.audience.edition
    texts: dict[int, str] = {}
    kept = []
    for one in book.errata:
        places = find_places(book, one.said)
        if is_whole:
            _check(book, one, places, texts, report)
        if _is_for_readers(book, one.said, places, texts):
            kept.append(one)
    book.errata = tuple(kept)
    listed = next((chapter for chapter in book.chapters if chapter.role == ROLE), None)
    if listed is not None and book.errata:
        listed.tree.append(_list(book))


def find_places(book: Book, said: Erratum) -> list[Place]:
    """Return where an erratum says that it is; none for a page, or if there is no such place."""
    if said.page:
        return []
    path, _, fragment = said.place.partition("#")
    path = path.strip().removeprefix("./")
    found = []
    for chapter in book.chapters:
        name = chapter.source.name
        if path in (name, chapter.slug, chapter.title) or name.endswith(f"/{path}"):
            if not fragment:
                found.append(Place(chapter))
                continue
            wanted = f"{chapter.slug}--{fragment}"
            headings = (h for h in elements(chapter.tree) if h.get("id") == wanted)
            if heading := next(headings, None):
                found.append(Place(chapter, heading))
    return found


def _check(
    book: Book, one: PlacedErratum, places: list[Place], texts: dict[int, str], report: Report
) -> None:
    said = one.said
    if not places and not said.page:
        if _is_left_out(book, said):
            return
        path, _, fragment = said.place.partition("#")
        known = [name for c in book.chapters for name in (c.source.name, c.slug)]
        hint = did_you_mean(path, known)
        if fragment and any(find_places(book, _at(said, path))):
            hint = f"the chapter is there, but no heading in it has the id `{fragment[:80]}`"
        message = f"no chapter is at `{said.place[:80]}`"
        report.add(NO_PLACE, message, one.span_of("place"), hint)
        return
    where = _where(book, said, places)
    text = "\n".join(_text(place, texts) for place in where)
    right, wrong = comparable(said.is_), comparable(said.was)
    if right and right not in text and not any(_is_in_source(right, p.chapter) for p in where):
        message = f"`{said.is_[:60]}` does not stand in {said.place[:80]}"
        hint = "the text was changed again, or `is` does not quote it word for word"
        report.add(NOT_AS_SAID, message, one.span_of("is"), hint)
    # What is right may hold what was wrong, as "not all" holds "all".
    if wrong and not said.page and wrong in text.replace(right, "\n"):
        message = f"`{said.was[:60]}` still stands in {said.place[:80]}"
        hint = "correct it there, or quote more of the sentence in `was` and `is`"
        report.add(NOT_AS_SAID, message, one.span_of("was"), hint)


def _is_for_readers(book: Book, said: Erratum, places: list[Place], texts: dict[int, str]) -> bool:
    """Tell whether this book has what was corrected, as far as it leaves anything out."""
    if not places and not said.page:
        return False
    if not (book.named or book.elsewhere or book.drafts):
        return True
    text = "\n".join(_text(place, texts) for place in _where(book, said, places))
    right = comparable(said.is_)
    return right in text or _MARKS.sub("", right) in text


def _is_left_out(book: Book, said: Erratum) -> bool:
    """Tell whether the place is in the book's folder, but not in this format or edition of it."""
    path, _, fragment = said.place.partition("#")
    if any(fragment in place.chapter.left_out for place in find_places(book, _at(said, path))):
        return True
    name = PurePosixPath(path.strip())
    files = [PurePosixPath(file.as_posix()) for file in (*book.elsewhere, *book.drafts)]
    return bool(name.name) and any(
        file.parts[-len(name.parts) :] == name.parts or file.stem == path.strip() for file in files
    )


def _where(book: Book, said: Erratum, places: list[Place]) -> list[Place]:
    """Return what to look for the text in: the whole book, if only a page is named."""
    found = [Place(chapter) for chapter in book.chapters] if said.page else places
    return [place for place in found if place.chapter.role != ROLE]


def _at(said: Erratum, place: str) -> Erratum:
    return Erratum(place, said.was, said.is_)


def _is_in_source(text: str, chapter: Chapter) -> bool:
    """Tell whether the Markdown has a text that conditions, or its marks, keep out of the tree."""
    return text in comparable(chapter.source.text)


def _text(place: Place, texts: dict[int, str]) -> str:
    """Return the text of a chapter, or of one section of it, without the numbers of notes."""
    key = id(place.heading if place.heading is not None else place.chapter)
    if key not in texts:
        texts[key] = comparable("".join(_strings(place)))
    return texts[key]


def _strings(place: Place) -> list[str]:
    said: list[str] = []
    is_inside = place.heading is None
    for node in place.chapter.tree.descendants:
        if isinstance(node, Tag):
            if node is place.heading:
                is_inside = True
            elif is_inside and place.heading is not None and _ends(node, place.heading):
                break
        elif is_inside and isinstance(node, NavigableString):
            around = node.parent
            if around is None or not has_class(around, "noteref"):
                said.append(str(node))
    return said


def _ends(tag: Tag, heading: Tag) -> bool:
    is_same = tag.name in HEADINGS and heading.name in HEADINGS
    return is_same and level(tag) <= level(heading)


def _list(book: Book) -> Tag:
    words = words_for(book.metadata.language)
    made = new_tag("ul", {"class": "errata"})
    for one in book.errata:
        made.append(new_tag("li", {}, *_line(book, one.said, words)))
    return made


def _line(book: Book, said: Erratum, words: Words) -> list[Tag | str]:
    place = next(iter(find_places(book, said)), None)
    where: Tag | str = said.place
    if place is not None:
        where = new_tag("a", {"href": f"#{place.address}"}, place.chapter.title)
    line = [where, ": ", new_tag("del", {}, said.was), " → ", new_tag("ins", {}, said.is_)]
    if said.found_by or said.since:
        version = words.version.format(said.since) if said.since else ""
        finder = words.changes["found_by"].format(said.found_by) if said.found_by else ""
        line.append(f" ({', '.join(filter(None, (version, finder)))})")
    return line
