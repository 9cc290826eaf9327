"""Read what is cited, and leave a mark in the tree for it: how it reads depends on the whole book.

The mark is `<span class="citation" title="cite:…">` around the text as typed. What follows `cite:`
is JSON: the way of citing, whether brackets are left out, and for each source its key, the way, the
words before and after, and which part of it is meant.
"""

from __future__ import annotations

import json
import re

from bookbuilder.dialect.core.inline import InlineParser, Sources
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.suggest import did_you_mean

UNKNOWN_KEY = Rule(
    "K001",
    "unknown-citation",
    Severity.WARNING,
    "A citation such as `[@key]` names an entry that no file under `bibliography` has. It is"
    " printed as typed. If it is no citation but somebody's name on a site, write it as code,"
    " `` `@name` ``, or `\\@name`.",
)

CLASS = "citation"
SCHEME = "cite:"
PLACE = "refs"
"""The id of the element that the list of sources is put into."""
BRACKETS, IN_TEXT, NO_AUTHOR, AUTHOR_ONLY, YEAR_ONLY = (
    "brackets", "in-text", "no-author", "author-only", "year-only",
)  # fmt: skip
KEY = r"(?:\{[^{}\s]{1,200}\}|[\w](?:[\w:.#$%&+?<>~/-]{0,100}[\w/])?)"
_AT = rare_pattern(rf"(?<![\w@])(-?)@({KEY})")
_BETWEEN_KEYS = rare_pattern(r",(?=\s{0,5}-?@)")
_LABELS = {
    "page": "p pp page pages pg pgs s seite seiten pág págs página páginas str стр с",
    "chapter": "chap chaps chapter chapters ch kap kapitel cap capítulo chapitre глава гл",
    "section": "sec secs sect section sections § §§ abschn abschnitt sección seção",
    "paragraph": "para paras paragraph paragraphs ¶ ¶¶ abs absatz",
    "volume": "vol vols volume volumes bd band tomo т том",
    "figure": "fig figs figure figures abb abbildung figura рис",
    "table": "tbl tbls table tables tab tabelle",
    "note": "note notes nn anm fn",
    "line": "l ll line lines z zeile zeilen",
    "verse": "v vv verse verses",
    "book": "bk bks book books buch libro livre",
    "part": "pt pts part parts teil parte partie",
    "column": "col cols column columns sp spalte",
    "folio": "fol fols folio folios",
    "issue": "no nos issue issues nr heft",
    "opus": "op opp opus",
    "sub-verbo": "s.v. s.vv. sv",
    "article-locator": "art arts article articles artikel",
    "appendix": "app appendix anhang",
    "equation": "eq eqs equation equations",
}
_LABEL_OF = {word: label for label, words in _LABELS.items() for word in words.split()}
_NUMBER = r"(?:[A-Za-z]{0,3}\.?\d[\w.:]*(?<![.:])|[ivxlcdmIVXLCDM]{1,9}(?!\w))"
_NUMBERS = rare_pattern(
    rf"{_NUMBER}(?:\s?(?:-{{1,3}}|–|—)\s?{_NUMBER}|(?:,\s?|\s?&\s?){_NUMBER}){{0,40}}"
)
_WORD = rare_pattern(r"([^\W\d_]{1,12}\.?[^\W\d_]{0,4}\.?|[§¶]{1,2})\s?")
_EMPHASIS = rare_pattern(r"(?<![\w*_])([*_])(?=\S)([^*_]{1,300}?)(?<=\S)\1(?![\w*_])")

Cited = tuple[str, str, str, str, str, str]
"""The key, the way, the words before and after, the label and the number of a part."""


def key_of(said: str) -> str:
    return said[1:-1] if said.startswith("{") else said


