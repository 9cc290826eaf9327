"""Hold and render MyST's directives that contain Markdown; `myst.py` decides between them."""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.etree import ElementTree

from bookbuilder.dialect.core.attributes import add_class
from bookbuilder.dialect.core.blocks import Block, BlockState, Container, Continue, OpenContainer
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import labelled_part
from bookbuilder.dialect.core.line import Line
from bookbuilder.dialect.core.links import LABEL_SCHEME
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.callouts import GENERIC, KINDS, Callout
from bookbuilder.dialect.syntax.definitions import DefinitionList
from bookbuilder.dialect.syntax.myst_options import Directive, OptionBlock, read_directive
from bookbuilder.dialect.syntax.theorems import STATEMENTS, THEOREMS
from bookbuilder.text.slugs import anchor

LABEL_CLASS = "label-target"
"""The class of an empty element whose id is a label for what follows; `reading/labels.py`."""
TERM_PREFIX = "term-"
PROOF_PREFIXES = ("prf:", "proof:")
_VERSION_KINDS = frozenset({"versionadded", "versionchanged", "deprecated"})
_LONGEST_TITLE = 100
_ATTRIBUTION = re.compile(r"(?:-{2,3}|—)[ \t]*(?=\S)")
_ENDS_SENTENCE = re.compile(r"[.,;]$")


class DirectiveBlock(FencedContainer):
    """Hold the content of a directive. Its options are known when it is closed."""

    def __init__(self, directive: Directive) -> None:
        FencedContainer.__init__(self, directive.marks, f"{{{directive.name}}}")
        self.directive = directive

    def begin(self, state: BlockState) -> None:
        """Add the block, and in it a block for its options."""
        state.add(self)
        state.add(OptionBlock(self.directive))

    def continues(self, state: BlockState) -> Continue:
        verdict = super().continues(state)
        if verdict is Continue.YES:
            state.line.advance(min(self.directive.indent, state.line.indent))
        elif verdict is Continue.CLOSED_BY_IT:
            # As in MyST, the end of a directive is that of all directives in it.
            for block in self._open_fences():
                block.closed = True
        return verdict

    def _is_for_inner(self, marks: str, indent: int) -> bool:
        inner = self._open_fences()
        if isinstance(self.last_child, OptionBlock) and self.last_child.open:
            return False
        # A line of as many colons closes this directive, with those of fewer colons in it.
        exact = len(marks) == len(self.marks) and bool(inner)
        if exact and all(len(block.marks) < len(self.marks) for block in inner):
            return False
        return super()._is_for_inner(marks, indent)

    def _open_fences(self) -> list[DirectiveBlock]:
        found, block = [], self.last_child
        while block is not None and block.open:
            if isinstance(block, DirectiveBlock):
                found.append(block)
            block = block.last_child
        return found

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        add_label(parent, self.directive.label)
        self.render_content(conversion, parent)

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        self.render_children(conversion, parent)

    def take_argument(self) -> None:
        """Put the argument before the content, as the start of its first paragraph."""
        argument, self.directive.argument = self.directive.argument, ""
        if not argument:
            return
        first = self.children[0] if self.children else None
        if isinstance(first, Paragraph) and first.line == self.line + 1:
            first.lines.insert(0, argument)
            first.line = self.line
            return
        paragraph = Paragraph()
        paragraph.lines = [argument]
        paragraph.line = self.line
        self.children.insert(0, paragraph)


def _is_label(name: str, text: str) -> bool:
    """Return whether `name`, which `{solution}` gives, is the label of an exercise in `text`."""
    said = (f":label: {name}", f":name: {name}", f"\nlabel: {name}", f"({name})=")
    return bool(name) and " " not in name and any(mark in text for mark in said)


def add_label(parent: ElementTree.Element, label: str) -> None:
    if label:
        mark = ElementTree.SubElement(parent, "div", {"class": LABEL_CLASS, "id": label})
        mark.tail = "\n"


