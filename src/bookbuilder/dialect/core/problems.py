"""Report problems at lines of a chapter, and limit how deep it may nest."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.text.variables import Variables

# At this depth the text on a page still has some width left.
MAX_DEPTH = 30
MAX_INLINE_DEPTH = 20

TOO_DEEP = Rule(
    "M004",
    "nested-too-deep",
    Severity.WARNING,
    f"Quotes and lists nest at most {MAX_DEPTH} deep, emphasis and links {MAX_INLINE_DEPTH}."
    " Nobody can read deeper nesting, and it is nearly always a program's mistake. Everything"
    " deeper is kept as text.",
)

UNSUPPORTED = Rule(
    "M007",
    "unsupported-directive",
    Severity.WARNING,
    "This is markup of another tool that a book cannot carry out: directives, shortcodes, template"
    " tags and components that a program would replace. bookbuilder leaves the marks out, keeps the"
    " text between them, and reads no file for them. docs/markdown.md lists, for each tool, what is"
    " carried out, and what to write instead of the rest.",
)
LONGEST_SHOWN = 100


class Problems(Struct):
    """Report problems at lines of `source`."""

    source: Source
    report: Report
    variables: Variables | None = None

    def add(
        self,
        rule: Rule,
        message: str,
        line: int,
        text: str = "",
        hint: str = "",
        *,
        alike: str = "",
    ) -> None:
        """Report at the first `text` in `line`, or at the whole line if it does not contain it."""
        span = self.source.span_of_line(line)
        if self.variables:
            text, message = self.variables.typed(text), self.variables.typed(message)
            alike = self.variables.typed(alike)
        text = text.split("\n", 1)[0]
        if text and text in span.excerpt:
            offset = span.excerpt.index(text)
            span = replace(span, column=offset + 1, length=len(text))
        self.report.add(rule, message, span, hint, alike=alike)

    def left_out(self, text: str, line: int, kind: str, hint: str = "") -> None:
        """Report that `text`, markup of another tool, is left out of the book.

        `kind` says what it is, in the words of that tool ("a shortcode of Hugo"); there is one
        finding for all of a kind in a chapter. `hint` says what to write instead.
        """
        shown = _shortened(text)
        message = f"`{shown}` is left out: it is {kind}"
        self.add(UNSUPPORTED, message, line, text, hint, alike=f"{kind}: {hint}")

    def kept_as_text(self, text: str, line: int, kind: str, hint: str = "") -> None:
        """Report that `text`, markup of another tool, is printed as it was typed."""
        shown = _shortened(text)
        message = f"`{shown}` is printed as typed: it is {kind}"
        self.add(UNSUPPORTED, message, line, text, hint, alike=f"{kind}, printed: {hint}")


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"
