"""Read the shortcodes of Hugo, its themes and Quarto: `{{< note >}}`, `{{% notice tip %}}`.

Of those that nobody knows, the marks go, the content stays, and each name is reported once in a
chapter.
"""

from __future__ import annotations

from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.util import STX

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.page_breaks import PageBreak
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.shortcodes import (
    MOST_LINES,
    Shortcode,
    find_pairs,
    read_over_lines,
    read_shortcode,
)
from bookbuilder.dialect.core.tag_blocks import LiteralBlock, TagBlock, is_raw, step_into
from bookbuilder.dialect.core.templates import Pairs, TemplateTag, report_tag
from bookbuilder.dialect.syntax.gitbook import Step, Steps
from bookbuilder.dialect.syntax.shortcode_blocks import (
    OWN_TEXTS,
    CodeTab,
    Details,
    FormulaBlock,
    Frame,
    JoinedTag,
    Quotation,
    ShortcodeCallout,
    ShortcodeListing,
    ShortcodePart,
    UnknownPart,
    has_code,
    has_text,
    report_drawing,
    start_column,
)
from bookbuilder.dialect.syntax.shortcode_media import WRITERS
from bookbuilder.text.patterns import rare_pattern

_CALLOUTS = """
    note notes tip hint info warning danger caution important success check question help faq
    example abstract summary tldr todo bug failure error attention alert callout admonition notice
    warn blurb message pageinfo
""".split()  # noqa: SIM905 (a list would be a page long)
_PARTS = """
    tab card step-item accordion-item accordionItem pane panel group-tab folder file feature-card
""".split()  # noqa: SIM905
_FRAMES = """
    tabs tabpane cards accordion accordions columns column col row grid card-group cardpane
    container feature-grid block section div span center wrapper rawhtml unsafe html markdown
    md mdfragment jumbotron
""".split()  # noqa: SIM905
_DETAILS = "details expand spoiler collapse collapsible toggle expandable accordion-section"
_BLOCKS: dict[str, type[TagBlock]] = {
    **dict.fromkeys(_CALLOUTS, ShortcodeCallout),
    **dict.fromkeys(_PARTS, ShortcodePart),
    **dict.fromkeys(_FRAMES, Frame),
    **dict.fromkeys(_DETAILS.split(), Details),
    **dict.fromkeys(("quote", "blockquote", "epigraph", "pullquote"), Quotation),
    "steps": Steps,
    "stepper": Steps,
    "step": Step,
}
_LISTINGS = frozenset({"highlight", "codeblock", "code", "code-toggle"})
_DRAWINGS = {
    "mermaid", "plantuml", "uml", "graphviz", "dot", "ditaa", "chart", "echarts", "flow",
    "sequence", "goat", "mindmap",
}  # fmt: skip
_FORMULAS = frozenset({"math", "katex", "latex", "mathjax"})
_LITERAL = _LISTINGS | _DRAWINGS | _FORMULAS | {"comment"}
_MARKS = ("{{<", "{{%")
# `{{</* name */>}}` shows the shortcode, and so does Quarto's `{{{< name >}}}`.
_ESCAPED = rare_pattern(
    r"\{\{([<%])/\*((?:(?!\*/)[^\n]){0,1000})\*/([>%])\}\}"
    r"|\{(\{\{<(?:(?!>\}\})[^\n]){0,1000}>\}\})\}"
)
# A comment of Hugo's templates.
_COMMENT = rare_pattern(r"\{\{-?[ \t]{0,9}/\*(?:(?!\*/)[^{}]){0,1000}\*/[ \t]{0,9}-?\}\}")
_END = rare_pattern(r"\{\{[<%][ \t]{0,20}/[ \t]{0,20}[\w./-]{1,80}[ \t]{0,20}[>%]\}\}")


