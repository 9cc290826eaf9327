"""Set formulas: TeX that `dialect` found becomes MathML, which every writer can use.

A formula that cannot be set, wholly, stays the code that it is.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from bs4 import Tag

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.core.captions import PICTURE_CAPTION
from bookbuilder.model.diagnostics import Report, Rule, Severity
from bookbuilder.model.source import Source, Span
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.trees.formula_text import formula_text
from bookbuilder.trees.markup import elements, has_class, new_tag, raw_text, text_of_value

if TYPE_CHECKING:
    from bookbuilder.passes.tex.formula import Formula
    from bookbuilder.passes.tex.parser import Number
    from bookbuilder.passes.tex.tokens import Macros

FORMULA = Rule(
    "M016",
    "formula-as-text",
    Severity.WARNING,
    "A formula holds a command of TeX that bookbuilder does not know, or has a mistake, such as a"
    " bracket that is never closed. Its source is printed as code: half a formula would be wrong."
    " docs/markdown.md lists the commands that bookbuilder knows; others can be defined, in the"
    " text with `\\newcommand` or in book.toml.",
)
BAD_MACRO = Rule(
    "M035",
    "bad-macro",
    Severity.WARNING,
    "A command of TeX that book.toml or front matter defines must have a name and a meaning, such"
    ' as `R = "\\\\mathbb{R}"`. Other definitions are left out.',
)

NUMBER_GAP = "2em"
"""The room between a row of a formula and its number."""
_LINE = "data-line"
_MOST_LINES = 300
_LONGEST_ALT = 1_000
_BOOKDOWN_LABEL = rare_pattern(r"\(\\#(eq:[\w:.-]{1,100})\)")
_CALL = rare_pattern(r"\\[a-zA-Z]+")
_DEFINITION = rare_pattern(
    r"^[ \t]*(\\(?:(?:new|renew|provide)command|def|DeclareMathOperator|let)[^\n]{0,500})$",
    re.MULTILINE,
)
_AFTER = rare_pattern(r"\s*[.,;]\s*$")
# They say how large or how far apart something is, which nobody needs to hear.
_UNSAID = rare_pattern(
    r"\\(?:displaystyle|textstyle|scriptstyle|limits|nolimits|nonumber|notag|[,;:!>]"
    r"|quad|qquad|(?:left|right|middle|[bB]igg?[lrm]?)(?![a-zA-Z])"
    r"|(?:label|tag)\*?\s{0,9}\{[^{}]{0,100}\})\s*"
)
_COLUMN = rare_pattern(
    r"\\(?:begin|end)\s{0,9}\{(?:equation|align(?:ed|at|edat)?|flalign|gather(?:ed)?|multline|split"
    r"|eqnarray)\*?\}(?:\{\d{1,2}\})?|(?<!\\)&"
)
_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$`", "`$"), ("$", "$"))


def formulas(book: Book, report: Report) -> None:
    of_book: Macros | None = None
    for chapter in tracked(book.chapters):
        found = list(_found(chapter.tree))
        if not found:
            continue
        if of_book is None:
            of_book = _macros_of_book(book, report)
        # What front matter defines is for its chapter, what formulas define for the whole rest.
        given = of_book | book.commands | _macros_of_chapter(chapter, report)
        macros = dict(given)
        for tag in found:
            _set(tag, chapter, macros, report)
        new = {name: macro for name, macro in macros.items() if given.get(name) is not macro}
        book.commands.update(new)


def _found(tree: Tag) -> Iterator[Tag]:
    for tag in elements(tree, "code", "pre"):
        if _LINE in tag.attrs and has_class(tag, "formula"):
            yield tag


def _macros_of_book(book: Book, report: Report) -> Macros:
    from bookbuilder.passes.tex.definitions import macros_of

    of_site, wrong_of_site = macros_of(book.config.site_macros)
    for name, problem in wrong_of_site.items():
        report.add(BAD_MACRO, f"`{name}` of the other tool's macros is left out: {problem}")
    macros, wrong = macros_of(book.config.math.macros)
    for name, problem in wrong.items():
        span = book.config.span_of("math.macros")
        report.add(BAD_MACRO, f"`{name}` in [math] macros is left out: {problem}", span)
    return of_site | macros


def _macros_of_chapter(chapter: Chapter, report: Report) -> Macros:
    from bookbuilder.passes.tex.definitions import macros_of
    from bookbuilder.passes.tex.formula import read_formula
    from bookbuilder.passes.tex.tokens import TexError

    macros, wrong = macros_of({name: said for name, said in chapter.macros.items() if name})
    definitions = str(chapter.macros.get("", ""))
    for line in _DEFINITION.findall(definitions):
        with suppress(TexError):
            # The rest of a preamble is for LaTeX alone.
            read_formula(line, macros, display=False)
    for name, problem in wrong.items():
        span = chapter.source.span_of_line(1)
        report.add(BAD_MACRO, f"`{name}` in front matter is left out: {problem}", span)
    return macros


def _set(tag: Tag, chapter: Chapter, macros: Macros, report: Report) -> None:
    from bookbuilder.passes.tex.formula import read_formula
    from bookbuilder.passes.tex.tokens import TexError

    line = str(tag.attrs.pop(_LINE, ""))
    typed = raw_text(tag).strip()
    is_block = tag.name == "pre"
    tex, display = _without_delimiters(typed, is_block)
    labels = _BOOKDOWN_LABEL.findall(tex)
    tex = _BOOKDOWN_LABEL.sub("", tex)
    try:
        formula = read_formula(tex, macros, display=display)
    except TexError as error:
        shown = typed if len(typed) <= 60 else f"{typed[:59]}…"
        message = f"the formula `{' '.join(shown.split())}` is printed as typed: {error.message}"
        # What is wrong in a macro is not in the text; its name is.
        is_there = tex.startswith(error.text, error.at)
        called = None if is_there else _CALL.match(tex, error.at)
        span = _place(chapter.source, line, called[0] if called else error.text)
        report.add(FORMULA, message, span, error.hint, alike=f"formula: {error.message}")
        return
    if formula.is_empty:
        _remove(tag)
        return
    formula.math["alttext"] = alternative(tex)
    formula.math["class"] = "tex"
    if tag.find_parent("h1") is not None:
        chapter.title = chapter.title.replace(typed, formula_text(formula.math))
    caption = tag.find_parent("span", class_=PICTURE_CAPTION)
    picture = caption.find_next_sibling("img") if caption is not None else None
    if picture is not None:
        # The words of a caption may be the alternative text too.
        alt = text_of_value(picture.get("alt"))
        picture["alt"] = alt.replace(typed, formula_text(formula.math))
    labels += [number.label for number in formula.numbers if number.label]
    made = _display(formula, tag, is_block, labels) if display else formula.math
    if not display:
        classes = [c for c in tag.get_attribute_list("class") if c and c != "formula"]
        kept = {"id": str(tag["id"])} if tag.get("id") else {}
        if classes or kept:
            said = {"class": " ".join(["formula", *classes]), **kept}
            made = new_tag("span", said, formula.math)
    tag.replace_with(made)


def _without_delimiters(typed: str, is_block: bool) -> tuple[str, bool]:
    """Return the TeX of a formula, and whether it is a display."""
    mark = _AFTER.search(typed)
    inner = typed[: mark.start()] if mark else typed
    for opening, closing in _DELIMITERS:
        if not inner.startswith(opening) or len(inner) < len(opening) + len(closing):
            continue
        if inner.endswith(closing):
            # A point after the formula ends the sentence in it.
            after = mark[0].strip() if mark else ""
            tex = inner[len(opening) : -len(closing)].strip() + after
            return tex, is_block or opening in ("$$", "\\[")
    return typed, is_block or typed.startswith("\\begin")


def _display(formula: Formula, tag: Tag, is_block: bool, labels: list[str]) -> Tag:
    """Return a display: its MathML, and the number that its author gives it."""
    attributes = {"class": "formula display"}
    identifier = str(tag.get("id") or "")
    if formula.rows > 1 and identifier in {number.label for number in formula.numbers}:
        identifier = ""
    if not identifier and formula.rows == 1:
        identifier = next(iter(labels), "")
    if identifier:
        attributes["id"] = identifier
    made = new_tag("div" if is_block else "span", attributes, formula.math)
    numbered = [n for n in formula.numbers if n.tag or n.label]
    if formula.rows > 1 and numbered:
        _number_rows(formula, numbered)
        return made
    if tag_of := next((n for n in numbered if n.tag), None):
        made.append(new_tag("span", {"class": "formula-number"}, _shown(tag_of)))
    return made


def _number_rows(formula: Formula, numbers: list[Number]) -> None:
    """Put places for the numbers of single rows into a last column of the table that they are in.

    A row with a label has its id. `passes/theorems.py` fills in what the author did not.
    """
    table = next(iter(elements(formula.math, "mtable")), None)
    rows = [] if table is None else [row for row in table.contents if isinstance(row, Tag)]
    widest = max((len(row.contents) for row in rows), default=0)
    for at, row in enumerate(rows):
        here = [number for number in numbers if number.row == at]
        if not here:
            continue
        while len(row.contents) < widest:
            row.append(new_tag("mtd"))
        cell = new_tag("mtd", {"class": "formula-number"})
        if label := next((n.label for n in here if n.label), ""):
            cell["id"] = label
        if tag_of := next((n for n in here if n.tag), None):
            cell.append(new_tag("mspace", {"width": NUMBER_GAP}))
            cell.append(new_tag("mtext", {}, _shown(tag_of)))
        row.append(cell)


def _shown(number: Number) -> str:
    return f"({number.tag})" if number.has_parentheses else number.tag


def alternative(tex: str) -> str:
    """Return the words for a formula: its TeX, without what only changes its look."""
    words = " ".join(_COLUMN.sub(" ", _UNSAID.sub(" ", tex)).split())
    return words if len(words) <= _LONGEST_ALT else f"{words[:_LONGEST_ALT]}…"


def _remove(tag: Tag) -> None:
    """Take away a formula that only defines commands, and its paragraph if that is empty then."""
    parent = tag.parent
    tag.decompose()
    if parent is None or parent.name != "p" or elements(parent):
        return
    if not parent.get_text(strip=True):
        parent.decompose()


def _place(source: Source, line: str, text: str) -> Span:
    """Return the place of `text`, in the formula that begins in `line`."""
    first = int(line) if line.isdigit() else 0
    if not first > 0:
        return source.span_of_file()
    for number in range(first, first + _MOST_LINES):
        span = source.span_of_line(number)
        if not text:
            return span
        at = source.line(number).find(text) if number <= source.text.count("\n") + 1 else -1
        if at >= 0:
            return dataclasses.replace(span, column=at + 1, length=len(text))
        if number > source.text.count("\n"):
            break
    return source.span_of_line(first)
