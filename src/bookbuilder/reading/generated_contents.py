"""Leave out contents that other tools generate, or would: the book has its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source
from bookbuilder.reading.listed_files import named
from bookbuilder.text.patterns import rare_pattern

# Those of doctoc and of markdown-toc, each between two comments on lines of their own.
_MARKS = (
    (
        re.compile(r"(?m)^<!--[ \t]*START doctoc\b[^\n]{0,300}-->"),
        rare_pattern(r"<!--[ \t]*END doctoc\b[^\n]{0,300}-->"),
    ),
    (
        re.compile(r"(?m)^<!--[ \t]*toc[ \t]*-->"),
        rare_pattern(r"<!--[ \t]*(?:tocstop|/toc)[ \t]*-->"),
    ),
)
# TeX's lists, and what goes with them on their pages.
_LIST = re.compile(r"\\(?:tableofcontents|listof[a-z]{1,20})\b")
_WITH_LISTS = rare_pattern(
    r"\\(?:newpage|clearpage|cleardoublepage|pagebreak|thispagestyle|pagestyle|pagenumbering"
    r"|setcounter|addtocounter|addcontentsline|phantomsection|hypersetup|vspace|hfill|vfill)\*?"
    r"(?:\[[^\]\n]{0,100}\]|\{[^{}\n]{0,100}\})*|<!--.*?-->|^\#{1,6}[ \t][^\n]{0,200}$",
    re.DOTALL | re.MULTILINE,
)
_LONGEST_PAGE_OF_LISTS = 5_000
ONLY_LISTS = Rule(
    "B022",
    "generated-list",
    Severity.NOTE,
    "A page with TeX's `\\tableofcontents`, `\\listoffigures` and the like, and nothing else, is no"
    " chapter: the book makes its own contents, and lists of the figures and tables with captions.",
)
_FENCE = rare_pattern(r"(?m)^[ \t]*(?:```|~~~)")


def without_pages_of_lists(sources: Mapping[Path, Source], report: Report) -> list[Path]:
    """Return those of `sources` that are more than generated lists; report the others once.

    If there is nothing else, they are the book.
    """
    pages = {path: source for path, source in sources.items() if _has_lists_only(source.text)}
    if not pages or len(pages) == len(sources):
        return list(sources)
    names = [source.name for source in pages.values()]
    what = "hold lists that the book makes itself, so they are"
    what = what if len(names) > 1 else "holds a list that the book makes itself, so it is"
    first = next(iter(pages.values()))
    report.add(ONLY_LISTS, f"{named(names)} {what} left out", first.span_of_file())
    return [path for path in sources if path not in pages]


def _has_lists_only(text: str) -> bool:
    if len(text) > _LONGEST_PAGE_OF_LISTS or not _LIST.search(text):
        return False
    return not _LIST.sub("", _WITH_LISTS.sub("", text)).strip()


def without_contents(source: Source) -> Source:
    """Return `source` with blank lines in place of a table of contents that a tool wrote there."""
    text = source.text
    for start, end in _MARKS:
        first = start.search(text)
        last = end.search(text, first.end()) if first else None
        # In an open fence, the marks are shown, not meant.
        if first and last and len(_FENCE.findall(text, 0, first.start())) % 2 == 0:
            lines = "\n" * text.count("\n", first.start(), last.end())
            text = f"{text[: first.start()]}{lines}{text[last.end() :]}"
    return source if text is source.text else replace(source, text=text)