class DirectiveCallout(DirectiveBlock, Callout):
    """Hold an admonition. `kind` is a callout's; classes may name a more telling one."""

    def __init__(self, directive: Directive, kind: str, *, has_title: bool = True) -> None:
        DirectiveBlock.__init__(self, directive)
        self.kind = kind
        self.has_title = has_title
        self.title: str | None = None
        self.subtitle = self.classes = ""

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        if self.kind in GENERIC:
            classes = self.directive.classes
            named = next((name for name in classes if name in KINDS), "")
            self.kind = named or self.kind
        if self.kind in _VERSION_KINDS:
            version, _, self.directive.argument = self.directive.argument.partition(" ")
            self.take_argument()
            self.subtitle = version
            return
        if not self.has_title and not self._argument_is_title():
            self.take_argument()
        title = self.directive.argument or self.directive.option("title")
        if self.directive.name == "solution" and _is_label(title, state.problems.source.text):
            self.subtitle = f"[]({title})"
        else:
            self.title = title or None

    def theorem_kind(self) -> str:
        directive = self.directive
        declines = directive.option("enumerated").lower() in ("false", "no")
        is_asked = not declines and "nonumber" not in directive.options
        is_prefixed = directive.name.startswith(PROOF_PREFIXES)
        if is_prefixed or self.kind in THEOREMS:
            self.counts = is_asked and (is_prefixed or self.kind in STATEMENTS)
        elif directive.name == "exercise" and directive.label:
            self.counts = is_asked
        elif not (directive.name == "solution" and self.subtitle):
            return ""
        return directive.name.rpartition(":")[2] if is_prefixed else self.kind

    def _argument_is_title(self) -> bool:
        """Tell a title, which MyST's newer tools allow, from text that starts on this line."""
        said = self.directive.argument
        first = self.children[0] if self.children else None
        if isinstance(first, Paragraph) and first.lines[0][:1].islower():
            return False
        is_short = len(said) <= _LONGEST_TITLE and not _ENDS_SENTENCE.search(said)
        return bool(self.children) and is_short

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        add_label(parent, self.directive.label)
        Callout.render(self, conversion, parent)


class Gate(OpenContainer, Callout):
    """Hold all between `{exercise-start}` and `{exercise-end}`, which are directives of their own.

    It holds the first of them too, since that has the options.
    """

    def __init__(self, directive: Directive) -> None:
        OpenContainer.__init__(self)
        self.directive = directive
        self.kind = directive.name.removesuffix("-start")
        self.title: str | None = None
        self.subtitle = self.classes = ""

    def begin(self, state: BlockState) -> None:
        state.add(self)
        Hidden(self.directive).begin(state)

    def continues(self, state: BlockState) -> Continue:
        found = read_directive(state) if not state.line.indented else None
        return Continue.NO if found and found.name == f"{self.kind}-end" else Continue.YES

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        title = self.directive.argument or self.directive.option("title")
        if self.kind == "solution" and _is_label(title, conversion.problems.source.text):
            self.subtitle = f"[]({title})"
        else:
            self.title = title or None
        add_label(parent, self.directive.label)
        Callout.render(self, conversion, parent)

    def theorem_kind(self) -> str:
        is_theorem = self.subtitle if self.kind == "solution" else self.directive.label
        self.counts = self.kind == "exercise" and "nonumber" not in self.directive.options
        return self.kind if is_theorem else ""


class Part(DirectiveBlock):
    """Hold one tab, or another part whose label is the argument."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        into = labelled_part(conversion, parent, self.directive.argument, self.line)
        self.render_children(conversion, into)


class Titled(DirectiveBlock):
    """Hold content in an element with a class, with the argument as its title."""

    def __init__(self, directive: Directive, tag: str, name: str, *, titled: bool = True) -> None:
        super().__init__(directive)
        self.tag = tag
        self.class_name = name
        self.titled = titled

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        if self.titled:
            return
        self.take_argument()
        last = self.last_child
        if isinstance(last, Paragraph) and (match := _ATTRIBUTION.match(last.lines[0])):
            last.lines[0] = f"— {last.lines[0][match.end() :]}"

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        element = ElementTree.SubElement(parent, self.tag, {"class": self.class_name})
        element.text = element.tail = "\n"
        if self.directive.argument:
            name = "tab-label" if self.class_name == "tab" else "div-title"
            title = ElementTree.SubElement(element, "p", {"class": name})
            title.tail = "\n"
            link = self.directive.option("link")
            into = ElementTree.SubElement(title, "a", {"href": link}) if link else title
            conversion.inline(into, self.directive.argument, self.line)
        self.render_children(conversion, element)


class Card(Titled):
    """Hold a card: `header ^^^ body +++ footer`. Its link, if it has no title, is its text."""

    def __init__(self, directive: Directive) -> None:
        super().__init__(directive, "div", "tab")

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        options = self.directive.options
        if options.get("link-type") == "ref" and options.get("link"):
            options["link"] = f"label:{options['link']}"
        if not self.children and not self.directive.argument and options.get("link"):
            self.directive.argument = options["link"]

    def render_children(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        directive = self.directive
        pictures = (directive.option("img-top", "img-background"), directive.option("img-bottom"))
        for position, source in zip((0, len(self.children)), pictures, strict=True):
            if source:
                self.children.insert(position, _Picture(source, directive.option("img-alt")))
        for key, at in (("header", 0), ("footer", len(self.children))):
            if directive.option(key):
                paragraph = Paragraph()
                paragraph.lines, paragraph.line = [directive.option(key)], self.line
                self.children.insert(at, paragraph)
        super().render_children(conversion, parent)


class _Picture(Block):
    def __init__(self, source: str, alt: str) -> None:
        super().__init__()
        self.source = source
        self.alt = alt

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        paragraph = ElementTree.SubElement(parent, "p")
        paragraph.tail = "\n"
        ElementTree.SubElement(paragraph, "img", {"src": self.source, "alt": self.alt})


class Rubric(DirectiveBlock):
    """Show the argument as a line of its own."""

    def __init__(self, directive: Directive, name: str) -> None:
        super().__init__(directive)
        self.class_name = name

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        line = ElementTree.SubElement(parent, "p", {"class": self.class_name})
        line.tail = "\n"
        conversion.inline(line, self.directive.argument, self.line)
        self.render_children(conversion, parent)


class LinkedVideo(DirectiveBlock):
    """Show the address of a film, which a book cannot play, as a link."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        said = self.directive.argument
        if said and not re.match(r"https?://", said):
            said = {
                "youtube": f"https://www.youtube.com/watch?v={said}",
                "vimeo": f"https://vimeo.com/{said}",
            }.get(self.directive.name, said)
        if said:
            line = ElementTree.SubElement(parent, "p")
            line.tail = "\n"
            link = ElementTree.SubElement(line, "a", {"href": said})
            link.text = self.directive.option("title", "alt", "caption") or said
            first = self.children[0] if len(self.children) == 1 else None
            if self.directive.name == "button-link" and isinstance(first, Paragraph):
                link.text = ""
                conversion.inline(link, "\n".join(first.lines), first.line)
                del self.children[0]
        self.render_children(conversion, parent)


