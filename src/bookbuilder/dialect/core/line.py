"""Move a cursor over one line, counting tabs as CommonMark does (spec 2.2)."""

from __future__ import annotations

CODE_INDENT = 4


class Line:
    """A line and a cursor: `offset` in characters, `column` with a tab stop at every fourth.

    After `find`, `start` is the offset of the first character that is not blank, `indent` the
    number of columns before it, and `blank` is True if there is no such character.
    """

    __slots__ = (
        "blank",
        "column",
        "indent",
        "inside_tab",
        "offset",
        "start",
        "start_column",
        "text",
    )

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = self.column = 0
        self.inside_tab = False
        self.start = self.start_column = -1
        self.indent = 0
        self.find()

    def find(self) -> None:
        if self.offset <= self.start:
            self.indent = self.start_column - self.column
            return
        text, index, column = self.text, self.offset, self.column
        end = len(text)
        while index < end:
            if text[index] == " ":
                column += 1
            elif text[index] == "\t":
                column += 4 - column % 4
            else:
                break
            index += 1
        self.start, self.start_column = index, column
        self.blank = index == end
        self.indent = column - self.column

    @property
    def indented(self) -> bool:
        """Return whether an indented code block could start here."""
        return self.indent >= CODE_INDENT

    @property
    def rest(self) -> str:
        """Return the text after the indentation."""
        return self.text[self.start :]

    @property
    def first(self) -> str:
        return self.text[self.start : self.start + 1]

    def advance(self, columns: int) -> None:
        """Move past `columns` columns of blanks; half a tab may be left over."""
        while columns > 0 and self.offset < len(self.text):
            if self.text[self.offset] == "\t":
                width = 4 - self.column % 4
                self.inside_tab = width > columns
                step = min(columns, width)
                self.column += step
                self.offset += 0 if self.inside_tab else 1
                columns -= step
            else:
                self.inside_tab = False
                self.offset += 1
                self.column += 1
                columns -= 1

    def advance_characters(self, count: int) -> None:
        """Move past `count` characters that are not tabs."""
        self.inside_tab = False
        self.offset += count
        self.column += count

    def skip_indent(self) -> None:
        self.offset, self.column, self.inside_tab = self.start, self.start_column, False

    def skip_all(self) -> None:
        self.offset, self.inside_tab = len(self.text), False
        self.find()

    def remainder(self) -> str:
        """Return the text after the cursor; what remains of a half-used tab becomes spaces."""
        if self.inside_tab:
            return " " * (4 - self.column % 4) + self.text[self.offset + 1 :]
        return self.text[self.offset :]
