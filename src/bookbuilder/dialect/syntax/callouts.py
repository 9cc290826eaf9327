"""Read callouts of GitHub, Obsidian, MkDocs and pymdown-extensions; `divs.py` reads `::: note`."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import add_class, apply_attributes, trailing_attributes
from bookbuilder.dialect.core.blocks import (
    Block,
    BlockState,
    Container,
    Continue,
    Started,
    continue_indented,
)
from bookbuilder.dialect.core.containers import skip_quote_mark
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.inline import Conversion
from bookbuilder.dialect.syntax.theorems import (
    IN_QUOTES,
    ON_REQUEST,
    THEOREMS,
    append_theorem,
    settle_number,
)
from bookbuilder.text.patterns import rare_pattern

KINDS = {
    name: kind
    for kind, *others in (
        ("note",),
        ("abstract", "summary", "tldr"),
        ("info", "seealso"),
        ("todo",),
        ("tip", "hint"),
        ("important",),
        ("success", "check", "done"),
        ("question", "help", "faq"),
        ("warning", "attention"),
        ("caution",),
        ("failure", "fail", "missing"),
        ("danger", "error"),
        ("bug",),
        ("example", "demo", "type-along"),
        ("quote", "cite"),
        ("exercise", "challenge", "homework"),
        ("solution", "answer"),
        ("prerequisites", "prereq", "prerequisite"),
        ("objectives",),
        ("questions",),
        ("keypoints",),
        ("discussion",),
        ("testimonial",),
        ("checklist",),
        ("instructor", "instructor-note"),
        ("theorem",),
        ("lemma",),
        ("corollary",),
        ("proposition",),
        ("conjecture",),
        ("definition",),
        ("proof",),
        ("remark",),
        ("algorithm",),
        ("new", "versionadded"),
        ("changed", "versionchanged"),
        ("deprecated",),
    )
    for name in (kind, *others)
}
"""Every name of a callout, and the kind that it is shown as."""
_OTHER_KINDS = {
    "working": "note", "primary": "note", "secondary": "note", "default": "note", "dark": "note",
    "light": "note", "simple": "note", "blue": "info", "green": "tip", "orange": "warning",
    "yellow": "warning", "red": "danger", "notes": "note", "warn": "warning",
    "exclamation": "important", "critical": "danger",
}  # fmt: skip
"""Names that themes of site generators give to callouts, and the kind that each is."""
GENERIC = frozenset({"details", "admonition", "callout", "spoiler"})
_ENGLISH = {
    "seealso": "See also",
    "versionadded": "New",
    "versionchanged": "Changed",
    "prereq": "Prerequisites",
    "prerequisite": "Prerequisites",
    "keypoints": "Key points",
    "instructor": "Instructor note",
}
"""The titles that are more than the name of the kind."""
DEFAULT_TITLE = "callout-kind"
"""The class of a callout's title, or of a callout without one, that says only its kind.

