"""Read HTML blocks (spec 4.6), inline tags (6.6), and Markdown inside `markdown="1"`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, OpenContainer, Started
from bookbuilder.dialect.core.components import is_component, settle_html
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.html_tags import BLOCK_STARTS, KNOWN, RAW_TEXT
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.line import Line
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.template_html import settle_templates
from bookbuilder.dialect.core.templates import BLOCK_TAG
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

UNCLOSED_HTML = Rule(
    "M006",
    "unclosed-html",
    Severity.WARNING,
    "An element or comment is opened and never closed. A comment, a script and the like would"
    " hide the rest of the chapter. Add the end tag, or `-->`.",
)
UNKNOWN_TAG = Rule(
    "M008",
    "unknown-tag",
    Severity.WARNING,
    "The name in angle brackets is not an element of HTML, SVG or MathML, and nothing shows that it"
    " is a component (an end tag, `/>` or values), so the tag is printed as text. Write it as code,"
    " or `\\<` for the bracket, if that is meant; or else delete the tag.",
)

_NAME = r"[A-Za-z][A-Za-z0-9-]*"
_ATTRIBUTE = r"""\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
OPEN_TAG = rf"<({_NAME})((?:{_ATTRIBUTE})*)\s*/?>"
CLOSE_TAG = rf"</({_NAME})\s*>"
MARKDOWN_IN_HTML = Rule(
    "M034",
    "markdown-in-html",
    Severity.WARNING,
    "After an HTML tag at the start of a line, everything up to the next blank line is HTML, so"
    " calls of notes, `**strong**` and links there are printed as typed. A blank line after the tag"
    " starts Markdown.",
)

_TAG = rare_pattern(rf"{OPEN_TAG}|{CLOSE_TAG}")
_OTHER = rare_pattern(r"<\?.*?\?>|<![A-Za-z][^>]*>|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_COMMENT = rare_pattern(r"<!--(?:>|->|.*?-->)", re.DOTALL)
_MDX_COMMENT = rare_pattern(r"\{/\*(?:[^*]|\*(?!/)){0,2000}\*/\}")
_HOLDS_CODE = rare_pattern(r"<(?:pre|code|script|style)\b", re.IGNORECASE)
_MARKDOWN = rare_pattern(r"""\s+markdown(?:\s*=\s*["']?(\w+)["']?)?(?=[\s/>]|$)""", re.IGNORECASE)

_STARTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (rare_pattern(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE), ""),
    (rare_pattern(r"<!--"), "-->"),
    (rare_pattern(r"<\?"), "?>"),
    (rare_pattern(r"<![A-Za-z]"), ">"),
    (rare_pattern(r"<!\[CDATA\["), "]]>"),
)
_RAW_END = rare_pattern(r"</(?:script|pre|style|textarea)\s*>", re.IGNORECASE)
_BLOCK_START = rare_pattern(rf"</?({_NAME})(?=[\s/>]|$)")
_ITEM_MARK = r"(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)"
_BLOCK_MARK = rare_pattern(rf"{_ITEM_MARK}|#{{1,6}}[ \t]|>|```|~~~")
_ONLY_TAGS = rare_pattern(r"(?:[ \t]*<[^<>]{1,500}>){1,50}[ \t]*$")
_LONE_TAG = rare_pattern(rf"(?:{OPEN_TAG}|{CLOSE_TAG})\s*$")


def clean(html: str) -> str:
    """Return raw HTML without comments, and with unknown tags escaped."""
    html = _COMMENT.sub("", html)
    return re.sub(r"<(?=/?([A-Za-z][^\s/>]*))", _escape_unknown, html)


def _escape_unknown(match: re.Match[str]) -> str:
    return "<" if match[1].lower() in KNOWN else "&lt;"


