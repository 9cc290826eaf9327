"""Report pandoc's citations, `[@key, p. 3]` and `@key`, and print them as typed."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.references import normalise_label
from bookbuilder.model.diagnostics import Rule, Severity

CITATION = Rule(
    "M020",
    "citation-as-text",
    Severity.WARNING,
    "A citation such as `[@key, p. 3]` is printed as typed, because bookbuilder reads no"
    " bibliography. Write the reference in words or as a footnote.",
)

_KEY = r"(?:\{[^{}\s]{1,100}\}|[\w](?:[\w:.#$%&+?<>~/-]{0,100}[\w/])?)"
_BRACKETED = rf"\[(?:[^\[\]@\n]{{0,300}}[\s(;-]|-)?@{_KEY}(?:[^\[\]\n]|\n(?!\s*\n)){{0,500}}\]"
_CITATION = re.compile(rf"{_BRACKETED}(?![(\[{{:])")
_BARE = re.compile(rf"@{_KEY}")
_AUTHOR_AND_YEAR = re.compile(r"@\{?[^\W\d_][\w:-]*?(?:1[5-9]|20)\d\d[a-z]?(?:[\W_]|[A-Z]\w*|$)")
_LOCATOR = re.compile(r"[ ]\[(?:[^\[\]\n@]){1,200}\](?![(\[{:])")


class CitationExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.has_citations: bool | None = None
        md.conversion.inlines.register("[", self.handle_bracketed)
        md.conversion.inlines.register("@", self.handle_bare)

    def handle_bracketed(self, parser: InlineParser) -> bool:
        match = _CITATION.match(parser.text, parser.position)
        if not match:
            return False
        if normalise_label(match[0][1:-1]) in parser.conversion.definitions:
            return False
        return _add(parser, match[0])

    def handle_bare(self, parser: InlineParser) -> bool:
        """Read `@key`. A word after `@` is more often somebody's name on a site, or code."""
        text, start = parser.text, parser.position
        before = text[start - 1 : start]
        match = _BARE.match(text, start)
        if not match or (before and not before.isspace() and before not in "(-–—\"'“‘"):
            return False
        if not (_AUTHOR_AND_YEAR.match(match[0]) or self._cites(parser)):
            return False
        said = match[0]
        if locator := _LOCATOR.match(text, match.end()):
            said += locator[0]
        return _add(parser, said)

    def _cites(self, parser: InlineParser) -> bool:
        """Return whether the chapter has a citation that can be nothing else."""
        if self.has_citations is None:
            text = parser.conversion.problems.source.text
            self.has_citations = bool(_CITATION.search(text))
        return self.has_citations


def _add(parser: InlineParser, said: str) -> bool:
    start = parser.position
    shown = " ".join(said.split())
    message = f"the citation `{shown[:80]}` is printed as typed"
    hint = "write the reference in words, or as a footnote"
    line = parser.line_at(start)
    parser.conversion.problems.add(CITATION, message, line, said, hint, alike="citation")
    parser.add_text(said, literal=True)
    parser.position += len(said)
    return True