class Pointer(DirectiveBlock):
    """Show a link to what the argument names, in place of a button or a copy of it."""

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        name = self.directive.argument.removeprefix("#")
        paragraph = ElementTree.SubElement(parent, "p")
        paragraph.tail = "\n"
        if name:
            link = ElementTree.SubElement(paragraph, "a", {"href": LABEL_SCHEME + quote(name)})
            self._take_text(conversion, link)
        self.render_children(conversion, parent)

    def _take_text(self, conversion: Conversion, link: ElementTree.Element) -> None:
        if len(self.children) == 1 and isinstance(text := self.children[0], Paragraph):
            conversion.inline(link, "\n".join(text.lines), text.line)
            del self.children[0]


class Glossary(DirectiveBlock):
    """Hold terms, each on a line, with its meaning indented below it, or after `: `."""

    def __init__(self, directive: Directive) -> None:
        super().__init__(directive)
        self._after_term = False

    def continues(self, state: BlockState) -> Continue:
        verdict = super().continues(state)
        line = state.line
        line.find()
        if verdict is Continue.YES and not line.blank:
            meanings = self.last_child
            is_next = not line.indent and line.first != ":"
            if is_next and isinstance(meanings, DefinitionList) and meanings.open:
                state.close_down_to(meanings)  # Else the term would go on the meaning before it.
            is_meaning = self._after_term and line.indent > 0
            if is_meaning and line.first != ":":
                # As a definition is written in Markdown, so that it is read as one.
                state.line = Line(f": {line.rest}")
            self._after_term = not line.indent and not is_meaning
        elif line.blank:
            self._after_term = False
        return verdict

    def render_content(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        before = len(parent)
        self.render_children(conversion, parent)
        for child in parent[before:]:
            for term in child.iter("dt"):
                name = anchor("".join(term.itertext()))
                mark = ElementTree.Element("span", {"class": LABEL_CLASS, "id": TERM_PREFIX + name})
                mark.tail, term.text = term.text, None
                term.insert(0, mark)


class OnlyBlock(DirectiveBlock):
    """Hold what only some formats have; `reading/conditions.py` decides."""

    def __init__(self, directive: Directive, name: str, formats: str) -> None:
        super().__init__(directive)
        self.condition = {"class": name, "format": formats}

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if self.closed:
            parent = ElementTree.SubElement(parent, "div", self.condition)
        super().render(conversion, parent)


class Hidden(DirectiveBlock):
    """Hold what the author keeps out of books."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        pass


def is_inside(block: Block, kind: type[Container]) -> bool:
    """Return whether `block` or one around it is of that kind."""
    holder: Block | None = block
    while holder is not None and not isinstance(holder, kind):
        holder = holder.parent
    return holder is not None


def with_class(element: ElementTree.Element, directive: Directive) -> None:
    for name in directive.classes:
        add_class(element, name)
