"""Draw justified lines as wide as they were laid out.

Where a blank gets wider, Pango shapes it apart from the words beside it, in another font or without
its kerning. A line would end, or start from the right, too early. It would in PDFium too, which
forgets the room after a string where an empty string comes before it.
"""

from __future__ import annotations

from bookbuilder.formats.pdf.weasy.contract import PaintStream, TextBox
from bookbuilder.formats.pdf.weasy.contract_text import DrawLine, space_anew, width_as_drawn

# In CSS pixels: what nobody sees.
_SLACK = 0.05
_LEAST_GAIN = 0.2


def fill_lines(draw: DrawLine) -> DrawLine:
    """Return a function that draws a line as `draw` does, as wide as its box."""

    def fill_and_draw(stream: PaintStream, textbox: TextBox, *rest: object) -> list[object]:
        if not isinstance(textbox, TextBox):
            return draw(stream, textbox, *rest)  # text of a drawing, which no line holds
        if textbox.justification_spacing:
            blanks = textbox.text.count(" ") + textbox.text.count("\N{NO-BREAK SPACE}")
            if blanks:
                _fill(textbox, blanks)
        operations = stream.stream
        start = len(operations)
        emojis = draw(stream, textbox, *rest)
        for at in range(start, len(operations)):
            shown = operations[at]
            if isinstance(shown, bytes) and b"<>" in shown and shown.endswith(b"] TJ"):
                operations[at] = shown.replace(b"<>", b" ")
        return emojis

    return fill_and_draw


def _fill(textbox: TextBox, blanks: int) -> None:
    before = width_as_drawn(textbox)
    missing = textbox.width - before
    if abs(missing) < _SLACK:
        return
    spacing = missing / blanks
    space_anew(textbox, textbox.justification_spacing + spacing)
    gained = width_as_drawn(textbox) - before
    # Blanks at the ends of a text may get twice as much or half of it.
    if abs(missing - gained) > _SLACK and gained / missing > _LEAST_GAIN:
        spacing *= missing / gained
        space_anew(textbox, textbox.justification_spacing + spacing)
