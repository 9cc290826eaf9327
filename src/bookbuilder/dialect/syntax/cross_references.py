"""Read cross-references of Quarto, pandoc-crossref and bookdown: `@fig-x`, `\\@ref(fig:x)`.

Those in one pair of brackets, `[@fig-x; @fig-y]`, become one enumeration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started, Text
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.links import ANYWHERE, GROUP, NUMBER_ONLY
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.text.patterns import rare_pattern

_KINDS = (
    "alg cau cnj cor def dia eq exm exr fig imp lem lst nte prf prp rem sec sol tab tbl thm tip vid"
    " wrn"
)
_EITHER_CASE = "|".join(f"[{k[0]}{k[0].upper()}]{k[1:]}" for k in _KINDS.split())
_NAME = rf"(?:{_EITHER_CASE})[-:]\w(?:[\w:./-]{{0,100}}\w)?"
_REFERENCE = rare_pattern(rf"@({_NAME})(?![\w@])")
_BRACED = rare_pattern(rf"@\{{({_NAME})\}}")
_ITEM = rare_pattern(rf"([^@]*?)(-?)@({_NAME})([^@]*)$", re.DOTALL)
_BRACKETS = re.compile(r"\[((?:[^\[\]\n]|\n(?!\s*\n)){1,500})\]")
_BOOKDOWN = rare_pattern(r"\\@ref\(([\w:./-]{1,100})\)")
_LABEL = re.compile(rf"\(\\?#((?:{_KINDS.replace(' ', '|')}):[\w:./-]{{1,100}})\)")
_LONGEST_LIST = 300
_LONGEST_TEXT = 2_000
_TEXT = re.compile(r"\(ref:([\w:./-]{1,100})\)")
# Before a reference these words are the name of its kind, so that only the number is wanted.
_KIND_WORDS = frozenset(
    """
    abb abbildung abbildungen abs abschnitt ch chap chapter chapters cap capítulo chapitre eq eqn
    equation fig figs figura figuras figure figures gl gleichung kap kapitel listing listings
    quadro sec sect section sections sección secção tab tabs tabela tabelle tabellen tabla table
    tables tableau theorem §
    """.split()  # noqa: SIM905 (a list would be a page long)
)


# Before a reference of their own kind these are its name too: "Theorem @thm-x".
_WORDS_OF_KIND = {
    "thm": "theorem theorems satz sätze théorème théorèmes teorema teoremas thm thms",
    "lem": "lemma lemmas lemmata lemme lemmes lema lemas",
    "cor": "corollary corollaries korollar korollare corollaire corolario corolário",
    "prp": "proposition propositions propositionen proposición proposição prop",
    "cnj": "conjecture conjectures vermutung vermutungen conjetura",
    "def": "definition definitions definitionen définition definición definição",
    "exm": "example examples beispiel beispiele exemple exemples ejemplo exemplo",
    "exr": "exercise exercises übung übungen aufgabe aufgaben exercice ejercicio exercício",
    "rem": "remark remarks bemerkung bemerkungen remarque observación",
    "alg": "algorithm algorithms algorithmus algorithmen algorithme algoritmo",
    "sec": "appendix appendices anhang annexe apéndice apêndice",
    "eq": "equations eqns eqs gleichungen équation équations ecuación ecuaciones equação",
}
_KINDS_OF_WORDS = {w: k for k, words in _WORDS_OF_KIND.items() for w in words.split()}
# What may stand between references of which only the first has the word before it.
_AND_MORE = rare_pattern(
    rf"(\w{{2,20}})[.~]?[\s\u00a0(]{{1,3}}(?:@({_NAME})"
    r"(?:,?\s(?:&|and|to|or|und|bis|oder|et|à|ou|y|a|e|o|en|och|og)\s|,\s|\s?[–-]\s?))+$"
)


def add_reference(
    parser: InlineParser, name: str, *, number_only: bool = False, exact: bool = False
) -> None:
    """Add a link that the link pass fills in with the name of its target, or its number alone."""
    # An id does not begin with a capital letter because its reference begins a sentence.
    target = name if exact else name[0].lower() + name[1:]
    classes = f"{ANYWHERE} {NUMBER_ONLY}" if number_only else ANYWHERE
    parser.add_element("a", **{"class": classes}, href=f"#{target}")


def add_group(
    parser: InlineParser, names: Iterable[str], *, number_only: bool = False, exact: bool = False
) -> None:
    """Add links that become one enumeration."""
    classes = f"{GROUP} {NUMBER_ONLY}" if number_only else GROUP
    group, outer = parser.add_element("span", **{"class": classes}), parser.root
    parser.root = group
    for name in names:
        add_reference(parser, name, number_only=number_only, exact=exact)
    parser.root = outer


def handle_bare(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    before = text[start - 1 : start]
    match = _REFERENCE.match(text, start) or _BRACED.match(text, start)
    if not match or before.isalnum() or (before and before in "_.@/\\"):
        return False
    add_reference(parser, match[1], number_only=follows_word(text, start, match[1]))
    parser.position = match.end()
    return True


def follows_word(text: str, at: int, name: str) -> bool:
    """Tell whether the word for its kind stands before a reference, or before one beside it."""
    if name.lower().startswith("eq") and text[at - 1 : at] == "(":
        at -= 1
    words = text[max(0, at - 20) : at].split()
    if words and _names_kind(words[-1], name):
        return True
    more = _AND_MORE.search(text, max(0, at - _LONGEST_LIST), at)
    return bool(more and _names_kind(more[1], name) and more[2][:3].lower() == name[:3].lower())


def _names_kind(word: str, name: str) -> bool:
    word = word.lower().strip(".(~\\\N{NO-BREAK SPACE}")
    kind = _KINDS_OF_WORDS.get(word)
    return word in _KIND_WORDS or (kind is not None and name.lower().startswith(kind))


def handle_bracketed(parser: InlineParser) -> bool:
    """Read `[@fig-x]`, `[See @fig-x; @tbl-y]` and, for the number alone, `[-@fig-x]`."""
    text = parser.text
    match = _BRACKETS.match(text, parser.position)
    if not match or "@" not in match[1] or text[match.end() : match.end() + 1] in ("(", "[", "{"):
        return False
    items = [_ITEM.match(item) for item in match[1].split(";")]
    found = [item for item in items if item]
    if len(found) < len(items):
        # `[see @fig-a and @tbl-b]`
        inside = match[1]
        if len(_REFERENCE.findall(inside)) < inside.count("@"):
            return False
        parser.parse_inner(inside, parser.root, parser.line_at(parser.position))
        parser.position = match.end()
        return True
    line = parser.line_at(parser.position)
    for number, members in enumerate(_enumerated(found)):
        if number:
            parser.add_text(", ")
        first, last = members[0], members[-1]
        before = first[1].strip() if number else first[1].lstrip()
        if before:
            parser.parse_inner(before if before[-1].isspace() else f"{before} ", parser.root, line)
        words = before.split()
        number_only = bool(first[2]) or (bool(words) and _names_kind(words[-1], first[3]))
        if len(members) > 1:
            add_group(parser, [item[3] for item in members], number_only=number_only)
        else:
            add_reference(parser, first[3], number_only=number_only)
        if last[4].strip():
            parser.parse_inner(last[4].rstrip(), parser.root, line)
    parser.position = match.end()
    return True


def _enumerated(items: list[re.Match[str]]) -> list[list[re.Match[str]]]:
    """Put references together that have no words between them."""
    runs: list[list[re.Match[str]]] = []
    for item in items:
        if runs and not item[1].strip() and not runs[-1][-1][4].strip():
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def handle_bookdown(parser: InlineParser) -> bool:
    """Read `\\@ref(fig:x)`, which stands for the number alone."""
    match = _BOOKDOWN.match(parser.text, parser.position)
    if not match:
        return False
    parser.add_element("a", **{"class": f"{ANYWHERE} {NUMBER_ONLY}"}, href=f"#{match[1]}")
    parser.position = match.end()
    return True


class TextReference(Text):
    """Hold bookdown's `(ref:name) A text`, which stands elsewhere."""

    def __init__(self, name: str, known: dict[str, tuple[str, int]]) -> None:
        super().__init__()
        self.name = name
        self.known = known

    def finish(self, state: BlockState) -> None:
        text = "\n".join(self.lines).strip()
        if len(text) <= _LONGEST_TEXT:
            self.known.setdefault(self.name, (text, self.line))

    def render(self, *_: object) -> None:
        """Render nothing here."""


class CrossReferenceExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.texts: dict[str, tuple[str, int]] = {}
        md.parser.starts.register(self.start_text, 92.4, "(")
        inlines = md.conversion.inlines
        inlines.register("@", handle_bare)
        inlines.register("[", handle_bracketed)
        inlines.register("\\", handle_bookdown)
        inlines.register("(", self.handle_parenthesis)

    def start_text(self, state: BlockState, container: Block) -> Started:
        line = state.line
        match = None if line.indented else _TEXT.match(line.rest)
        if not match or isinstance(container, Paragraph) or line.rest[match.end()] != " ":
            return Started.NOTHING
        state.close_unmatched()
        line.skip_indent()
        line.advance_characters(match.end())
        line.find()
        state.add(TextReference(match[1], self.texts)).add_line(state)
        return Started.LEAF

    def handle_parenthesis(self, parser: InlineParser) -> bool:
        """Read bookdown's label `(\\#fig:x)`, and `(ref:x)` for a text that stands elsewhere."""
        if match := _LABEL.match(parser.text, parser.position):
            parser.add_element("span", id=match[1])
        elif match := _TEXT.match(parser.text, parser.position):
            # A text in a text could be the same one, or grow with each.
            if match[1] not in self.texts or parser.depth:
                return False
            text, line = self.texts[match[1]]
            parser.parse_inner(text, parser.root, line)
        else:
            return False
        parser.position = match.end()
        return True
