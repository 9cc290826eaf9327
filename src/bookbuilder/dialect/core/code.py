"""Read fenced code; `passes.highlight` colours it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.util import AtomicString

from bookbuilder.dialect.core.attributes import ATTRIBUTES, apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.code_marks import without_marks
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.listing import (
    Listing,
    is_line_option,
    read_listing,
    without_options,
)
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
_LANGUAGE = re.compile(
    r"(?:\{[ \t]*[.=]?)?[ \t]*((?:(?!:(?:(?:no-)?line-numbers|title=))[^\s{},])*)"
)


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
        shown = without_marks(self.lines, language_of(self.info), self.info)
        text = "".join(f"{line}\n" for line in shown.lines)
        code_block(conversion, parent, text, self.info, self.attributes, shown.stand_out, self.line)


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
    conversion: Conversion,
    parent: ElementTree.Element,
    text: str,
    info: str,
    attributes: str,
    stand_out: Mapping[str, set[int]] | None = None,
    line: int = 0,
) -> None:
    """Append `text` as code. `info`, the fence's info string, names its language.

    It may also name a title, and lines that stand out. `stand_out` names more of them by kind.
    """
    listing = read_listing(f"{info} {attributes}", text.count("\n"))
    for kind, lines in (stand_out or {}).items():
        getattr(listing, kind).update(lines)
    into = _with_title(conversion, parent, listing, line)
    pre = ElementTree.SubElement(into, "pre", {"class": "code", **listing.attributes()})
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
    kept = without_options(pre.attrib)
    for name in [name for name in pre.attrib if name not in kept]:
        del pre.attrib[name]
    classes = pre.get("class", "").split()
    pre.set("class", " ".join(name for name in classes if not is_line_option(name)))
    if into is not parent and (name := pre.attrib.pop("id", "")):
        into.set("id", name)


def _with_title(
    conversion: Conversion, parent: ElementTree.Element, listing: Listing, line: int
) -> ElementTree.Element:
    """Append the title of a listing, if it has one; return the element for the code."""
    # What captions a figure of code is set below it.
    caption = "" if parent.tag == "figure" else listing.caption
    title = listing.title or caption
    label = "".join(parent[0].itertext()) if len(parent) == 1 else ""
    if not title or (parent.get("class") == "tab" and label == title):
        return parent
    into = parent
    if parent.tag != "figure":
        into = ElementTree.SubElement(parent, "div", {"class": "listing"})
        into.text = into.tail = "\n"
    paragraph = ElementTree.SubElement(into, "p", {"class": "listing-title"})
    paragraph.tail = "\n"
    if not listing.title:
        conversion.inline(paragraph, caption, line)
    elif " " in title:
        paragraph.text = AtomicString(title)
    else:
        # The name of a file, which no other pass may change.
        ElementTree.SubElement(paragraph, "code").text = AtomicString(title)
    return into


def language_of(info: str) -> str:
    """Return the language in `js`, `js{1,3}`, `rust,ignore`, `{.python #id}` or `c title="x"`."""
    info = unescape(info.strip())
    match = _LANGUAGE.match(info)
    language = match[1] if match else ""
    if "=" not in language and not language.startswith("#") and not is_line_option(language):
        return language
    words = info.strip("{}").split() if info.startswith("{") else []
    named = (word[1:] for word in words if word.startswith("."))
    return next((name for name in named if not is_line_option(name)), "")


class CodeExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_fence, 70, "`~")