# Calls of notes, strong words, links: nothing else looks so. A single `*` or `_` may be anything.
_SURELY_MARKDOWN = rare_pattern(
    r"\[\^[\w-]{1,50}\](?!:)|\*\*(?=[^\s*])[^*\n]{1,200}(?<=[^\s*])\*\*"
    r"|!?\[[^\]\[\n]{1,200}\]\([^()\s]{1,200}\)"
)
_MAYBE_MARKDOWN = rare_pattern(r"\[\^|\*\*|\]\(")
# Two lines or more that start as items do. One alone may be a dash, or a date.
_ITEMS = rare_pattern(rf"(?m)^(?:[ \t]{{0,40}}{_ITEM_MARK}[^\n]*(?:\n|\Z)){{2,}}")
_MAYBE_ITEMS = rare_pattern(rf"(?m)^[ \t]{{0,40}}{_ITEM_MARK}")
_NO_MARKDOWN = rare_pattern(
    r"<!--.*?-->|<(pre|code|script|style|textarea|svg|math|kbd|samp)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)


class HtmlBlock(Block):
    """Hold raw HTML up to the text `end`, or up to a blank line if `end` is empty."""

    accepts_lines = True
    verbatim = True

    def __init__(self, end: str | re.Pattern[str]) -> None:
        super().__init__()
        self.end = end
        self.lines: list[str] = []

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        ends = self.end == "" and (
            line.blank
            or (line.first == "{" and bool(BLOCK_TAG.match(line.rest)))
            or (state.document.is_drawn and self._is_before_block(line))
        )
        return Continue.NO if ends else Continue.YES

    def _is_before_block(self, line: Line) -> bool:
        """Return whether `line` starts a block below a line of tags, where pandoc reads one."""
        return bool(_BLOCK_MARK.match(line.rest) and _ONLY_TAGS.match(self.lines[-1]))

    def add_line(self, state: BlockState) -> None:
        text = state.line.remainder()
        self.lines.append(text)
        if not self.end:
            return
        found = self.end in text if isinstance(self.end, str) else self.end.search(text)
        if found:
            self.end = ""
            state.close(self)

    def finish(self, state: BlockState) -> None:
        if self.end:
            message = f"`{self.lines[0].strip()[:40]}` is never closed"
            state.problems.add(UNCLOSED_HTML, message, self.line)
        while self.lines and not self.lines[-1].strip():
            self.lines.pop()

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        text = "\n".join(self.lines)
        self._report_markdown(conversion, text)
        if "{/*" in text and not _HOLDS_CODE.search(text):
            text = _MDX_COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
        text = settle_templates(conversion.problems, conversion.templates, text, self.line)
        html = clean(settle_html(conversion, text, self.line))
        if conversion.with_formulas is not None:
            html = conversion.with_formulas(html, self.line)
        if html.strip():
            append_raw(conversion, parent, html, self.line)

    def _report_markdown(self, conversion: Conversion, text: str) -> None:
        """Report Markdown in HTML: what surely is some, outside of code."""
        if not (_MAYBE_MARKDOWN.search(text) or _MAYBE_ITEMS.search(text)):
            return
        prose = _NO_MARKDOWN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        for found in _SURELY_MARKDOWN.finditer(prose):
            message = f"`{found[0][:60]}` in HTML is no Markdown, and is printed as typed"
            hint = "leave a blank line after the tag before it, or write it in HTML"
            line = self.line + prose.count("\n", 0, found.start())
            conversion.problems.add(
                MARKDOWN_IN_HTML, message, line, found[0], hint, alike="markdown"
            )
        for found in _ITEMS.finditer(prose):
            first = found[0].split("\n")[0].strip()
            message = f"lines such as `{first[:60]}` in HTML are no list, and run together"
            hint = "leave a blank line before and after them, or write `<ul>` and `<li>`"
            line = self.line + prose.count("\n", 0, found.start())
            conversion.problems.add(MARKDOWN_IN_HTML, message, line, first, hint, alike="items")


def append_raw(
    conversion: Conversion, parent: ElementTree.Element, html: str, line: int = 0
) -> None:
    text = conversion.raw(html, line) + "\n"
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def start_html(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != "<":
        return Started.NOTHING
    end = _html_end(state, container, line.rest)
    if end is None:
        return Started.NOTHING
    state.close_unmatched()
    state.add(HtmlBlock(end)).add_line(state)
    return Started.LEAF


_ON_ONE_LINE = rare_pattern(
    r"<(summary|figcaption|caption|p|h[1-6]|dt|dd|li|td|th)((?:\s[^<>]*)?)>(.*)</\1>\s*$",
    re.IGNORECASE,
)


def start_line_in_markdown(state: BlockState, container: Block) -> Started:
    """Read `<summary>*text*</summary>` within `<details markdown>`: its text is Markdown too."""
    line = state.line
    if line.first != "<" or not (match := _ON_ONE_LINE.match(line.rest)):
        return Started.NOTHING
    block: Block | None = container
    while block is not None and not isinstance(block, MarkdownInHtml):
        block = block.parent
    if block is None:
        return Started.NOTHING
    state.close_unmatched()
    name = match[1].lower()
    opening = clean(f"<{name}{_MARKDOWN.sub('', match[2])}>")
    state.close(state.add(InlineInHtml(name, opening, match[3])))
    return Started.LEAF


def _html_end(state: BlockState, container: Block, rest: str) -> str | re.Pattern[str] | None:
    """Return the end of the HTML block that `rest` starts, or None if it starts none."""
    for pattern, end in _STARTS:
        if pattern.match(rest):
            if end == "-->" and end not in rest and not state.comes_later(end):
                message = "the comment `<!--` is never closed, so it is printed"
                state.problems.add(UNCLOSED_HTML, message, state.number, "<!--")
                return None
            return end or _RAW_END
    match = _BLOCK_START.match(rest)
    if match and match[1].lower() in BLOCK_STARTS:
        return ""
    match = _LONE_TAG.match(rest)
    if not match:
        return None
    name = match[1] or match[3]
    if name.lower() not in KNOWN:
        if is_component(state.conversion, match[0]):
            return None
        message = f"`{match[0].strip()}` is not an HTML element, so it is printed as text"
        state.problems.add(UNKNOWN_TAG, message, state.number, match[0].strip())
        return None
    interrupts = isinstance(container, Paragraph) or isinstance(state.tip, Paragraph)
    return None if interrupts else ""


class MarkdownInHtml(OpenContainer):
    """Hold the Markdown between `<div markdown="1">` and its end tag, without its indentation."""

    hides_blank_lines = True

    def __init__(self, name: str, opening: str) -> None:
        super().__init__()
        self.name = name
        self.opening = opening
        self.level = 1
        self.indent: int | None = None
        self.tags = re.compile(rf"<(/?){name}(?=[\s/>])", re.IGNORECASE)

    def continues(self, state: BlockState) -> Continue:
        line = state.line
        if line.blank:
            return Continue.YES
        if not _inside_code(self):
            for match in self.tags.finditer(line.text, line.offset):
                self.level += -1 if match[1] else 1
            if self.level <= 0 and line.rest.startswith("</"):
                return Continue.CLOSED_BY_IT
        if self.indent is None:
            self.indent = line.indent
        line.advance(min(self.indent, line.indent))
        return Continue.YES

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        append_raw(conversion, parent, self.opening)
        self.render_children(conversion, parent)
        append_raw(conversion, parent, f"</{self.name}>")


def _inside_code(block: Block) -> bool:
    while block.last_child is not None and block.last_child.open:
        block = block.last_child
    return block.verbatim


_MARKDOWN_BLOCK = re.compile(rf"<({_NAME})((?:{_ATTRIBUTE})*)\s*>(.*)$")


def start_markdown_in_html(state: BlockState, container: Block) -> Started:
    line = state.line
    match = None if line.indented else _MARKDOWN_BLOCK.match(line.rest)
    if not match or match[1].lower() not in BLOCK_STARTS or not _MARKDOWN.search(match[2]):
        return Started.NOTHING
    name, attributes, rest = match[1].lower(), match[2], match[3].strip()
    value = _MARKDOWN.search(attributes)
    if value and value[1] == "0":
        return Started.NOTHING
    state.close_unmatched()
    opening = clean(f"<{name}{_MARKDOWN.sub('', attributes)}>")
    end = rest.lower().rfind(f"</{name}>")
    if end >= 0:
        state.close(state.add(InlineInHtml(name, opening, rest[:end])))
        return Started.LEAF
    state.add(MarkdownInHtml(name, opening))
    if rest:
        state.add(Paragraph())
        line.advance_characters(line.start - line.offset + match.start(3))
        state.tip.add_line(state)
    return Started.LEAF


class InlineInHtml(Block):
    """Hold `<p markdown="1">*text*</p>` on one line."""

    def __init__(self, name: str, opening: str, text: str) -> None:
        super().__init__()
        self.name, self.opening, self.text = name, opening, text

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        append_raw(conversion, parent, self.opening)
        conversion.inline(parent, self.text, self.line)
        append_raw(conversion, parent, f"</{self.name}>")


_AUTOLINK = rare_pattern(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:(?!:)[^\s<>\x00-\x1f]*)>")
_EMAIL = rare_pattern(
    r"<([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[\w-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*)>"
)


def handle_angle(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    if match := _AUTOLINK.match(text, start):
        parser.add_element("a", match[1], href=match[1])
    elif match := _EMAIL.match(text, start):
        parser.add_element("a", match[1], href=f"mailto:{match[1]}")
    elif text.startswith("<!--", start):
        return _skip_comment(parser)
    elif match := _TAG.match(text, start):
        if not _is_tag(parser, match):
            return False
        parser.add_raw(_MARKDOWN.sub("", match[0]))
    elif not _ends(parser) or not (match := _OTHER.match(text, start)):
        return False
    parser.position = match.end()
    return True


def _skip_comment(parser: InlineParser) -> bool:
    start = parser.position
    for short in ("<!-->", "<!--->"):
        if parser.text.startswith(short, start):
            parser.position += len(short)
            return True
    end = parser.find("-->", start + 4)
    if end < 0:
        return False
    parser.position = end + 3
    return True


def _ends(parser: InlineParser) -> bool:
    return parser.find(">", parser.position) >= 0


def _is_tag(parser: InlineParser, match: re.Match[str]) -> bool:
    """Return whether this tag is of a known element and does not swallow the rest of the text."""
    name = match[1] or match[3]
    lowered = name.lower()
    if lowered not in KNOWN:
        return False
    needs_end = lowered in RAW_TEXT or (len(name) == 1 and not match[2])
    if match[1] and needs_end and not match[0].endswith("/>"):
        names = {name, lowered, name.upper()}
        closed = any(parser.find(f"</{one}", match.end()) >= 0 for one in names)
        if not closed and name == lowered:
            message = f"`{match[0]}` is never closed, so it is printed"
            parser.report(UNCLOSED_HTML, message, match.start(), len(match[0]))
        return closed
    return True


class RawHtmlExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_markdown_in_html, 65, "<")
        md.parser.starts.register(start_line_in_markdown, 64, "<")
        md.parser.starts.register(start_html, 60, "<")
        md.conversion.inlines.register("<", handle_angle)