`passes.furniture` translates it into the book's language.
"""

_OBSIDIAN = rare_pattern(r"\[!([\w-]+)(?:\|[^\]\n]*)?\]([+-]?)(?=[ \t]|$)[ \t]*(.*?)[ \t]*$")
_MKDOCS = re.compile(r"(?:!!!|\?\?\?\+?)[ ]?([\w-]+)((?:[ ]+[\w-]+)*)(?:[ ]+\"(.*)\")?[ \t]*$")
_SLASHES = re.compile(r"(/{3,})[ \t]*([\w-]+)[ \t]*(?:\|[ \t]*(.*?))?[ \t]*$")
_ID_AT_END = rare_pattern(r"\{[^{}]{0,500}#[\w:.-][^{}]{0,500}\}[ \t]*$")
_OPTION = rare_pattern(r"([\w-]+):[ \t]*(.*?)[ \t]*$")


def meant_kind(said: str) -> str:
    """Return the name of the callout that `said` means, or nothing."""
    said = said.strip().lower()
    return said if said in KINDS else _OTHER_KINDS.get(said, "")


class Callout(Container):
    """Hold a callout. `title` is inline Markdown, None for the kind's name, empty for no title.

    With `subtitle`, the title is the kind's name and that in brackets: "New (1.2)". What is a
    theorem, by `theorem_kind`, is no box; it has a number if it `counts`, or has an id.
    """

    hides_blank_lines = True
    subtitle = ""
    identifier = ""
    counts = False

    def __init__(self, kind: str, title: str | None, classes: str = "") -> None:
        super().__init__()
        self.kind = kind
        self.title = title
        self.classes = classes

    def theorem_kind(self) -> str:
        """Return the kind of theorem that it is, or nothing."""
        kind = self.kind.lower()
        has_id = bool(_ID_AT_END.search(self.title or "")) or "#" in self.attributes
        return kind if kind in IN_QUOTES or (has_id and kind in THEOREMS | ON_REQUEST) else ""

    def _render_theorem(
        self, conversion: Conversion, parent: ElementTree.Element, kind: str
    ) -> None:
        name = self.subtitle or self.title or ""
        division = append_theorem(conversion, parent, kind, name, self.line)
        for extra in self.classes.split():
            add_class(division, extra)
        apply_attributes(division, self.attributes)
        if self.identifier:
            division.set("id", self.identifier)
        settle_number(division, kind, counts=self.counts)
        self.render_children(conversion, division)

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        if theorem := self.theorem_kind():
            self._render_theorem(conversion, parent, theorem)
            return
        name = self.kind.lower()
        kind = KINDS.get(name, "note")
        if name in GENERIC:
            name = kind
        aside = ElementTree.SubElement(parent, "aside", {"class": f"callout callout-{kind}"})
        aside.set("role", "doc-tip" if kind == "tip" else "note")
        aside.text = aside.tail = "\n"
        for extra in self.classes.split():
            add_class(aside, extra)
        apply_attributes(aside, self.attributes)
        default = _ENGLISH.get(name) or name.replace("-", " ").capitalize()
        shown, attributes = trailing_attributes(self.title or default)
        apply_attributes(aside, attributes)
        if self.title == "":
            aside.set("aria-label", default)
            if name in KINDS:
                add_class(aside, DEFAULT_TITLE)
        else:
            title = ElementTree.SubElement(aside, "p", {"class": "callout-title"})
            title.tail = "\n"
            if self.subtitle:
                span = ElementTree.SubElement(title, "span", {"class": DEFAULT_TITLE})
                span.text, span.tail = default, " ("
                conversion.inline(title, self.subtitle, self.line)
                _append_text(title, ")")
            else:
                if self.title is None and name in KINDS:
                    add_class(title, DEFAULT_TITLE)
                conversion.inline(title, shown, self.line)
        self.render_children(conversion, aside)


def _append_text(element: ElementTree.Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


class QuotedCallout(Callout):
    """Hold a quote that starts with `> [!NOTE]`."""

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if skip_quote_mark(state) else Continue.NO


def start_quoted_callout(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != ">":
        return Started.NOTHING
    match = _OBSIDIAN.match(line.rest[1:].lstrip(" \t"))
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.add(QuotedCallout(match[1], match[3] or None))
    return Started.LEAF


class IndentedCallout(Callout):
    """Hold the indented text below `!!! note "Title"`."""

    def continues(self, state: BlockState) -> Continue:
        return continue_indented(state.line)


def start_indented_callout(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _MKDOCS.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.add(IndentedCallout(match[1], match[3], _only_classes(match[2])))
    return Started.LEAF


def _only_classes(words: str) -> str:
    return " ".join(word for word in words.split() if word not in ("inline", "end"))


class FencedCallout(FencedContainer, Callout):
    """Hold everything between `/// note | Title` and its closing line; `divs.py` has the colons."""

    def __init__(self, marks: str, kind: str, title: str | None) -> None:
        FencedContainer.__init__(self, marks, kind)
        self.kind = kind
        self.title = title
        self.classes = ""
        self.takes_options = marks[0] == "/"


def start_fenced_callout(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _SLASHES.match(state.line.rest)
    if not match or match[2].lower() not in KINDS.keys() | GENERIC:
        return Started.NOTHING
    state.close_unmatched()
    state.add(FencedCallout(match[1], match[2], match[3] or None))
    return Started.LEAF


def start_option(state: BlockState, container: Block) -> Started:
    """Read the indented options right below `/// kind`; only `type` has an effect."""
    if not isinstance(container, FencedCallout) or not container.takes_options:
        return Started.NOTHING
    match = _OPTION.match(state.line.rest) if state.line.indented else None
    if container.children or container.ends_blank or not match:
        container.takes_options = False
        return Started.NOTHING
    if match[1] == "type":
        container.kind = match[2]
    state.close_unmatched()
    return Started.LEAF


class CalloutExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_option, 98)
        starts.register(start_quoted_callout, 91, ">")
        starts.register(start_indented_callout, 88, "!?")
        starts.register(start_fenced_callout, 87, "/")