def start_shortcode(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or not line.rest.startswith(_MARKS) or is_raw(container):
        return Started.NOTHING
    read = read_over_lines(line.text, line.start, state.lines_ahead(MOST_LINES))
    if read is None:
        return Started.NOTHING
    tag, rows, column = read
    is_alone = rows > 0 or not line.text[tag.end :].strip()
    if tag.plain_name == "pagebreak" and is_alone and not rows:
        state.close_unmatched()
        state.close(state.add(PageBreak()))
        return Started.LEAF
    is_code = tag.plain_name == "tab" and has_code(tag, _frame(state, container))
    if is_code and not rows and not _is_fence(state) and (block := _literal(state, tag)):
        return block
    is_block = tag.plain_name in _BLOCKS or (
        is_alone and tag.plain_name not in WRITERS.keys() | _LITERAL
    )
    if not tag.is_end and is_block and (started := _start_block(state, *read)):
        return started
    if (
        not tag.is_end
        and tag.plain_name in _LITERAL
        and not rows
        and (block := _literal(state, tag))
    ):
        return block
    if rows:
        state.close_unmatched()
        state.add(JoinedTag(_on_one_line(tag), rows, column))
        return Started.LEAF
    if tag.is_end and tag.plain_name in WRITERS and isinstance(container, Paragraph):
        return Started.NOTHING
    return _drop(state, tag)


def _pairs(conversion: Conversion) -> Pairs:
    if conversion.templates.pairs is None:
        text = conversion.problems.source.text.replace("\r\n", "\n").replace("\r", "\n")
        conversion.templates.pairs = find_pairs(text)
    return conversion.templates.pairs


def _has_end(state: BlockState, tag: Shortcode) -> bool:
    return (state.number, tag.start) in _pairs(state.conversion).places


def _frame(state: BlockState, container: Block) -> Block | None:
    """Return the block that a block at this line stands in."""
    block: Block | None = container
    while block is not None and not block.can_hold(PageBreak()):
        block = block.parent
    return block


def _is_fence(state: BlockState) -> bool:
    first = next((line.strip() for line in state.lines_ahead(MOST_LINES) if line.strip()), "")
    return first.startswith(("```", "~~~"))


def _start_block(state: BlockState, tag: Shortcode, rows: int, column: int) -> Started | None:
    line = state.line
    ends_here = None if rows or tag.closes_itself else tag.find_end(line.text, tag.end)
    has_end = bool(ends_here) or _has_end(state, tag)
    after = line.text[ends_here[1] if ends_here else tag.end :]
    kind = _BLOCKS.get(tag.plain_name, UnknownPart)
    if not has_end and not (kind is ShortcodePart or (kind is ShortcodeCallout and has_text(tag))):
        return None
    if (ends_here or not (has_end or rows)) and _END.sub("", after).strip():
        return None
    state.close_unmatched()
    block = kind(tag, has_end=has_end)
    block.takes_indent = True
    block.rows, block.column = rows, column
    state.add(block)
    if rows:
        return Started.LEAF
    step_into(line, tag, ends_here[0] if ends_here else None)
    block.is_over = block.is_over or bool(ends_here)
    line.find()
    return Started.LEAF if line.blank else Started.CONTAINER


def _literal(state: BlockState, tag: Shortcode) -> Started | None:
    line = state.line
    ends_here = tag.end_pattern.search(line.text, tag.end)
    if not _has_end(state, tag) or (ends_here and line.text[ends_here.end() :].strip()):
        return None
    if ends_here and tag.plain_name in _FORMULAS and "display" not in tag.rest:
        return None
    state.close_unmatched()
    indent = line.indent
    step_into(line, tag, ends_here.start() if ends_here else None)
    block: LiteralBlock
    if tag.plain_name == "comment":
        block = LiteralBlock(tag.end_pattern, indent)
    elif tag.plain_name == "tab":
        block = CodeTab(tag, indent)
    elif tag.plain_name in _FORMULAS:
        block = FormulaBlock(tag.end_pattern, indent)
    else:
        block = ShortcodeListing(tag, indent)
    block.is_over = bool(ends_here)
    state.add(block)
    if line.remainder().strip():
        block.add_line(state)
    return Started.LEAF


def _on_one_line(tag: Shortcode) -> str:
    rest = " ".join(tag.rest.split())
    return f"{{{{< {tag.name}{' ' if rest else ''}{rest} >}}}}"


def _drop(state: BlockState, tag: Shortcode) -> Started:
    """Report shortcodes that show nothing and are alone in their line, which goes."""
    line = state.line
    tags = [tag]
    while rest := line.text[tags[-1].end :].lstrip(" \t"):
        following = read_shortcode(line.text, len(line.text) - len(rest))
        if following is None:
            return Started.NOTHING
        tags.append(following)
    if any(_shows_something(one) for one in tags):
        return Started.NOTHING
    for one in tags:
        _report(state.conversion, one, state.number)
    state.close_unmatched()
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)
    return Started.LEAF


