"""Number theorems and formulas, begin theorems with their heads, and end proofs with a mark."""

from __future__ import annotations

import re

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString, PageElement

from bookbuilder.book import Book, Chapter
from bookbuilder.dialect.syntax.theorems import CLASS, HEAD, LABEL, NUMBERED
from bookbuilder.model.diagnostics import Report
from bookbuilder.passes.counting import Counting
from bookbuilder.passes.formulas import NUMBER_GAP
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.words import Words, primary, words_for
from bookbuilder.trees.markup import elements, has_class, new_tag

EQUATION, EQUATION_NUMBER = "equation", "equation-number"
END_MARK = "end-mark"
NUMBER = "data-number"
"""The attribute of numbered theorems and formulas that holds the number alone."""
_FORMULA = "formula"
_DISPLAY = "display"
FORMULA_NUMBER = "formula-number"
"""The class of a formula's number, or of the place for one in a row of it."""
_SET_APART = frozenset({"pre", "div", "figure", "p", "span"})
_MARK = "\N{WHITE SQUARE}"
# Authors who write a mark of their own get no second one.
_HAS_MARK = rare_pattern(
    r"(?:[\u25a0-\u25a3\u25aa-\u25ad\u25fb-\u25fe\u220e]|\bq\.?\s?e\.?\s?d\.?"
    r"|\\(?:qed|qedhere|qedsymbol|square|blacksquare|Box)\b\W{0,4})\s*$",
    re.IGNORECASE,
)
_FULL_STOP = rare_pattern(r"[.!?:。！？：]\s*$")


def theorems(book: Book, report: Report) -> None:
    """Give theorems and displayed formulas their numbers, in the order of the book.

    Formulas count if they have an id, theorems as their dialect says.
    """
    counting = Counting(book)
    for chapter in tracked(book.chapters):
        language = str(chapter.tree.get("lang") or book.metadata.language)
        words = words_for(language)
        for tag in elements(chapter.tree, *_SET_APART):
            if "class" not in tag.attrs:
                continue
            if has_class(tag, CLASS) and (kind := kind_of_theorem(tag)):
                _settle(tag, kind, chapter, counting, words, is_spaced(language))
            elif has_class(tag, _FORMULA) and (tag.get("id") or has_class(tag, _DISPLAY)):
                _number_formula(tag, chapter, counting)


def is_spaced(language: str) -> bool:
    """Tell whether words in `language` stand apart, and sentences end with a full stop."""
    return primary(language) not in ("ja", "zh")


def kind_of_theorem(tag: Tag) -> str:
    """Return the kind of a theorem: `lemma`."""
    names = (str(name) for name in tag.get_attribute_list("class"))
    prefix = f"{CLASS}-"
    return next(
        (n.removeprefix(prefix) for n in names if n.startswith(prefix) and n != NUMBERED), ""
    )


def equation_number(tag: Tag) -> str:
    """Return the number of a formula, or of one of its rows; nothing for what is none."""
    if tag.name == "mtd" and has_class(tag, FORMULA_NUMBER):
        return _bare(tag)
    is_formula = has_class(tag, EQUATION) or has_class(tag, _FORMULA)
    return str(tag.get(NUMBER) or "") if is_formula else ""


def _settle(
    tag: Tag, kind: str, chapter: Chapter, counting: Counting, words: Words, spaced: bool
) -> None:
    head = next((p for p in tag.contents if isinstance(p, Tag) and has_class(p, HEAD)), None)
    label = next((s for s in elements(head, "span") if has_class(s, LABEL)), None) if head else None
    if head is None or label is None:
        return
    label.string = words.named(kind)
    if has_class(tag, NUMBERED):
        classes = tag.get_attribute_list("class")
        tag["class"] = AttributeValueList(str(c) for c in classes if c != NUMBERED)
        # What is called the same counts together.
        tag[NUMBER] = counting.next(words.known(kind), chapter)
        text = words.numbered(kind).format(tag[NUMBER])
        label.string = text.replace(" ", "\N{NO-BREAK SPACE}")
    if not spaced:
        head.append("\N{IDEOGRAPHIC SPACE}")
    elif not _FULL_STOP.search(head.get_text()):
        head.append(".")
    _run_in(head, spaced)
    if kind == "proof":
        _add_mark(tag)


