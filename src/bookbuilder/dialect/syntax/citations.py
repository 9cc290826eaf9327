"""Read pandoc's citations, `[@key, p. 3]` and `@key`; without sources, print them as typed."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.citing import (
    IN_TEXT,
    KEY,
    add_cluster,
    key_of,
    read_items,
    read_locator,
    report_unknown,
)
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.references import normalise_label
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

CITATION = Rule(
    "M020",
    "citation-as-text",
    Severity.WARNING,
    "A citation such as `[@key, p. 3]` is printed as typed in a book without a bibliography. Name"
    ' one in book.toml, `bibliography = ["sources.bib"]` in `[book]`, or write the reference in'
    " words or as a footnote.",
)

_BRACKETED = (
    rf"\[(?:(?:[^\[\]@\n]|\n(?!\s*\n)){{0,300}}[\s(;-]|-)?@{KEY}"
    r"(?:[^\[\]\n]|\n(?!\s*\n)){0,1000}\]"
)
_CITATION = re.compile(rf"{_BRACKETED}(?![(\[{{:])")
_WITH_SOURCES = rare_pattern(rf"({_BRACKETED})(?![(\[{{])")
_BARE = rare_pattern(rf"@{KEY}")
_AUTHOR_AND_YEAR = rare_pattern(r"@\{?[^\W\d_][\w:-]*?(?:1[5-9]|20)\d\d[a-z]?(?:[\W_]|[A-Z]\w*|$)")
_LOCATOR = rare_pattern(r"[ ]\[(?:[^\[\]\n@]){1,200}\](?![(\[{:])")
_AFTER = rare_pattern(r"\s?\[((?:[^\[\]\n]|\n(?!\s*\n)){1,1000})\](?![(\[{])")
_HANDLE = "a name after `@` that no entry has"


class CitationExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.has_citations: bool | None = None
        md.conversion.inlines.register("[", self.handle_bracketed)
        md.conversion.inlines.register("@", self.handle_bare)

    def handle_bracketed(self, parser: InlineParser) -> bool:
        if parser.conversion.sources is not None:
            return _cite_bracketed(parser)
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
        if match and parser.conversion.sources is not None:
            return _cite_bare(parser, match)
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
    hint = "name a bibliography in book.toml, or write the reference in words"
    line = parser.line_at(start)
    parser.conversion.problems.add(CITATION, message, line, said, hint, alike="citation")
    parser.add_text(said, literal=True)
    parser.position += len(said)
    return True


def _cite_bracketed(parser: InlineParser) -> bool:
    match = _WITH_SOURCES.match(parser.text, parser.position)
    if not match or normalise_label(match[1][1:-1]) in parser.conversion.definitions:
        return False
    if not add_cluster(parser, read_items(match[1][1:-1]), match[1]):
        return False
    parser.position = match.end()
    return True


def _cite_bare(parser: InlineParser, match: re.Match[str]) -> bool:
    """Read `@key says` and `@key [p. 33; @other]`; what no entry has stays what it is."""
    text, start = parser.text, parser.position
    sources = parser.conversion.sources
    before = text[start - 1 : start]
    suppresses = before == "-" and not text[start - 2 : start - 1].isalnum()
    if sources is None or before.isalnum() or (before and before in "_.@/\\"):
        return False
    key = key_of(match[0][1:])
    if key not in sources:
        report_unknown(parser, key, parser.line_at(start), sources, alike=_HANDLE)
        parser.add_text(match[0], literal=True)
        parser.position = match.end()
        return True
    way = "no-author" if suppresses else IN_TEXT
    cited = [(key, way, "", "", "", "")]
    end = match.end()
    if after := _AFTER.match(text, end):
        first, _, rest = after[1].partition(";")
        more = read_items(after[1] if "@" in first else rest) if "@" in after[1] else []
        if "@" in first and more:
            cited, end = [*cited, *more], after.end()
        elif "@" not in first and (more or not rest):
            suffix, label, number = read_locator(first if first[:1] in ", {" else f", {first}")
            # Words alone in brackets are a suffix, but `[text][label]` is a link.
            if number or more or normalise_label(after[1]) not in parser.conversion.definitions:
                suffix = suffix if number else f", {first.strip()}"
                cited = [(key, way, "", suffix, label, number), *more]
                end = after.end()
    add_cluster(parser, cited, text[start:end], way=way)
    parser.position = end
    return True
