"""Read the template tags of Liquid (Jekyll) and Nunjucks (HonKit), and report the unknown ones.

`{% raw %}`, `{% comment %}`, `{% highlight %}`, `{% link %}` and their kin are carried out. Of all
others the marks go, and what stands between them stays.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import code_block
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.dialect.core.links import BARE_URL
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.core.problems import UNSUPPORTED
from bookbuilder.dialect.core.raw_html import OPEN_TAG
from bookbuilder.dialect.core.tag_blocks import LiteralBlock, RawBlock, is_raw, step_into
from bookbuilder.dialect.core.template_html import settle_tag
from bookbuilder.dialect.core.templates import (
    EXPRESSION,
    TemplateTag,
    escaped,
    is_variable,
    read_tag,
    report_tag,
    report_variable,
)
from bookbuilder.dialect.syntax.diagrams import Said, append_diagram, kind_of
from bookbuilder.dialect.syntax.shortcode_blocks import DIAGRAMS
from bookbuilder.dialect.syntax.shortcode_media import SHARED, pointed, quoted
from bookbuilder.text.patterns import rare_pattern

_LISTINGS = frozenset({"highlight", "codeblock"})
_DRAWINGS = frozenset(
    {"mermaid", "plantuml", "uml", "graphviz", "dot", "graph", "chart", "ditaa", "math", "katex"}
)
_LITERAL = _LISTINGS | _DRAWINGS | {"comment", "codetabs"}
_LANGUAGE_TAG = rare_pattern(r"\{%-?[ \t]{0,20}language[ \t][^%]{0,400}%\}")
_SAID = ("content", "text", "message", "body", "note")
_LINKS = frozenset({"link", "post_url"})
_LANGUAGE = rare_pattern(r"(?:lang(?:uage)?[:=][\"']?)?([A-Za-z][\w+#.-]*)")
_PICTURE = rare_pattern(r"[^\s\"'{}]+\.(?:png|jpe?g|gif|svg|webp)", re.IGNORECASE)
_HTML_TAG = rare_pattern(
    r"<[A-Za-z][\w-]{0,40}[ \t\n](?:[^<>]|\{\{<[^<>{}\n]{1,300}>\}\}){0,2000}>"
)


class Listing(LiteralBlock):
    """Hold `{% highlight ruby %}`, or a drawing that another program would make."""

    def __init__(self, tag: TemplateTag, end: re.Pattern[str], indent: int) -> None:
        super().__init__(end, indent)
        self.tag = tag

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        language = self.tag.name
        if language in DIAGRAMS:
            line = self.first_line or self.line + 1
            said = Said.of(f"{self.tag.rest} {self.attributes}")
            append_diagram(conversion, parent, kind_of(language), f"{self.text}\n", line, said)
            return
        if language in _LISTINGS:
            words = [word for word in self.tag.words if word != "linenos"]
            match = _LANGUAGE.fullmatch(words[0]) if words else None
            language = f"{match[1]} {self.tag.rest.strip()}" if match else ""
        else:
            _report_drawing(conversion, self.tag, self.line)
        code_block(conversion, parent, f"{self.text}\n", language, self.attributes)


class CodeTabs(LiteralBlock):
    """Hold `{% codetabs name="Python" %}`, listings between `{% language %}` tags."""

    def __init__(self, tag: TemplateTag, end: re.Pattern[str], indent: int) -> None:
        super().__init__(end, indent)
        self.tag = tag

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        tag, text, at = self.tag, self.text, 0
        parts = [match.start() for match in _LANGUAGE_TAG.finditer(text)]
        for stop in [*parts, len(text)]:
            following = read_tag(text, stop)
            if code := text[at:stop].strip("\n "):
                label = escaped(tag.value("name") or tag.value("type"))
                division = labelled_part(conversion, parent, label, self.line)
                code_block(conversion, division, f"{code}\n", tag.value("type"), "")
            if following is not None:
                tag, at = following, following.end


def _report_drawing(conversion: Conversion, tag: TemplateTag, line: int) -> None:
    hint = "put the finished drawing into the book, as a picture"
    if tag.name in ("math", "katex"):
        hint = ""
    kind = f"the template tag `{tag.name}`, which a program would draw"
    conversion.problems.kept_as_text(f"{{% {tag.name} %}}", line, kind, hint)


def _literal_end(name: str) -> re.Pattern[str]:
    return re.compile(rf"\{{%-?[ \t]{{0,20}}end{name}[ \t]{{0,20}}-?%\}}")


def start_tag(state: BlockState, container: Block) -> Started:
    """Start what a tag opens, or drop tags that are alone in their line."""
    line = state.line
    if line.indented or line.first != "{" or is_raw(container):
        return Started.NOTHING
    tag = read_tag(line.text, line.start)
    if tag is None:
        return Started.NOTHING
    if not tag.is_end and tag.name in _LITERAL | {"raw"}:
        return _start_literal(state, tag)
    return _drop_tags(state, tag)


def _start_literal(state: BlockState, tag: TemplateTag) -> Started:
    line = state.line
    end = _literal_end(tag.name)
    ends_here = end.search(line.text, tag.end)
    if ends_here and line.text[ends_here.end() :].strip():
        return Started.NOTHING
    if not ends_here and not state.comes_later(f"end{tag.name}"):
        return Started.NOTHING
    state.close_unmatched()
    indent = line.indent
    step_into(line, tag, ends_here.start() if ends_here else None)
    if tag.name == "raw":
        raw = RawBlock(tag)
        raw.is_over = bool(ends_here)
        state.add(raw)
        line.find()
        return Started.LEAF if line.blank else Started.CONTAINER
    block: LiteralBlock
    if tag.name == "comment":
        block = LiteralBlock(end, indent)
    else:
        block = (CodeTabs if tag.name == "codetabs" else Listing)(tag, end, indent)
    block.is_over = bool(ends_here)
    state.add(block)
    if line.remainder().strip():
        block.add_line(state)
    return Started.LEAF


def _drop_tags(state: BlockState, tag: TemplateTag) -> Started:
    """Report tags that are alone in their line, which leave a blank line, as in Jekyll."""
    line = state.line
    tags = [tag]
    at = tag.end
    while rest := line.text[at:].lstrip(" \t"):
        following = read_tag(line.text, len(line.text) - len(rest))
        if following is None:
            return Started.NOTHING
        tags.append(following)
        at = following.end
    if any(_shows_something(one) for one in tags):
        return Started.NOTHING
    for one in tags:
        typed = line.text[one.start : one.end]
        report_tag(state.problems, state.conversion.templates, one, typed, state.number)
    state.close_unmatched()
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)
    return Started.LEAF


def _shows_something(tag: TemplateTag) -> bool:
    if tag.is_end:
        return False
    has_text = tag.name.startswith("include") and bool(tag.value(*_SAID))
    is_known = has_text or tag.name in _LINKS or tag.name in SHARED
    return is_known or bool(_address(tag) or _picture(tag) or _own_text(tag))


def _own_text(tag: TemplateTag) -> str:
    """Return the text that an unknown tag itself holds."""
    # GitBook's integrations, such as `@mermaid/diagram`, have programs there.
    is_program = tag.name.startswith("@")
    return "" if is_program else tag.value("text", "content", "caption", "description")


def _address(tag: TemplateTag) -> str:
    """Return an address on the web that a tag would show, such as that of a movie."""
    found = tag.value("url", "src", "href", "link") or next(iter(tag.words), "")
    return found if found.startswith(("https://", "http://")) else ""


def _picture(tag: TemplateTag) -> str:
    """Return the picture that an included file would show."""
    if not tag.name.startswith(("include", "figure", "image", "img", "picture", "asset_img")):
        return ""
    found = tag.value("src", "image_path", "path", "url", "image", "img", "file", "filename")
    found = found or next((word for word in tag.words if _PICTURE.fullmatch(word)), "")
    return found if _PICTURE.fullmatch(found) else ""


def handle_tag(parser: InlineParser) -> bool:
    """Carry out `{% … %}` within text, or drop it."""
    text, start = parser.text, parser.position
    if not text.startswith("{%", start) or parser.find("%}", start) < 0:
        return False
    if start < parser.literal_until or parser.conversion.templates.is_raw:
        return False
    tag = read_tag(text, start)
    if tag is None:
        return False
    if not _carry_out(parser, tag):
        conversion = parser.conversion
        typed = text[start : tag.end]
        line = parser.line_at(start)
        report_tag(conversion.problems, conversion.templates, tag, typed, line)
        parser.position = tag.end
    return True


def _carry_out(parser: InlineParser, tag: TemplateTag) -> bool:
    text = parser.text
    if tag.is_end:
        is_done = tag.name == "raw" and tag.start == parser.literal_until > 0
        parser.position = tag.end if is_done else parser.position
        return is_done
    end = None
    if tag.name in _LISTINGS | _DRAWINGS | {"raw", "comment"}:
        # A failure is remembered, so that no text is searched for each of many tags.
        is_there = parser.find(f"end{tag.name}", tag.end) >= 0
        end = _literal_end(tag.name).search(text, tag.end) if is_there else None
        if end is None:
            return False
    if tag.name == "raw" and end:
        parser.literal_until = end.start()
        parser.position = tag.end
    elif tag.name == "comment" and end:
        parser.position = end.end()
    elif end:
        if tag.name in _DRAWINGS:
            _report_drawing(parser.conversion, tag, parser.line_at(tag.start))
        parser.add_element("code", text[tag.end : end.start()].strip())
        parser.position = end.end()
    else:
        return _show(parser, tag)
    return True


def _show(parser: InlineParser, tag: TemplateTag) -> bool:
    """Show what a tag itself holds; return False if the tag is to be reported."""
    line = parser.line_at(tag.start)
    writer = SHARED.get(tag.name)
    is_done = True
    if tag.name in _LINKS:
        parser.add_element("a", href=parser.text[tag.start : tag.end])
    elif picture := _picture(tag):
        _show_picture(parser, tag, picture)
    elif tag.name.startswith("include") and (said := tag.value(*_SAID)):
        _show_text(parser, tag, said)
    elif address := _address(tag):
        add_address(parser, address)
        is_done = tag.name == "embed" or tag.name in SHARED
    elif writer and (shown := writer(tag, "")):
        parser.parse_inner(shown, parser.root, line)
    else:
        parser.parse_inner(_own_text(tag), parser.root, line)
        is_done = False
    parser.position = tag.end
    return is_done


def _show_text(parser: InlineParser, tag: TemplateTag, said: str) -> None:
    """Show the text that an include is given, as a box, though the included file is not read."""
    typed = parser.text[tag.start : tag.end]
    shown, line = " ".join(typed.split()), parser.line_at(tag.start)
    message = f"`{shown[:100]}` is shown as its text alone: no file is read for it"
    hint = "write a callout, such as `> [!NOTE]`"
    parser.conversion.problems.add(UNSUPPORTED, message, line, typed, hint, alike="text of include")
    if title := tag.value("title"):
        parser.add_element("strong", title)
        parser.add_text(" ")
    parser.parse_inner(said, parser.root, line)
    parser.position = tag.end


def add_address(parser: InlineParser, address: str) -> None:
    node = parser.add_element("a", address, href=address)
    node.attributes["class"] = BARE_URL


def _show_picture(parser: InlineParser, tag: TemplateTag, picture: str) -> None:
    """Show the picture that an include would show, though the included file is not read."""
    typed = parser.text[tag.start : tag.end]
    shown = " ".join(typed.split())
    message = f"`{shown[:100]}` is shown as its picture alone: no file is read for it"
    hint = 'write `![what it shows](picture.png "caption")`'
    line = parser.line_at(tag.start)
    alike = f"picture of {tag.name}"
    parser.conversion.problems.add(UNSUPPORTED, message, line, typed, hint, alike=alike)
    caption = tag.value("caption", "title")
    image = f"![{escaped(tag.value('alt', 'description') or caption)}]({pointed(picture)}"
    image += f' "{quoted(caption)}")' if caption else ")"
    parser.parse_inner(image, parser.root, line)
    parser.position = tag.end


def handle_variable(parser: InlineParser) -> bool:
    """Report `{{ site.title }}`; `{{ name }}` is text."""
    text, start = parser.text, parser.position
    if start < parser.literal_until or parser.conversion.templates.is_raw:
        return False
    if not text.startswith("{{", start) or not is_variable(text, start):
        return False
    match = EXPRESSION.match(text, start)
    if not match:
        return False
    report_variable(parser.conversion.problems, match[0], parser.line_at(start))
    if "|" in match[0] and match[0][2:].lstrip("- \t")[:1] in ("'", '"'):
        parser.add_element("code", match[0])  # Its quotes must stay as typed.
    else:
        parser.add_text(match[0])
    parser.position = match.end()
    return True


def handle_html_tag(parser: InlineParser) -> bool:
    """Read `<img src="{{ "/a.png" | relative_url }}">`, whose quotes HTML does not understand."""
    text, start = parser.text, parser.position
    match = _HTML_TAG.match(text, start)
    if not match or ("{{" not in match[0] and "{%" not in match[0]):
        return False
    html = settle_tag(match[0])
    if html == match[0] or not re.fullmatch(OPEN_TAG, html):
        return False
    parser.add_raw(html)
    parser.position = match.end()
    return True


class LiquidExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_tag, 93, "{")
        md.conversion.inlines.register("{", handle_variable)
        md.conversion.inlines.register("{", handle_tag)
        md.conversion.inlines.register("<", handle_html_tag)
