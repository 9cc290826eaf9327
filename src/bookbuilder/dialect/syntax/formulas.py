"""Find formulas of TeX. They stay code with the class `formula`; `passes/formulas.py` sets them."""

from __future__ import annotations

import re
from functools import lru_cache
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES, add_class
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence, code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.taken import TakenLines, count_to
from bookbuilder.dialect.syntax.html_formulas import with_formulas
from bookbuilder.text.patterns import rare_pattern

LINE = "data-line"
"""The attribute that says in which line of its file a formula begins."""

ENVIRONMENTS = (
    "align alignat aligned alignedat array bmatrix Bmatrix cases displaymath eqnarray equation"
    " flalign gather gathered math matrix multline pmatrix smallmatrix split subequations vmatrix"
    " Vmatrix"
)
"""Environments of TeX that hold formulas; most have a twin with `*`."""

_NAMES = "|".join(ENVIRONMENTS.split())
_BEGIN = re.compile(rf"\\begin\{{((?:{_NAMES})\*?)\}}")
_LONGEST = 2_000
_MOST_LINES = 200
# Text in a formula that has a formula in it.
_WITH_FORMULA = r"\\(?:text[a-z]{0,6}|mbox)\{[^{}$]{0,200}\$[^${}]{1,200}\$[^{}]{0,200}\}"
# As in pandoc, no blanks inside the dollars and no digit after them, so that prices stay prices.
# A letter after them is that of a shell's variable, unless it ends an ordinal.
_DOLLARS = rare_pattern(
    r"\$\$([^$]{1,2000})\$\$"
    r"|\$`([^`\n]{1,500})`\$"
    rf"|\$(?![\s$)\]/]|\|(?![^|$\n]{{1,80}}\|))((?:[^$]|{_WITH_FORMULA}){{1,500}})(?<!\s)\$"
    r"(?:(?![0-9A-Za-z_])|(?=(?:th|st|nd|rd|s)\b))"
)
_ESCAPED = rare_pattern(r"\\(?:\(((?:[^\\\n]|\\[^)]|\n(?!\s*\n)){1,1000})\\\)"
                      r"|\[((?:[^\\\n]|\\[^\]]|\n(?!\s*\n)){1,1000})\\\])")  # fmt: skip
# `\\(x\_i\\)`: for tools that take Markdown's escapes out of formulas before MathJax sees them.
_DOUBLY = rare_pattern(
    r"\\\\(?:\(((?:(?!\\\\\)|\n\s*\n)[\s\S]){1,1000})\\\\\)"
    r"|\[((?:(?!\\\\\]|\n\s*\n)[\s\S]){1,1000})\\\\\])"
)
_ESCAPES_MARKS = rare_pattern(r"\\_(?:\{|\\[a-z])|\\\\\([^\n]{1,200}\\\\\)")
_WORDS = rare_pattern(r"(\\(?:text[a-z]*|math(?:rm|tt|it)|operatorname)\*?\s{0,9}\{[^{}]*\})")
_ESCAPED_MARK = rare_pattern(r"\\([_*])|(\\\\)\\\\|\\(\\[{}|,;:!#%&])")
_COMMAND = rare_pattern(r"\\[a-zA-Z]{2,}|\\[,;:!{}|]")
_SCRIPT = rare_pattern(
    r"(?:(?<![A-Za-z0-9])[A-Za-z]|[)}\]'])[\^_](?:[{\\+*-]|\w)|(?<![\w.])\d{1,3}\^[\w{]"
    r"|[Ͱ-Ͽ][\^_]"
)
# `\(a\|b\)`, `\(x\{2,3\}\)`: what basic regular expressions write with backslashes.
_OF_REGEX = rare_pattern(r"\\\{\d{1,4}(?:,\d{0,4})?\\\}|\\[.^$*+?/]")
# A letter, or a relation of one: `$x$`, `$n = 12$`.
_SMALL = rare_pattern(r"[A-Za-z]'?(?:[ ]?[=<>+*/-][ ]?(?:[A-Za-z]|\d{1,6}))?")
# Two words, or the name of a shell's variable.
_NO_FORMULA = rare_pattern(r"[A-Za-z]{2,}[,;:]?\s+[A-Za-z]{2,}|^[A-Z_]{3,}|\\[a-z]|[a-z]{5}")
_CERTAIN = rare_pattern(
    rf"^[ \t]*(?:\$\$[ \t]*$|\\\[[ \t]*$|{_BEGIN.pattern})"
    r"|\$[^$\n]{0,80}\\[a-zA-Z]{2,}[^$\n]{0,80}\$|\\\([^\n]{0,80}\\[a-zA-Z]{2,}"
    r"|\$[A-Za-z][\^_][\w{][^$\n]{0,80}\$",
    re.MULTILINE,
)
_AFTER = rare_pattern(
    r"[ \t.,;]*(?:\(\\?#?eq:[^)\n]*\)|\([\w:.-]{1,100}\)|" + ATTRIBUTES.pattern + r")?[ \t.,;]*$"
)
# The id of a formula that stands in a paragraph, but is set apart.
_ID_AFTER = rare_pattern(r"[ \t]*\{#(eq[:-][\w:.-]{1,100})[ \t]*\}")
# MyST's label of a formula.
_MYST_LABEL = rare_pattern(r"\$\$[ \t]*\(([\w:.-]{1,100})\)$")
_LABEL = rare_pattern(r"\(\\#(eq:[\w:.-]{1,100})\)|\\label\{([\w:.-]{1,100})\}")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*(\{?math\}?)[ \t]*$")
_OPTION = rare_pattern(r":(?:label|name):[ \t]*([\w:.-]+)[ \t]*$")
_ANY_OPTION = rare_pattern(r":[a-z-]+:")