def _shows_something(tag: Shortcode) -> bool:
    return not tag.is_end and (
        tag.plain_name in WRITERS or tag.plain_name in _LITERAL or bool(_own_text(tag))
    )


def _own_text(tag: Shortcode) -> str:
    """Return the text that an unknown shortcode itself holds."""
    if tag.hint:
        return ""
    return "\\\n".join(dict.fromkeys(filter(None, (tag.value(name) for name in OWN_TEXTS))))


def _report(conversion: Conversion, tag: Shortcode, line: int, *, within: bool = False) -> None:
    hint = tag.hint
    if tag.is_end:
        pass
    elif within and tag.plain_name in _BLOCKS:
        conversion.problems.left_out(
            tag.shown, line, f"`{tag.name}` within a paragraph", "put it on a line of its own"
        )
        return
    elif tag.plain_name in _BLOCKS and tag.plain_name not in _FRAMES:
        hint = f"write its end tag, {{{{< /{tag.name} >}}}}"
    elif tag.name in _pairs(conversion).names:
        hint = "what stands in it stays"
    elif tag.plain_name in WRITERS:
        hint = "write what it shows"
    report_tag(
        conversion.problems,
        conversion.templates,
        tag,
        tag.shown,
        line,
        hint or "write what it shows",
    )


def handle_shortcode(parser: InlineParser) -> bool:
    """Replace a shortcode within text."""
    text, start = parser.text, parser.position
    if start < parser.literal_until or parser.conversion.templates.is_raw:
        return False
    if match := _COMMENT.match(text, start):
        parser.position = match.end()
        return True
    if match := _ESCAPED.match(text, start):
        shown = match[4] or f"{{{{{match[1]}{match[2]}{match[3]}}}}}"
        parser.add_text(shown, literal=True)
        parser.position = match.end()
        return True
    tag = read_shortcode(text, start) if text.startswith(_MARKS, start) else None
    if tag is not None:
        _carry_out(parser, tag)
    return tag is not None


def _carry_out(parser: InlineParser, tag: Shortcode) -> None:
    conversion, line = parser.conversion, parser.line_at(tag.start)
    end = _end_in_text(parser, tag)
    content = parser.text[tag.end : end[0]] if end else ""
    parser.position = tag.end
    writer = WRITERS.get(tag.plain_name)
    if tag.is_end:
        _report(conversion, tag, line)
    elif tag.plain_name in _LITERAL - _FORMULAS and end is not None:
        if tag.plain_name in _DRAWINGS:
            report_drawing(conversion, tag, line)
        if tag.plain_name != "comment":
            parser.add_element("code", " ".join(content.split()))
        parser.position = end[1]
    elif writer:
        if shown := writer(tag, content):
            parser.parse_inner(shown, parser.root, line)
        else:
            _report(conversion, tag, line)
        parser.position = end[1] if end else tag.end
    else:
        _report(conversion, tag, line, within=True)
        if end is None and (shown := _own_text(tag)):
            parser.parse_inner(shown, parser.root, line)


def _end_in_text(parser: InlineParser, tag: Shortcode) -> tuple[int, int] | None:
    """Return where the end tag stands in the same text."""
    if tag.name not in _pairs(parser.conversion).names:
        return None
    if parser.shortcodes is None:
        parser.shortcodes = find_pairs(parser.text)
    return parser.shortcodes.ends.get(tag.start)


def _html_writer(conversion: Conversion, tag: TemplateTag, line: int) -> str | None:
    """Return what a shortcode in raw HTML shows there, or None."""
    if not isinstance(tag, Shortcode):
        return None
    writer = WRITERS.get(tag.plain_name)
    is_paired = tag.name in _pairs(conversion).names
    if is_paired and (tag.is_end or writer or tag.plain_name in _BLOCKS):
        return ""
    text = "" if tag.is_end else writer(tag, "") if writer else _own_text(tag)
    if not text or text.startswith("<"):
        return text or None
    holder = ElementTree.Element("span")
    conversion.inline(holder, text, line)
    shown = ElementTree.tostring(holder, encoding="unicode", method="html")
    return None if STX in shown else shown


class ShortcodeExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_shortcode, 94.2, "{")
        md.parser.starts.register(start_column, 69, "<")
        md.conversion.inlines.register("{", handle_shortcode)
        conversion = md.conversion
        conversion.templates.as_html = lambda tag, line: _html_writer(conversion, tag, line)
