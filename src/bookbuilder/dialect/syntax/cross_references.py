"""Read cross-references of Quarto, pandoc-crossref and bookdown: `@fig-x`, `\\@ref(fig:x)`."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started, Text
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import InlineParser
from bookbuilder.dialect.core.links import ANYWHERE, NUMBER_ONLY
from bookbuilder.dialect.core.paragraph import Paragraph

_KINDS = (
    "alg cau cnj cor def dia eq exm exr fig imp lem lst nte prf prp rem sec sol tab tbl thm tip vid"
    " wrn"
)
_EITHER_CASE = "|".join(f"[{k[0]}{k[0].upper()}]{k[1:]}" for k in _KINDS.split())
_NAME = rf"(?:{_EITHER_CASE})[-:]\w(?:[\w:./-]{{0,100}}\w)?"
_REFERENCE = re.compile(rf"@({_NAME})(?![\w@])")
_BRACED = re.compile(rf"@\{{({_NAME})\}}")
_ITEM = re.compile(rf"([^@]*?)(-?)@({_NAME})([^@]*)$", re.DOTALL)
_BRACKETS = re.compile(r"\[((?:[^\[\]\n]|\n(?!\s*\n)){1,500})\]")
_BOOKDOWN = re.compile(r"\\@ref\(([\w:./-]{1,100})\)")
_LABEL = re.compile(rf"\(\\?#((?:{_KINDS.replace(' ', '|')}):[\w:./-]{{1,100}})\)")
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


def _add_reference(parser: InlineParser, name: str, *, number_only: bool = False) -> None:
    # An id does not begin with a capital letter because its reference begins a sentence.
    target = name[0].lower() + name[1:]
    shown = f"({target[3:]})" if target.startswith(("eq:", "eq-")) else ""
    classes = f"{ANYWHERE} {NUMBER_ONLY}" if number_only and not shown else ANYWHERE
    parser.add_element("a", shown, **{"class": classes}, href=f"#{target}")


def handle_bare(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    before = text[start - 1 : start]
    match = _REFERENCE.match(text, start) or _BRACED.match(text, start)
    if not match or before.isalnum() or (before and before in "_.@/\\"):
        return False
    words = text[max(0, start - 20) : start].split()
    _add_reference(parser, match[1], number_only=bool(words) and _names_kind(words[-1]))
    parser.position = match.end()
    return True


def _names_kind(word: str) -> bool:
    return word.lower().strip(".(~\N{NO-BREAK SPACE}") in _KIND_WORDS


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
    for number, item in enumerate(found):
        if number:
            parser.add_text(", ")
        before = item[1].strip() if number else item[1].lstrip()
        if before:
            parser.parse_inner(before if before[-1].isspace() else f"{before} ", parser.root, line)
        words = before.split()
        number_only = bool(item[2]) or (bool(words) and _names_kind(words[-1]))
        _add_reference(parser, item[3], number_only=number_only)
        if item[4].strip():
            parser.parse_inner(item[4].rstrip(), parser.root, line)
    parser.position = match.end()
    return True


def handle_bookdown(parser: InlineParser) -> bool:
    """Read `\\@ref(fig:x)`, which stands for the number alone."""
    match = _BOOKDOWN.match(parser.text, parser.position)
    if not match:
        return False
    name = match[1]
    classes = ANYWHERE if name.startswith("eq:") else f"{ANYWHERE} {NUMBER_ONLY}"
    shown = f"({name[3:]})" if name.startswith("eq:") else ""
    parser.add_element("a", shown, **{"class": classes}, href=f"#{name}")
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
        md.parser.starts.register(self.start_text, "text_reference", 92.4)
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
