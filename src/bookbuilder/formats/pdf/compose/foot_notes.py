"""Move notes to where they are first referred to, for the foot of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from xml.etree import ElementTree as ET

from bookbuilder.book import Chapter
from bookbuilder.formats.pdf.compose.end_notes import AT_END, notes_of
from bookbuilder.formats.pdf.compose.tree_tools import ancestors_of
from bookbuilder.formats.pdf.pages.runs import classes_of
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.locating import find_text
from bookbuilder.trees.markup import elements, has_class, text_of

LONG_NOTE = Rule(
    "P010",
    "long-note",
    Severity.WARNING,
    "A note at the foot of a page cannot continue on the next one, so one that leaves no room for"
    " the text it belongs to, or finds none on its page and the next, is printed at the end of its"
    " chapter. Shorten it, or make it a part of the text.",
)

MANY_NOTES = Rule(
    "P015",
    "many-notes",
    Severity.WARNING,
    "To find room for notes at the foot, pages are laid out again and again. A chapter with"
    " thousands of them has them printed at its end. Split the chapter to have them on its pages.",
)

MOST_NOTES = 1500
# Set solid in notes' size, this fills about half of an A5 page.
LONGEST_NOTE = 1500

# WeasyPrint drops or repeats notes whose references are inside these.
_NO_NOTES_INSIDE = frozenset({"thead", "caption", "figcaption", "pre"})


def place_notes(section: ET.Element, kept_at_end: Collection[str] = ()) -> None:
    """Move the notes of a chapter beside their first references, for CSS to float to the foot.

    Those in `kept_at_end`, and those referred to from where no note can float, stay in the section
    of notes; without any, it goes.
    """
    holders = [e for e in section if "notes" in classes_of(e) and e.tag == "section"]
    printed = [n for holder in holders for n in holder if n.tag == "aside"]
    for note in printed:
        _make_printable(note, is_one_of_many=len(printed) > MOST_NOTES)
    notes = next((holder for holder in holders if AT_END not in classes_of(holder)), None)
    if notes is None:
        return
    asides = {note.get("id", ""): note for note in notes}
    parents = {child: parent for parent in section.iter() for child in parent}
    beside: dict[ET.Element, ET.Element] = {}
    for reference in [e for e in section.iter("a") if e.get("role") == "doc-noteref"]:
        target = reference.get("href", "").removeprefix("#")
        ancestors = ancestors_of(reference, parents)
        if target in kept_at_end or target not in asides:
            continue
        outer = next((e for e in ancestors if e.tag == "aside" and "note" in classes_of(e)), None)
        if _NO_NOTES_INSIDE.intersection(e.tag for e in ancestors) or outer in list(notes):
            continue
        note = asides.pop(target)
        notes.remove(note)
        # A note within a note follows it: floats do not nest.
        after = reference if outer is None else beside.get(outer, outer)
        if outer is not None:
            beside[outer] = note
        parent = parents[after]
        note.tail, after.tail = after.tail, None
        parent.insert(list(parent).index(after) + 1, note)
        parents[note] = parent
    if len(notes) == 0:
        section.remove(notes)


def unlink_many_notes(section: ET.Element) -> None:
    """Take the links between text and notes out of a chapter that has thousands, for paper.

    An element with an id or a link is styled on its own, and so is all in it: that is half of the
    work.
    """
    notes = [e for e in section.iter("aside") if "note" in classes_of(e)]
    if len(notes) > MOST_NOTES:
        references = [e for e in section.iter("a") if e.get("role") == "doc-noteref"]
        for element in (*notes, *references):
            element.attrib.pop("id", None)
            element.attrib.pop("href", None)


def long_notes(chapter: Chapter) -> list[str]:
    """Return the ids of notes that are too long for the foot of a page, or of all if too many."""
    holder = notes_of(chapter.tree)
    if holder is None or has_class(holder, AT_END):
        return []
    notes = elements(holder, "aside")
    least = 0 if len(notes) > MOST_NOTES else LONGEST_NOTE
    return [str(note["id"]) for note in notes if len(note.get_text()) > least]


def report_notes_at_end(at_end: Mapping[str, Chapter], report: Report) -> None:
    """Report why each of these notes, by its chapter, stands at the chapter's end."""
    counts = Counter(chapter.slug for chapter in at_end.values())
    for note, chapter in at_end.items():
        if counts[chapter.slug] > MOST_NOTES:
            message = f"“{chapter.title}” has more than {MOST_NOTES} notes; they are at its end"
            report.add(MANY_NOTES, message, chapter.source.span_of_file())
        else:
            _report_long_note(chapter, note, report)


def _report_long_note(chapter: Chapter, note_id: str, report: Report) -> None:
    note = chapter.tree.find(id=note_id)
    text = text_of(note) if note is not None else ""
    number = note.get("data-number", "") if note is not None else ""
    report.add(
        LONG_NOTE,
        f"note {number} of “{chapter.title}” does not fit at the foot of its"
        " page and is printed at the end of the chapter",
        find_text(chapter.source, " ".join(text.split()[:4])),
        "shorten it, or make it a part of the text",
    )


def _make_printable(note: ET.Element, is_one_of_many: bool) -> None:
    """Remove backlinks, which mean nothing on paper, and put the number into the first line.

    That is plain text where there are thousands of notes: each element has to be laid out.
    """
    for parent in list(note.iter()):
        for child in [c for c in parent if c.get("role") == "doc-backlink"]:
            parent.remove(child)
    for paragraph in [p for p in note if p.tag == "p" and len(p) == 0]:
        if not (paragraph.text or "").strip():
            note.remove(paragraph)
    for block in note:
        # WeasyPrint gives white space between the blocks of a note a line of its own.
        block.tail = (block.tail or "").strip() and block.tail
    number = ET.Element("span", {"class": "note-number"})
    number.text = note.get("data-number", "")
    first = note[0] if len(note) and note[0].tag == "p" else note
    if is_one_of_many:
        first.text = f"{number.text}\N{EN SPACE}{(first.text or '').lstrip()}"
        return
    number.tail = f" {(first.text or '').lstrip()}"
    first.text = None
    first.insert(0, number)
