"""Read the blocks of GitBook and HonKit: `{% hint %}`, `{% tabs %}`, `{% content-ref %}`."""

from __future__ import annotations

import re
from posixpath import basename
from urllib.parse import quote, unquote
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import add_class
from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.dialect.core.links import BARE_URL, NAMED_BY_TARGET
from bookbuilder.dialect.core.paragraph import Heading
from bookbuilder.dialect.core.tag_blocks import TagBlock, is_raw, step_into
from bookbuilder.dialect.core.templates import (
    TemplateTag,
    escaped,
    read_tag,
    report_tag,
)
from bookbuilder.dialect.syntax.callouts import KINDS, Callout

_OTHER_CALLOUTS = frozenset({"hint", "callout", "admonition", "alert"})
_QUOTE_KINDS = frozenset({"quote", "cite", "help", "done", "check"})
# Their end tag may be missing.
_MAY_END = frozenset({"embed", "file", "sample", "content", "common", "page-ref"})
_WEB = ("https://", "http://", "mailto:")


class Part(TagBlock):
    """Hold content with a label that the tag says, if it says one."""

    def label(self) -> str:
        """Return the label as Markdown."""
        return escaped(self.tag.value("title", "name", "label", "summary", "description"))

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        label = self.label()
        division = labelled_part(conversion, parent, label, self.line) if label else parent
        self.render_children(conversion, division)


class Arrangement(TagBlock):
    """Hold content that the tag only arranges on a screen."""


class Tab(Part):
    def label(self) -> str:
        title = self.tag.value("title", "name", "date", "lang", "language", "label")
        words = self.tag.words
        # Of `{% tab group name %}`, which is Jekyll's, the group is not shown.
        return escaped(title or " ".join(words[1:] or words))


class CodePart(Part):
    """Hold `{% code title="…" lineNumbers="true" %}`, which stands around a fence."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        fences = [child for child in self.children if isinstance(child, Fence)]
        if self.tag.value("linenumbers").lower() == "true":
            for fence in fences:
                fence.info += ' linenums="1"'
        title = self.tag.value("title").replace('"', "'")
        if self.tag.name == "code" and title and len(fences) == len(self.children) == 1:
            fences[0].info += f' title="{title}"'
            fences[0].render(conversion, parent)
        else:
            super().render(conversion, parent)


class Sample(Tab):
    """Hold one of several examples; HonKit's have no end tag, so only the label is set."""

    def label(self) -> str:
        words = self.tag.words
        frame = self.parent
        if self.tag.name == "content" and words and isinstance(frame, TagBlock):
            return escaped(frame.tag.value(words[0].lower()) or words[0])
        return super().label()

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if self.has_end:
            super().render(conversion, parent)
        elif label := self.label():
            paragraph = ElementTree.SubElement(parent, "p", {"class": "tab-label"})
            paragraph.tail = "\n"
            conversion.inline(paragraph, label, self.line)


class Request(Part):
    """Hold what GitBook tells of an API, with the method, the parameter or the answer as label."""

    def label(self) -> str:
        tag = self.tag
        title = tag.value("summary", "status", "httpcode")
        method, path = tag.value("method").upper(), tag.value("path")
        address = tag.value("baseurl", "host").rstrip("/") + path
        name, kind = tag.value("name"), tag.value("type")
        code = " ".join(filter(None, (method, address))) if address else name
        code = code.replace("`", "'")
        parts = (escaped(title), f"`{code}`" if code else "", f"({escaped(kind)})" if kind else "")
        return " ".join(filter(None, parts))

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if self.tag.name.startswith("openapi"):
            typed = f"{{% {self.tag.name} {self.tag.rest} %}}"
            templates = conversion.templates
            report_tag(conversion.problems, templates, self.tag, typed, self.line)
        super().render(conversion, parent)


class Steps(TagBlock):
    """Hold `{% stepper %}`, whose steps are numbered."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        steps: ElementTree.Element | None = None
        for child in self.children:
            if isinstance(child, Step):
                if steps is None:
                    steps = ElementTree.SubElement(parent, "ol", {"class": "steps"})
                    steps.text = steps.tail = "\n"
                item = ElementTree.SubElement(steps, "li")
                item.text = item.tail = "\n"
                child.render(conversion, item)
            else:
                child.render(conversion, parent if steps is None else steps[-1])


class Step(Part):
    """Hold one step of a stepper."""


class TagCallout(TagBlock, Callout):
    """Hold `{% hint style="info" %}`, or a callout named by its kind, as other tools have it."""

    def __init__(self, tag: TemplateTag, *, has_end: bool = True) -> None:
        TagBlock.__init__(self, tag, has_end=has_end)
        style = tag.value("style", "type", "kind", "level").lower() or tag.name
        self.kind = style if style in KINDS and style != "hint" else "note"
        self.title = escaped(tag.value("title")) or None
        self.classes = ""

    def finish(self, state: BlockState) -> None:
        """Make a heading that is the first in it its title, unless it has one."""
        super().finish(state)
        first = self.children[0] if self.children else None
        if isinstance(first, Heading) and not self.title and first.parts()[0]:
            self.title, attributes = first.parts()
            self.attributes = f"{attributes} {self.attributes}".strip()
            del self.children[0]

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        Callout.render(self, conversion, parent)


class Embed(TagBlock):
    """Hold `{% embed url="…" %}`: its caption, and a link that shows the address."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        self.render_children(conversion, parent)
        if not self.children and (caption := self.tag.value("caption", "title")):
            paragraph = _paragraph(parent)
            conversion.inline(paragraph, escaped(caption), self.line)
        address = self.tag.value("url", "src", "href", "link") or " ".join(self.tag.words)
        if address.startswith(_WEB):
            link = ElementTree.SubElement(_paragraph(parent), "a", {"href": address})
            link.set("class", BARE_URL)
            link.text = address
        else:
            _add_file(parent, address, basename(unquote(address)))


