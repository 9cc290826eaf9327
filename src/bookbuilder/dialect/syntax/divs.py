"""Read blocks between colons: `::: note`, `::: {.epigraph}`, `:::tip[Title]`.

They are the divs of pandoc, Quarto, bookdown and Carpentries, and the containers of VitePress and
Docusaurus. Names that are known become callouts, figures, tabs or verse; others become a `<div>`
with that class. Braces around a single word (`:::{figure}`) are a directive of MyST; only callouts
are read here.
"""

from __future__ import annotations

import difflib

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Continue, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.fenced import FencedContainer
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.callouts import GENERIC, KINDS
from bookbuilder.dialect.syntax.div_blocks import (
    KEPT_ATTRIBUTES,
    Conditional,
    Div,
    DivCallout,
    DivPart,
    Hidden,
    Margin,
    OpenPart,
    TabSet,
    Transparent,
    tab_label,
)
from bookbuilder.dialect.syntax.div_figures import PREFIXES, FigureDiv
from bookbuilder.dialect.syntax.div_openings import Opening, read_opening
from bookbuilder.dialect.syntax.theorems import BY_PREFIX
from bookbuilder.dialect.syntax.verse import VERSE_NAMES, VerseDiv
from bookbuilder.model.audience import FORMATS
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

DOUBTFUL_DIV = Rule(
    "M018",
    "doubtful-div",
    Severity.WARNING,
    "A line of three or more colons closes the block that a line such as `::: note` opened. Where"
    " none is open, the line is left out; look for a misspelt opening line, or a block that was"
    " closed before. A block whose name is no callout but nearly is one gets no box and no title;"
    " if the name is a class of your own, allow this rule.",
)

# Names of other tools, and the callout that each means.
_OTHER_NAMES = {
    **{f"rmd{kind}": kind for kind in ("note", "tip", "warning", "caution", "important")},
    **{f"alert-{kind}": kind for kind in ("info", "warning", "danger", "success")},
    "alert-primary": "note",
    "alert-secondary": "note",
    "rmdinfo": "info",
    "rmdreview": "summary",
    "infobox": "info",
    "warningbox": "warning",
    "secondary": "note",
    "challenges": "challenge",
    "prereqs": "prereq",
    "prerequisite": "prereq",
    "instructor-note": "instructor",
    "callout": "callout",
    "alert": "callout",
}
_TABS = frozenset({"tabs", "tabset", "panel-tabset", "code-group", "code-tabs"})
_PARTS = frozenset({"tab", "group-tab", "code-group-item", "tab-item"})
_MARGIN = frozenset({"aside", "column-margin", "marginnote", "marginfigure", "sidenote"})
_TRANSPARENT = frozenset(
    {
        "raw", "v-pre", "column", "columns", "fragment", "incremental", "nonincremental", "r-stack",
        "r-fit-text", "r-hstack", "r-vstack", "slide", "cell", "cell-output", "cell-output-display",
        "cell-output-stdout", "content-visible", "column-body",
        "column-body-outset", "column-page", "column-page-inset", "column-screen",
    }
)  # fmt: skip
"""Classes that lay out a screen; in a book their content stands in its order."""
_RENAMED = {"notes": "speaker-notes"}
_CONDITIONS = ("only", "except", "content-visible", "content-hidden")
_KEYS_OF_CONDITIONS = frozenset(
    {"format", "edition", "when-format", "unless-format", "unless-edition", "when-profile"}
    | {"unless-profile", "when-meta", "unless-meta"}
)
_LATER_CLOSING = rare_pattern(r"^[ \t>]*:{3,}[ \t]*$")
_CLOSING = rare_pattern(r":{3,}[ \t]*$")
_MKDOCSTRINGS = rare_pattern(r":::[ \t]+[A-Za-z_]\w*(?:\.\w+)+[ \t]*$")
_NEAR = 0.8


def start_div(state: BlockState, container: Block) -> Started:
    line = state.line
    if not line.rest.startswith(":::") or (line.indented and not isinstance(container, Paragraph)):
        return Started.NOTHING
    if _CLOSING.match(line.rest):
        return _close(state)
    if _MKDOCSTRINGS.match(line.rest):
        hint = "write the documentation of the code as Markdown"
        state.problems.left_out(line.rest.strip(), state.number, "a block of mkdocstrings", hint)
        state.close_unmatched()
        state.add(_Options())
        return Started.LEAF
    opening = read_opening(line.rest)
    if opening is None:
        return Started.NOTHING
    is_closed = state.comes_later(_LATER_CLOSING)
    name = opening.shown()
    condition = _take_condition(opening)
    block = block_for(opening)
    block.name = name
    if opening.is_directive and not isinstance(block, DivCallout):
        return Started.NOTHING
    if not is_closed and opening.name and opening.title and type(block) is Div:
        hint = "write `::: name` above the block and `:::` below it"
        state.problems.kept_as_text(line.rest.strip(), state.number, "a div without an end", hint)
        return Started.NOTHING
    _report(state, opening, block)
    state.close_unmatched()
    if condition:
        state.add(Conditional(condition))
    if opening.ends_there and not is_closed:
        return _add_one_line(state, block, opening)
    state.add(block)
    return Started.LEAF