def read_items(inside: str, way: str = BRACKETS) -> list[Cited]:
    """Return what is cited between brackets: `see @a, pp. 3–5; -@b`; nothing if that is no list."""
    found: list[Cited] = []
    # `[@a, @b]` is a slip for `[@a; @b]`, whose meaning is clear.
    for item in (one for said in _split(inside) for one in _BETWEEN_KEYS.split(said)):
        match = _AT.search(item)
        if match is None:
            if not found:
                return []
            last = found[-1]
            found[-1] = (*last[:3], f"{last[3]};{item}", *last[4:])
            continue
        if _AT.search(item, match.end()):
            return []
        suffix, label, number = read_locator(item[match.end() :])
        mode = NO_AUTHOR if match[1] else way
        before = _plain(item[: match.start()].lstrip())
        found.append((key_of(match[2]), mode, before, suffix, label, number))
    return found


def _split(inside: str) -> list[str]:
    """Split at semicolons, but not in those of `&amp;` or in braces."""
    pieces: list[str] = []
    depth = start = 0
    for index, character in enumerate(inside):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ";" and depth <= 0 and not re.search(r"&#?\w{1,8}$", inside[:index][-10:]):
            pieces.append(inside[start:index])
            start = index + 1
    return [*pieces, inside[start:]]


def read_locator(rest: str) -> tuple[str, str, str]:
    """Return the words after a key without the part of the source that they name, and that part."""
    text = rest.replace("\N{NO-BREAK SPACE}", " ")
    start = len(text) - len(text.lstrip(" ,\n"))
    if text.startswith("{", start) and (end := text.find("}", start)) > 0:
        label, number = _locator(text[start + 1 : end])
        return _plain(text[end + 1 :]), label or "page", number or text[start + 1 : end]
    label, position = "page", start
    if word := _WORD.match(text, start):
        named = _LABEL_OF.get(word[1].lower()) or _LABEL_OF.get(word[1].lower().rstrip("."))
        if named is not None:
            label, position = named, word.end()
        elif not start:
            return _plain(rest), "", ""
    part = _NUMBERS.match(text, position)
    if not part or (position == start and not re.match(r"\w?\d", part[0])):
        return _plain(rest), "", ""
    return _plain(text[part.end() :]), label, re.sub(r"\s*(?:-{1,3}|–|—)\s*", "–", part[0])


def _locator(text: str) -> tuple[str, str]:
    _, label, number = read_locator(f", {text.strip()}")
    return label, number


def _plain(text: str) -> str:
    """Return words beside a citation with their emphasis as HTML, on one line."""
    lined = re.sub(r"\s+", " ", text)
    return _EMPHASIS.sub(r"<i>\2</i>", re.sub(r"\\([^\w\s])", r"\1", lined))


def add_cluster(
    parser: InlineParser, cited: list[Cited], typed: str, *, bare: bool = False, way: str = ""
) -> bool:
    """Leave a mark for a citation that was `typed`, and report keys that nothing has.

    Without any known key, the text stays as it was typed.
    """
    sources = parser.conversion.sources
    if sources is None or not cited:
        return False
    line = parser.line_at(parser.position)
    unknown = list(dict.fromkeys(c[0] for c in cited if c[0] not in sources))
    for key in unknown:
        report_unknown(parser, key, line, sources)
    shown = " ".join(typed.split())
    if len(unknown) == len({c[0] for c in cited}):
        parser.add_text(shown, literal=True)
        return True
    data = json.dumps([way or cited[0][1], int(bare), cited], ensure_ascii=True)
    parser.add_element("span", shown, **{"class": CLASS, "title": f"{SCHEME}{data}"})
    return True


def report_unknown(
    parser: InlineParser, key: str, line: int, sources: Sources, alike: str = ""
) -> None:
    message = f"no entry of the bibliography has the key `{key[:100]}`"
    hint = did_you_mean(key, sources.keys)
    alike = "" if hint else alike
    parser.conversion.problems.add(UNKNOWN_KEY, message, line, key, hint, alike=alike)
