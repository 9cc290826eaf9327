"""Paint large initials with the word that they begin.

WeasyPrint paints what floats before all other text of a page. Who copies or searches the page would
find the initials there, and words without their first letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bookbuilder.formats.pdf.run_data.runs import classes_of
from bookbuilder.formats.pdf.weasy.actual_text import with_words
from bookbuilder.formats.pdf.weasy.contract import PaintStream, TextBox
from bookbuilder.formats.pdf.weasy.contract_text import DrawLine, drawn_glyphs, lines_drawn_by

DROP_CAP, INITIAL = "drop-cap", "initial"


@dataclass(slots=True)
class _Held:
    """Hold an initial that is not painted yet, and the place where it would have been."""

    stream: PaintStream
    place: int
    operations: list[object]
    text: str


@dataclass(slots=True)
class Initials:
    """Hold the initials of a tree back until the text beside them is painted."""

    tree: ET.Element
    _paragraphs: dict[ET.Element, ET.Element] = field(default_factory=dict)
    _held: dict[ET.Element, _Held] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for paragraph in self.tree.iter("p"):
            if DROP_CAP in classes_of(paragraph):
                self._paragraphs.update((element, paragraph) for element in paragraph.iter())

    @contextmanager
    def painted_with_their_words(self) -> Iterator[None]:
        """Paint a page inside the context."""
        if not self._paragraphs:
            yield
            return
        with lines_drawn_by(self._drawing):
            yield
        for held in reversed(self._held.values()):
            held.stream.stream[held.place : held.place] = held.operations
        self._held.clear()

    def _drawing(self, draw: DrawLine) -> DrawLine:
        def draw_in_order(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
            # Text of a drawing is in no element.
            element = getattr(textbox, "element", None)
            paragraph = self._paragraphs.get(element) if element is not None else None
            start = len(stream.stream)
            emojis = draw(stream, textbox, *rest)
            if paragraph is None or element is None:
                return emojis
            if INITIAL in classes_of(element):
                operations = stream.stream[start:]
                del stream.stream[start:]
                self._held[paragraph] = _Held(stream, start, operations, textbox.text)
            elif paragraph in self._held and self._held[paragraph].stream is stream:
                held = self._held.pop(paragraph)
                stream.stream[start:] = _joined(held, stream.stream[start:], textbox)
            return emojis

        return draw_in_order


def _joined(held: _Held, operations: list[object], textbox: TextBox) -> list[object]:
    """Return what paints an initial and the line after it, and says the word that they make."""
    joined = [*held.operations, *operations]
    data, runs = drawn_glyphs(textbox.pango_layout)
    words = data.split(maxsplit=1)
    if not words or data[:1].isspace():
        return joined
    word = f"0:{held.text.strip()}{words[0].decode()}"
    starts = [start for run in runs for start in run.starts]
    said = [word if start < len(words[0]) else "" for start in starts]
    return with_words(joined, [word] * len(held.text.strip()) + said)