def _close(state: BlockState) -> Started:
    """Close the innermost block of colons, if the line is indented less than its opening line."""
    block: Block | None = state.tip
    while block is not None and not (isinstance(block, FencedContainer) and block.marks[0] == ":"):
        block = block.parent
    if block is None:
        text = state.line.rest.strip()
        state.problems.add(DOUBTFUL_DIV, f"`{text}` closes nothing", state.number, text)
    else:
        block.closed = True
    state.close_unmatched()
    if block is not None and block.open:
        state.close_down_to(block)
    return Started.LEAF


def _add_one_line(state: BlockState, block: FencedContainer, opening: Opening) -> Started:
    """Read `::: note Text :::`, which ends where it starts."""
    if isinstance(block, DivCallout):
        block.title, block.subtitle = None, ""
    elif isinstance(block, Div):
        block.title = ""
    block.closed = True
    state.add(block)
    paragraph = Paragraph()
    paragraph.lines.append(opening.title)
    state.add(paragraph)
    state.close_down_to(block)
    return Started.LEAF


def block_for(opening: Opening) -> FencedContainer:
    classes = opening.classes
    title = opening.title or opening.pairs.get("title", "") or opening.pairs.get("name", "")
    if opening.id.startswith(PREFIXES):
        return FigureDiv(opening)
    if is_left_out(opening):
        return Hidden(opening)
    if not VERSE_NAMES.isdisjoint(classes):
        return VerseDiv(opening)
    if kind := _take_kind(opening):
        return DivCallout(opening, kind)
    if not _PARTS.isdisjoint(classes) and title:
        return DivPart(opening)
    if not (_TABS | _PARTS).isdisjoint(classes):
        return TabSet(opening)
    is_margin = not _MARGIN.isdisjoint(classes)
    without = _MARGIN | _TRANSPARENT
    opening.classes = [_RENAMED.get(c, c) for c in classes if c not in without]
    if is_margin:
        opening.classes.insert(0, "margin-text")
        return Margin(opening, title)
    if not opening.classes and not opening.id and not opening.pairs.keys() & KEPT_ATTRIBUTES:
        return Transparent(opening)
    return Div(opening, title)


def _take_kind(opening: Opening) -> str:
    """Return the name of the callout that it is, or nothing; take such names from the classes."""
    own, others, generic = "", "", ""
    for name in list(opening.classes):
        plain = name.lower().removeprefix("callout-")
        meant = _OTHER_NAMES.get(plain, plain)
        if meant not in KINDS and meant not in GENERIC:
            continue
        opening.classes.remove(name)
        if meant in GENERIC:
            generic = generic or meant
        elif meant == plain:
            own = own or meant
        else:
            others = others or meant
    found = own or others or generic
    if not found and any(name.startswith("callout-") for name in opening.classes):
        found = "callout"
    if not found and not opening.classes and "-" in opening.id:
        found = BY_PREFIX.get(opening.id.partition("-")[0], "")
    return found


def _take_condition(opening: Opening) -> dict[str, str]:
    """Take off the condition on formats or editions, and return it as attributes."""
    name = next((c for c in opening.classes if c in _CONDITIONS), "")
    pairs = {k: v for k, v in opening.pairs.items() if k in _KEYS_OF_CONDITIONS}
    is_own = name in ("only", "except")
    if not name or not (pairs or is_own):
        return {}
    # `{.only .print}` is as clear as `{.only format="print"}`.
    if is_own and (others := [c for c in opening.classes if c != name]):
        pairs["data-among"] = " ".join(others)
    taken = (name, *FORMATS) if is_own else (name,)
    opening.classes = [c for c in opening.classes if c not in taken]
    opening.pairs = {k: v for k, v in opening.pairs.items() if k not in pairs}
    if opening.name == name and opening.title:
        pairs["data-for"], opening.title = opening.title, ""
    return {"class": name, **pairs}


def is_left_out(opening: Opening) -> bool:
    """Return whether a class keeps the block out of books."""
    return "hidden" in opening.classes or "content-hidden" in opening.classes


def _report(state: BlockState, opening: Opening, block: FencedContainer) -> None:
    text = state.line.rest.strip()
    if isinstance(block, Hidden):
        return
    if any(key.startswith(("when-", "unless-")) for key in opening.pairs):
        hint = "write the class `only` before it"
        kind = "a condition without its class; the text in the block is printed"
        state.problems.left_out(text, state.number, kind, hint)
    wrong = next((c for c in opening.classes if c.startswith("callout-")), "")
    if isinstance(block, DivCallout) and wrong:
        name = wrong.removeprefix("callout-")
    elif type(block) is Div and opening.name and opening.classes == [opening.name]:
        name = opening.name
    else:
        return
    near = difflib.get_close_matches(name.lower()[:40], KINDS, 1, cutoff=_NEAR)
    if near or wrong:
        hint = f"did you mean `{near[0]}`?" if near else f"the kinds are {', '.join(KINDS)}"
        state.problems.add(DOUBTFUL_DIV, f"`{name}` is no callout", state.number, name, hint)


class _Options(Block):
    """Hold the indented options below a line of mkdocstrings, which nothing shows."""

    accepts_lines = True
    verbatim = True

    def continues(self, state: BlockState) -> Continue:
        return Continue.YES if state.line.indented else Continue.NO


def start_tab_part(state: BlockState, container: Block) -> Started:
    label = None if state.line.indented else tab_label(state.line.rest)
    if label is None or not isinstance(container, TabSet):
        return Started.NOTHING
    state.close_unmatched()
    state.add(OpenPart(label))
    return Started.LEAF


class DivExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_tab_part, 89, "@=")
        starts.register(start_div, 87.5, ":")
