"""Make the line on top of a handout, which says what book it is from."""

from __future__ import annotations

from msgspec import Struct

from bookbuilder.book import Book
from bookbuilder.text.licenses import license_name, license_url
from bookbuilder.text.words import words_for
from bookbuilder.trees.markup import one_line

CLASS = "source-line"
BETWEEN = " · "
# Of more people, the first are named.
MOST_NAMES = 3
SHORT = 24
NBSP = "\N{NO-BREAK SPACE}"


class Piece(Struct, frozen=True):
    """Hold a piece of the line: its text, where that leads, and whether it is a title."""

    text: str
    href: str = ""
    is_title: bool = False


def source_line(book: Book) -> list[Piece]:
    """Return title, authors, version, licence and address of the book that `book` is cut out of.

    Without a version there is the date, without a licence the rights.
    """
    said, excerpt = book.metadata, book.excerpt
    title = excerpt.whole if excerpt else said.title
    names = [one_line(p.name) for p in said.authors if p.role == "aut"]
    names = [*names[:MOST_NAMES], "…"] if len(names) > MOST_NAMES else names
    version = words_for(said.language).version.format(said.version) if said.version else ""
    name = license_name(said.license)
    date = said.date.isoformat() if said.date else ""
    address = book.config.share.address
    # Short ones do not break.
    version, name = (t.replace(" ", NBSP) if len(t) < SHORT else t for t in (version, name))
    pieces = [
        Piece(one_line(title), is_title=True),
        Piece(", ".join(names)),
        Piece(one_line(version or date)),
        Piece(name or one_line(said.rights), license_url(said.license)),
        Piece(address, address),
    ]
    return [piece for piece in pieces if piece.text]