class File(TagBlock):
    """Hold `{% file src="…" %}`: a link to the file by its caption, or else by its name."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        self.render_children(conversion, parent)
        address = self.tag.value("src", "url", "href")
        name = self.tag.value("caption", "name") or basename(unquote(address.split("?")[0]))
        _add_file(parent, address, name or address)


def _add_file(parent: ElementTree.Element, address: str, name: str) -> None:
    if address:
        link = ElementTree.SubElement(_paragraph(parent), "a", {"href": quote_path(address)})
        link.text = name


def _paragraph(parent: ElementTree.Element) -> ElementTree.Element:
    paragraph = ElementTree.SubElement(parent, "p")
    paragraph.tail = "\n"
    return paragraph


def quote_path(address: str) -> str:
    """Return an address that may have blanks and parentheses as one that a link can have."""
    return quote(address, safe="/:%?&=#+@,;~()!$*'")


class Reference(TagBlock):
    """Hold `{% content-ref url="two.md" %}`: a link that is called as the chapter is."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        holder = ElementTree.Element("div")
        self.render_children(conversion, holder)
        links = list(holder.iter("a"))
        address = self.tag.value("url", "page", "href") or " ".join(self.tag.words)
        if not links and address:
            link = ElementTree.SubElement(_paragraph(holder), "a", {"href": quote_path(address)})
            link.text = address
            links = [link]
        for link in links:
            href = unquote(link.get("href", ""))
            text = "".join(link.itertext()).strip()
            last = basename(href.split("#")[0].rstrip("/"))
            if text in (href, address, last, "", "Broken link") or text.endswith(".md"):
                add_class(link, BARE_URL if href.startswith(_WEB) else NAMED_BY_TARGET)
                link.text = text or href
                del link[:]
        parent.extend(holder)


_BLOCKS: dict[str, type[TagBlock]] = {
    **dict.fromkeys(KINDS.keys() - _QUOTE_KINDS, TagCallout),
    **dict.fromkeys(_OTHER_CALLOUTS, TagCallout),
    **dict.fromkeys(("tab", "update"), Tab),
    **dict.fromkeys(("sample", "content"), Sample),
    **dict.fromkeys(("code", "code-tabs-item"), CodePart),
    **dict.fromkeys(("prompt", "details", "collapse", "spoiler", "accordion"), Part),
    **dict.fromkeys(
        ("tabs", "code-tabs", "columns", "column", "updates", "method", "common"), Arrangement
    ),
    "stepper": Steps,
    "step": Step,
    "embed": Embed,
    "file": File,
    "content-ref": Reference,
    "page-ref": Reference,
}
_REQUESTS = ("swagger", "api-method", "openapi")


def start_block(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != "{" or is_raw(container):
        return Started.NOTHING
    tag = read_tag(line.text, line.start)
    kind = _kind_of(tag) if tag else None
    if tag is None or kind is None or tag.is_end:
        return Started.NOTHING
    ends_here = tag.find_end(line.text, tag.end)
    after = line.text[ends_here[1] :] if ends_here else ""
    has_end = bool(ends_here) or _comes_end(state, tag)
    if not has_end and tag.name not in _MAY_END:
        return Started.NOTHING
    if after.strip() or (not has_end and line.text[tag.end :].strip()):
        return Started.NOTHING
    state.close_unmatched()
    block = kind(tag, has_end=has_end)
    state.add(block)
    step_into(line, tag, ends_here[0] if ends_here else None)
    block.is_over = block.is_over or bool(ends_here)
    line.find()
    return Started.LEAF if line.blank else Started.CONTAINER


def _kind_of(tag: TemplateTag) -> type[TagBlock] | None:
    return Request if tag.name.startswith(_REQUESTS) else _BLOCKS.get(tag.name)


def _comes_end(state: BlockState, tag: TemplateTag) -> bool:
    """Return whether an end tag comes in a later line, and before another such tag if it may."""
    ends = (f"end{tag.name}", f"/{tag.name}")
    if not any(state.comes_later(end) for end in ends):
        return False
    if tag.name not in _MAY_END:
        return True
    pattern = re.compile(rf"\{{%-?[ \t]{{0,20}}(end_?|/)?{re.escape(tag.name)}(?![\w-])")
    for text in state.lines[state.index + 1 :]:
        if match := pattern.search(text):
            return bool(match[1])
    return False


class GitbookExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_block, 94.5, "{")
