"""Hold and render the blocks that lines of colons open; `divs.py` decides between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

from bookbuilder.dialect.core.attributes import add_class, apply_attributes
from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, OpenContainer
from bookbuilder.dialect.core.code import Fence
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.core.labelled import LabelledPart, labelled_part
from bookbuilder.dialect.core.paragraph import Heading
from bookbuilder.dialect.syntax.callouts import Callout
from bookbuilder.dialect.syntax.div_openings import Opening
from bookbuilder.dialect.syntax.theorems import ON_REQUEST, STATEMENTS, THEOREMS
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

OPEN_CONDITION = Rule(
    "M027",
    "unclosed-condition",
    Severity.ERROR,
    "A block for some formats or editions ends at a line `:::`. Without that line, the rest of the"
    " chapter would be missing in a file, or a teacher's text would be in the students'. So no file"
    " is written.",
    stops=False,
)
KEPT_ATTRIBUTES = frozenset({"dir", "lang", "style"})
"""Books use these of the braces. The rest (`collapse`, `layout-ncol`, `data-…`) is for screens."""
_OF_CONTENTS = rare_pattern(r"\.(?:unlisted|unnumbered)(?!\S)")
_FENCE_NAME = rare_pattern(r"\[([^\]\[]+)\]")


class Div(FencedContainer):
    """Hold a block with classes and an id. A title, which has no other place, stands above it."""

    tag = "div"

    def __init__(self, opening: Opening, title: str = "") -> None:
        super().__init__(opening.marks, opening.shown())
        self.opening = opening
        self.title = title

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        division = ElementTree.SubElement(parent, self.tag)
        division.text = division.tail = "\n"
        set_attributes(division, self.opening)
        if self.title:
            title = ElementTree.SubElement(division, "p", {"class": "div-title"})
            title.tail = "\n"
            conversion.inline(title, self.title, self.line)
        self.render_children(conversion, division)


def set_attributes(element: ElementTree.Element, opening: Opening) -> None:
    for name in dict.fromkeys(opening.classes):
        add_class(element, name)
    if opening.id:
        element.set("id", opening.id)
    for key, value in opening.pairs.items():
        if key in KEPT_ATTRIBUTES:
            element.set(key, value)


class Margin(Div):
    """Hold what Quarto sets beside the text."""

    tag = "aside"


class Transparent(FencedContainer):
    """Hold a block whose marks mean nothing in a book."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening.marks, opening.shown())


class Hidden(Transparent):
    """Hold what the author wants left out. If the block is never closed, it is shown."""

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        if self.closed:
            kind = "a block that is not for books, and so is the text in it"
            hint = "take away the lines with colons to have it printed"
            state.problems.left_out(f"{self.marks} {self.name}", self.line, kind, hint)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if not self.closed:
            super().render(conversion, parent)


class Conditional(OpenContainer):
    """Hold a block that only some formats or editions have; `reading/conditions.py` decides.

    If the block is never closed, it is in all of them, which for our own syntax is an error.
    """

    hides_blank_lines = True

    def __init__(self, attributes: Mapping[str, str]) -> None:
        super().__init__()
        self.condition = dict(attributes)

    def continues(self, state: BlockState) -> Continue:
        inner = self.last_child
        return Continue.YES if inner is None or inner.open else Continue.NO

    def finish(self, state: BlockState) -> None:
        inner = self.last_child
        is_own = self.condition["class"] in ("only", "except")
        if is_own and isinstance(inner, FencedContainer) and not inner.closed:
            shown = f"{inner.marks} {inner.name}"
            message = f"`{shown}` never ends, so nobody knows what is under the condition"
            state.problems.add(
                OPEN_CONDITION, message, self.line, shown, "write `:::` on a line below its text"
            )

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        inner = self.last_child
        if isinstance(inner, FencedContainer) and inner.closed:
            parent = ElementTree.SubElement(parent, "div", self.condition)
        self.render_children(conversion, parent)


class DivCallout(FencedContainer, Callout):
    """Hold a callout. Its first heading is its title, unless the opening line gave one."""

    def __init__(self, opening: Opening, kind: str) -> None:
        FencedContainer.__init__(self, opening.marks, opening.shown())
        pairs = opening.pairs
        self.opening = opening
        self.kind = kind
        self.classes = " ".join(dict.fromkeys(opening.classes))
        self.title: str | None = opening.title or pairs.get("title") or pairs.get("summary") or None
        self.subtitle = pairs.get("name", "")
        self.identifier = opening.id
        self.counts = kind in STATEMENTS
        self.is_theorem = kind in THEOREMS or (kind in ON_REQUEST and bool(opening.id))

    def theorem_kind(self) -> str:
        return self.kind if self.is_theorem else ""

    def finish(self, state: BlockState) -> None:
        super().finish(state)
        first = self.children[0] if self.children else None
        if isinstance(first, Heading) and self.title is None:
            text, attributes = first.parts()
            if text:
                self.title = text
                self.attributes = f"{_OF_CONTENTS.sub('', attributes)} {self.attributes}".strip()
                del self.children[0]

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        Callout.render(self, conversion, parent)
        if self.opening.id:
            parent[-1].set("id", self.opening.id)
        for key, value in self.opening.pairs.items():
            if key in KEPT_ATTRIBUTES:
                parent[-1].set(key, value)


class DivPart(FencedContainer, LabelledPart):
    """Hold one tab, whose label is on its opening line."""

    def __init__(self, opening: Opening) -> None:
        FencedContainer.__init__(self, opening.marks, opening.shown())
        self.label = opening.title or opening.pairs.get("title", "")


class OpenPart(OpenContainer, LabelledPart):
    """Hold one tab up to the next label (`@tab Name` of VuePress, `== Name` of VitePress)."""

    def __init__(self, label: str) -> None:
        OpenContainer.__init__(self)
        self.label = label

    def continues(self, state: BlockState) -> Continue:
        is_label = tab_label(state.line.rest) is not None and not _holds_line(self)
        return Continue.NO if is_label else Continue.YES


def _holds_line(block: Block) -> bool:
    """Return whether code, or another block with marks of its own, is open in `block`."""
    while block.last_child is not None and block.last_child.open:
        block = block.last_child
        if block.verbatim or isinstance(block, FencedContainer):
            return True
    return False


_TAB_LABEL = re.compile(r"(?:@tab(?::active)?|==)[ \t]+(\S.*?)[ \t]*$")


def tab_label(line: str) -> str | None:
    match = _TAB_LABEL.match(line)
    return match[1].split(" #", 1)[0] if match else None


class TabSet(Transparent):
    """Hold tabs. Headings of the first one's level in it are labels, and so are fences' names."""

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        level = next((c.level for c in self.children if isinstance(c, Heading)), 0)
        into = parent
        for child in self.children:
            if isinstance(child, Heading) and child.level == level:
                text, attributes = child.parts()
                into = labelled_part(conversion, parent, text, child.line)
                apply_attributes(into, attributes)
            elif isinstance(child, Fence) and (name := _FENCE_NAME.search(child.info)):
                child.render(conversion, labelled_part(conversion, parent, name[1], child.line))
            else:
                child.render(conversion, into)