class FormulaBlock(TakenLines):
    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text = unescaped("\n".join(self.lines).rstrip(), conversion)
        # Braces of the formula itself may look like attributes: `\sum_{i=0}`.
        attributes = ATTRIBUTES.match(self.lines[-1], max(self.lines[-1].rfind("{"), 0))
        if attributes and _AFTER.match(text, text.rfind("{") - 1):
            text = text[: text.rfind("{")].rstrip()
            self.attributes = f"{self.attributes} {attributes[1]}"
        if label := _MYST_LABEL.search(text):
            text = text[: label.start() + 2]
            self.attributes = f"#{label[1]} {self.attributes}"
        elif label := _LABEL.search(text):
            self.attributes = f"#{label[1] or label[2]} {self.attributes}"
        append_formula(conversion, parent, text, self.attributes, self.line)


class FormulaFence(Fence):
    """Hold a fence whose language is `math`, or the directive of that name."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        lines, attributes = self.lines, self.attributes
        while lines and _ANY_OPTION.match(lines[0]):
            if match := _OPTION.match(lines[0]):
                attributes = f"{attributes} #{match[1]}"
            lines = lines[1:]
        append_formula(conversion, parent, "\n".join(lines), attributes, self.line + 1)


def append_formula(
    conversion: Conversion, parent: ElementTree.Element, text: str, attributes: str, line: int
) -> None:
    """Append a formula that stands by itself, and that begins in `line`."""
    code_block(conversion, parent, f"{text.strip()}\n", "latex", attributes)
    add_class(parent[-1], "formula")
    parent[-1].set(LINE, str(line))


@lru_cache(maxsize=8)
def _escapes_marks(text: str) -> bool:
    return bool(_ESCAPES_MARKS.search(text))


def unescaped(text: str, conversion: Conversion) -> str:
    """Take Markdown's escapes out of a formula, if its chapter is for a tool that does."""
    if "\\" not in text or not _escapes_marks(conversion.problems.source.text):
        return text
    parts = _WORDS.split(text)
    parts[::2] = [_ESCAPED_MARK.sub(r"\1\2\3", part) for part in parts[::2]]
    return "".join(parts)


def add_formula(parser: InlineParser, text: str, identifier: str = "") -> None:
    """Add a formula within a line. Nothing changes the quotes, dashes and words in code."""
    line = str(parser.line_at(parser.position))
    said = unescaped(text, parser.conversion).replace("\n", " ")
    named = {"id": identifier} if identifier else {}
    parser.add_element("code", said, **{"class": "formula", LINE: line, **named})


def start_formula(state: BlockState, container: Block) -> Started:
    """Start a formula at `$$`, `\\[` or `\\begin{equation}`, if it ends with a line."""
    rest = state.line.rest
    if state.line.indented or rest[:1] not in ("$", "\\"):
        return Started.NOTHING
    if rest.startswith("$$"):
        count = _count_dollars(state, rest)
    elif rest.startswith("\\["):
        count = _count_to_end(state, rest, "\\[", "\\]")
    elif match := _BEGIN.match(rest):
        count = _count_to_end(state, rest, match[0], f"\\end{{{match[1]}}}")
    else:
        return Started.NOTHING
    if not count:
        return Started.NOTHING
    state.close_unmatched()
    state.line.skip_indent()
    state.add(FormulaBlock(count)).add_line(state)
    return Started.LEAF


def _count_dollars(state: BlockState, rest: str) -> int:
    at = rest.find("$$", 2)
    if at >= 0:
        return int(at > 2 and bool(_AFTER.match(rest, at + 2)))
    count = _count_to_end(state, rest, "$$", "$$")
    lines = [rest, *state.lines_ahead(max(count - 1, 0))]
    is_meant = rest.strip() == "$$" or _is_tex("\n".join(lines))
    return count if is_meant else 0


