"""Read fenced code; `passes.highlight` colours it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.util import AtomicString

from bookbuilder.dialect.core.attributes import ATTRIBUTES, apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.code_marks import without_marks
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.references import unescape
from bookbuilder.model.diagnostics import Rule, Severity

UNCLOSED_FENCE = Rule(
    "M005",
    "unclosed-fence",
    Severity.WARNING,
    "A fence that is never closed turns the rest of the chapter, list item or quote into code."
    " Close it with at least as many backticks or tildes as open it.",
)

_OPEN = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
_CLOSE = re.compile(r"(`{3,}|~{3,})[ \t]*$")
_LANGUAGE = re.compile(r"(?:\{[ \t]*[.=]?)?[ \t]*((?:(?!:(?:no-)?line-numbers)[^\s{},])*)")


class Fence(Block):
    accepts_lines = True
    verbatim = True
    hides_blank_lines = True

    def __init__(self, mark: str, info: str, indent: int) -> None:
        super().__init__()
        self.mark = mark
        self.info = info
        self.indent = indent
        self.lines: list[str] = []
        self.closed = False

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        close = None if line.indented else _CLOSE.match(line.rest)
        if close and close[1][0] == self.mark[0] and len(close[1]) >= len(self.mark):
            self.closed = True
            return Continue.CLOSED_BY_IT
        line.advance(min(self.indent, line.indent))
        return Continue.YES

    def add_line(self, state: BlockState) -> None:
        self.lines.append(state.line.remainder())

    def finish(self, state: BlockState) -> None:
        if not self.closed:
            message = f"the code fence `{self.mark}{self.info}` is never closed"
            state.problems.add(UNCLOSED_FENCE, message, self.line, self.mark)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        lines = without_marks(self.lines, language_of(self.info), self.info)
        text = "".join(f"{line}\n" for line in lines)
        code_block(conversion, parent, text, self.info, self.attributes)


def start_fence(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _OPEN.match(line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    mark, info = match[1] or match[3], match[2] or match[4] or ""
    state.add(Fence(mark, info.strip(), line.indent))
    return Started.LEAF


def code_block(
    conversion: Conversion, parent: ElementTree.Element, text: str, info: str, attributes: str
) -> None:
    """Append `text` as code. `info`, the fence's info string, names its language."""
    pre = ElementTree.SubElement(parent, "pre", {"class": "code"})
    pre.tail = "\n"
    code = ElementTree.SubElement(pre, "code")
    language = language_of(info)
    if language:
        code.set("class", f"language-{language}")
    # Python-Markdown's tree processors must not change code.
    code.text = AtomicString(text)
    braces = ATTRIBUTES.search(info)
    if braces:
        own = " ".join(item for item in braces[1].split() if item.lstrip(".=") != language)
        apply_attributes(pre, own)
    apply_attributes(pre, attributes)


def language_of(info: str) -> str:
    """Return the language in `js`, `js{1,3}`, `rust,ignore`, `{.python #id}` or `c title="x"`."""
    info = unescape(info.strip())
    match = _LANGUAGE.match(info)
    language = match[1] if match else ""
    if "=" not in language and not language.startswith("#"):
        return language
    words = info.strip("{}").split() if info.startswith("{") else []
    return next((word[1:] for word in words if word.startswith(".")), "")


class CodeExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_fence, "fence", 70)
