"""Say in plain words how accessible the files are, from what the files themselves claim."""

from __future__ import annotations

from bs4 import Tag

from bookbuilder.share.shelf import Shelf
from bookbuilder.share.words import Sentences
from bookbuilder.trees.markup import new_tag


def statement(shelf: Shelf, say: Sentences) -> list[Tag]:
    """Return the statement: what the EPUB's metadata say, sentence by sentence, then the PDFs'."""
    found = shelf.accessibility
    sentences = [say("a11y_text")]
    if found.has_notes:
        sentences.append(say("a11y_notes"))
    if found.has_pages:
        sentences.append(say("a11y_pages"))
    if not found.has_pictures:
        sentences.append(say("a11y_no_pictures"))
    elif found.every_picture_has_alt:
        sentences.append(say("a11y_alt"))
    if found.has_maths:
        sentences.append(say("a11y_maths"))
    if found.conforms_to:
        sentences.append(say("a11y_conforms", found.certified_by, found.conforms_to))
    else:
        sentences.append(say("a11y_no_claim"))
    if shelf.is_tagged:
        sentences.append(say("a11y_pdf"))
    parts = [new_tag("ul", say.mark, *(new_tag("li", {}, text) for text in sentences))]
    if found.barriers:
        parts.append(say.tag("p", "barriers"))
        names = (say(barrier.name.lower()) for barrier in found.barriers)
        parts.append(new_tag("ul", say.mark, *(new_tag("li", {}, name) for name in names)))
    return parts