def _count_to_end(state: BlockState, rest: str, begin: str, end: str) -> int:
    """Return the number of lines up to the one that ends with `end`; 0 if there is none."""
    at = rest.find(end, len(begin))
    if at >= 0:
        is_meant = begin[1] == "b" or _is_tex(rest[len(begin) : at]) or "=" in rest
        return int(is_meant and bool(_AFTER.match(rest, at + len(end))))
    if not state.comes_later(end):
        return 0
    is_alone = begin != "\\[" or rest.strip() == "\\["
    count = count_to(state, lambda line: end in line, _MOST_LINES)
    lines = list(state.lines_ahead(max(count - 1, 0)))
    if not lines or not (is_alone or _is_tex(rest + "\n".join(lines))):
        return 0
    at = lines[-1].find(end)
    return count if _AFTER.match(lines[-1], at + len(end)) else 0


def start_formula_fence(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _FENCE.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.add(FormulaFence(match[1], match[2], state.line.indent))
    return Started.LEAF


def _is_tex(text: str) -> bool:
    return bool(_COMMAND.search(text) or _SCRIPT.search(text))


def _without_regex(text: str) -> str:
    """Return `text` without what is of a regular expression; norms have two bars."""
    text = _OF_REGEX.sub("", text)
    return text.replace("\\|", "") if text.count("\\|") == 1 else text


class FormulaExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        self.has_formulas: bool | None = None
        md.parser.starts.register(start_formula, 93, "$\\")
        md.parser.starts.register(start_formula_fence, 72, "`~")
        conversion = md.conversion
        conversion.with_formulas = lambda html, line: with_formulas(
            html, line, _is_tex, lambda text: unescaped(text, conversion)
        )
        md.conversion.inlines.register("$", self.handle_dollars)
        md.conversion.inlines.register("\\", self.handle_escaped)

    def handle_dollars(self, parser: InlineParser) -> bool:
        match = _DOLLARS.match(parser.text, parser.position)
        if match is None:
            return False
        inside = match[1] or match[2] or match[3]
        is_meant = match[2] or _is_tex(inside) or _SMALL.fullmatch(inside)
        if not (is_meant or self._is_likely(parser, inside)):
            return False
        if match[1] and (label := _ID_AFTER.match(parser.text, match.end())):
            add_formula(parser, match[0], label[1])
            parser.position = label.end()
            return True
        return _add(parser, match.end())

    def handle_escaped(self, parser: InlineParser) -> bool:
        """Read `\\(x\\)` and `\\[x\\]`, unless these are escapes in ordinary prose."""
        text, start = parser.text, parser.position
        if begin := _BEGIN.match(text, start):
            end = text.find(f"\\end{{{begin[1]}}}", begin.end(), begin.end() + _LONGEST)
            return end >= 0 and _add(parser, text.index("}", end) + 1)
        if text[start + 1 : start + 3] in ("\\(", "\\["):
            return self._handle_doubly_escaped(parser)
        if text[start + 1 : start + 2] not in ("(", "["):
            return False
        match = _ESCAPED.match(text, start)
        if not match:
            return False
        inside = match[1] or match[2]
        is_set_apart = inside[0] == inside[-1] == " " and any(sign in inside for sign in "=+")
        is_likely = bool(match[1] or is_set_apart) and not text[start - 1 : start].isalnum()
        if not (_is_tex(_without_regex(inside)) or (is_likely and self._is_likely(parser, inside))):
            return False
        return _add(parser, match.end())

    def _handle_doubly_escaped(self, parser: InlineParser) -> bool:
        match = _DOUBLY.match(parser.text, parser.position)
        if match is None:
            return False
        inside = match[1] or match[2]
        if not (_is_tex(inside) or self._has_formulas(parser)):
            return False
        marks = "()" if match[1] else "[]"
        add_formula(parser, f"\\{marks[0]}{inside}\\{marks[1]}")
        parser.position = match.end()
        return True

    def _is_likely(self, parser: InlineParser, text: str) -> bool:
        """Return whether `text`, such as `n = 1`, is a formula in a chapter that has formulas."""
        return not _NO_FORMULA.search(text) and self._has_formulas(parser)

    def _has_formulas(self, parser: InlineParser) -> bool:
        if self.has_formulas is None:
            source = parser.conversion.problems.source.text
            self.has_formulas = bool(_CERTAIN.search(source))
        return self.has_formulas


def _add(parser: InlineParser, end: int) -> bool:
    add_formula(parser, parser.text[parser.position : end])
    parser.position = end
    return True