def _run_in(head: Tag, spaced: bool) -> None:
    """Make the head the beginning of the first paragraph, if that follows it."""
    first = _next_tag(head)
    if first is None or first.name != "p" or first.get("class"):
        return
    run = new_tag("span", {"class": HEAD}, *list(head.contents))
    if isinstance(blank := head.next_sibling, NavigableString):
        blank.extract()
    head.extract()
    first.insert(0, run)
    if spaced:
        first.insert(1, " ")


def _next_tag(tag: Tag) -> Tag | None:
    for node in tag.next_siblings:
        if isinstance(node, Tag):
            return node
        if str(node).strip():
            return None
    return None


def _add_mark(proof: Tag) -> None:
    """End a proof with a square: in its last paragraph, or below what else ends it."""
    if _HAS_MARK.search(proof.get_text()):
        return
    mark = new_tag("span", {"class": END_MARK}, _MARK)
    last = _last_tag(proof)
    while (
        last is not None
        and last.name in ("ul", "ol", "li", "div", "dl", "dd")
        and (not has_class(last, _FORMULA) and not has_class(last, EQUATION) and last.contents)
    ):
        inner = _last_tag(last)
        if inner is None or not _ends_with(last, inner):
            break
        last = inner
    if last is not None and last.name in ("p", "li", "dd") and not has_class(last, HEAD):
        _trim_end(last)
        last.append("\N{NO-BREAK SPACE}")
        last.append(mark)
    else:
        proof.append(new_tag("p", {"class": f"{END_MARK}-line"}, mark))


def _last_tag(tag: Tag) -> Tag | None:
    return next((n for n in reversed(tag.contents) if isinstance(n, Tag)), None)


def _ends_with(tag: Tag, inner: Tag) -> bool:
    """Tell whether nothing but blanks follows `inner` in `tag`, and whether it is a block."""
    after: list[PageElement] = list(inner.next_siblings)
    is_block = inner.name in ("p", "ul", "ol", "li", "div", "dl", "dd", "pre", "table", "figure")
    return is_block and not any(str(node).strip() for node in after)


def _trim_end(tag: Tag) -> None:
    last = tag.contents[-1] if tag.contents else None
    if isinstance(last, NavigableString):
        last.replace_with(NavigableString(last.rstrip()))


def _number_formula(formula: Tag, chapter: Chapter, counting: Counting) -> None:
    """Give a formula that stands by itself its number, unless its author did."""
    if not has_class(formula, _DISPLAY):
        if formula.name != "span":
            _number_source(formula, counting.next("equation", chapter))
        return
    rows = [cell for cell in elements(formula, "mtd") if has_class(cell, FORMULA_NUMBER)]
    for cell in rows:
        if not cell.get_text(strip=True):
            cell.append(new_tag("mspace", {"width": NUMBER_GAP}))
            cell.append(new_tag("mtext", {}, f"({counting.next('equation', chapter)})"))
    if not formula.get("id"):
        return
    said = [*rows, *(s for s in elements(formula, "span") if has_class(s, FORMULA_NUMBER))]
    own = next((number for n in said if (number := _bare(n))), "")
    formula[NUMBER] = own or counting.next("equation", chapter)
    if not own:
        formula.append(new_tag("span", {"class": FORMULA_NUMBER}, f"({formula[NUMBER]})"))
    if not rows:
        formula["class"] = AttributeValueList([*formula.get_attribute_list("class"), "numbered"])


def _bare(tag: Tag) -> str:
    return tag.get_text(strip=True).strip("()")


def _number_source(formula: Tag, number: str) -> None:
    """Put the number of a formula that is printed as typed into an element around it."""
    holder = new_tag("div", {"class": EQUATION, "id": str(formula["id"]), NUMBER: number})
    del formula["id"]
    formula.replace_with(holder)
    holder.append(formula)
    holder.append(new_tag("span", {"class": EQUATION_NUMBER}, f"({number})"))
