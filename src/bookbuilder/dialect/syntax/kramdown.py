"""Read what kramdown adds: attribute lists on their own lines, and `{::extensions}`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES, find_mistake
from bookbuilder.dialect.core.blocks import Block, BlockState, Started, Text
from bookbuilder.dialect.core.containers import List
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.raw_html import append_raw, clean
from bookbuilder.dialect.core.tag_blocks import LiteralBlock
from bookbuilder.dialect.core.template_html import settle_templates
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

BAD_ATTRIBUTES = Rule(
    "M014",
    "bad-attributes",
    Severity.WARNING,
    "An attribute list holds `#id`, `.class` and `key=value`, separated by spaces, with quotes"
    " around a value that has spaces. If one entry is anything else, the whole list is ignored.",
)

_LINE = rare_pattern(r"\{:[^}\n]*\}[ \t]*$")
# What the book has anyway: a table of contents, and a place for its notes.
_PLACES = rare_pattern(r"\{:[ \t]*(?:(?:toc|footnotes)\b[^}]*)?\}")
_EXTENSION = re.compile(r"\{::[ \t]*(\w+)(?:[ \t][^}\n]{0,400}?)?[ \t]*(/?)\}")
_END = rare_pattern(r"\{:/[ \t]*\w{0,40}[ \t]*\}")
_END_OF = {name: re.compile(rf"\{{:/(?:{name})?[ \t]*\}}") for name in ("comment", "nomarkdown")}


def start_attributes(state: BlockState, container: Block) -> Started:
    """Apply `{: .class}` on its own line to the block before it, or else to the next one."""
    rest = state.line.rest
    if state.line.indented or not rest.startswith("{"):
        return Started.NOTHING
    match = ATTRIBUTES.fullmatch(rest.rstrip())
    if not match and not _LINE.match(rest):
        return Started.NOTHING
    below = next(state.lines_ahead(1), "").strip()
    # As in kramdown, they belong to the block that they touch, which may be below them.
    is_list = isinstance(container, List) and not (below and _ends_blank(container))
    target = container if is_list or isinstance(container, Text) else _previous(container)
    is_alone = target is None and not below
    if match and match[0][1] != ":" and is_alone:
        message = f"the attributes `{match[0]}` touch no block, so they are printed as typed"
        hint = "write them right below the block that they belong to"
        state.problems.add(BAD_ATTRIBUTES, message, state.number, match[0], hint)
        return Started.NOTHING
    if not match:
        _report_list(state, rest.rstrip())
    state.close_unmatched()
    if isinstance(target, Text) and target.open:
        state.close(target)
    if target is None:
        state.pending_attributes = match[1] if match else ""
    elif match:
        target.attributes = f"{target.attributes} {match[1]}".strip()
    elif isinstance(target, List) and rest.startswith("{:toc") and target.parent is not None:
        target.parent.children.remove(target)
    return Started.LEAF


def _ends_blank(block: Block) -> bool:
    """Tell whether a blank line is the last of a list so far, in whichever block of it."""
    last: Block | None = block
    while last is not None and not last.ends_blank:
        last = last.last_child
    return last is not None


def _previous(container: Block) -> Block | None:
    last = container.last_child
    return None if last is None or last.ends_blank else last


def _report_list(state: BlockState, text: str) -> None:
    if "=" in text and not text.startswith("{::"):
        message = f"the attributes `{text}` are not understood, so they are left out"
        state.problems.add(BAD_ATTRIBUTES, message, state.number, text)
    elif not _PLACES.fullmatch(text):
        report_kramdown(state.conversion, text, state.number)


def report_kramdown(conversion: Conversion, text: str, line: int) -> None:
    match = _EXTENSION.match(text)
    if match and match[1] == "options":
        hint = 'for Markdown within HTML, write `<div markdown="1">`'
        conversion.problems.left_out(text, line, "a setting of kramdown", hint)
    elif text.startswith(("{::", "{:/")):
        conversion.problems.left_out(text, line, "an extension of kramdown")
    else:
        hint = "write the classes themselves, such as `{: .note}`"
        conversion.problems.left_out(text, line, "a named attribute list of kramdown", hint)


class Unconverted(LiteralBlock):
    """Hold `{::nomarkdown}`, which is HTML."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        html = _without_tags(conversion, self.text, self.first_line)
        append_raw(conversion, parent, html, self.first_line)


def _without_tags(conversion: Conversion, text: str, line: int) -> str:
    problems, templates = conversion.problems, conversion.templates
    return clean(settle_templates(problems, templates, text, line))


def start_extension(state: BlockState, container: Block) -> Started:
    """Start `{::comment}` or `{::nomarkdown}`, which a later line ends."""
    line = state.line
    match = None if line.indented else _EXTENSION.match(line.rest)
    if not match or match[1] not in _END_OF or match[2]:
        return Started.NOTHING
    end = _END_OF[match[1]]
    after = line.rest[match.end() :]
    is_later = state.comes_later("{:/}") or state.comes_later(f"{{:/{match[1]}}}")
    if end.search(after) or not is_later:
        return Started.NOTHING
    state.close_unmatched()
    indent = line.indent
    line.skip_indent()
    line.advance_characters(match.end())
    block = (LiteralBlock if match[1] == "comment" else Unconverted)(end, indent)
    state.add(block)
    if after.strip():
        block.add_line(state)
    return Started.LEAF


def handle_extension(parser: InlineParser) -> bool:
    """Carry out `{::comment}…{:/comment}` and `{::nomarkdown}…{:/}` within text."""
    text, start = parser.text, parser.position
    if not text.startswith(("{::", "{:/"), start):
        return False
    match = _EXTENSION.match(text, start)
    stop = match or _END.match(text, start)
    if not stop:
        return False
    end = None
    if match and match[1] in _END_OF and not match[2] and parser.find("{:/", start) >= 0:
        end = _END_OF[match[1]].search(text, match.end())
    if match and end:
        if match[1] == "nomarkdown":
            html = text[match.end() : end.start()]
            parser.add_raw(_without_tags(parser.conversion, html, parser.line_at(start)))
        parser.position = end.end()
        return True
    if not (match and match[1] == "comment" and match[2]):
        report_kramdown(parser.conversion, stop[0], parser.line_at(start))
    parser.position = stop.end()
    return True


def handle_mistaken_attributes(parser: InlineParser) -> bool:
    """Report text such as `{.a b}`, which is probably meant as an attribute list."""
    if found := find_mistake(parser.text, parser.position):
        braces, entry = found
        parser.report(
            BAD_ATTRIBUTES,
            f"`{entry[:80]}` is not an attribute, so `{braces[:80]}` is printed as typed",
            parser.position,
            len(braces),
            f"write `.{entry}` for a class"
            if re.fullmatch(r"[A-Za-z][\w-]*", entry) and "=" not in braces
            else "",
        )
    return False


class KramdownExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_extension, 98, "{")
        md.parser.starts.register(start_attributes, 97, "{")
        md.conversion.inlines.register("{", handle_mistaken_attributes)
        md.conversion.inlines.register("{", handle_extension)
