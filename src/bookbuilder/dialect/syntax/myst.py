"""Read MyST's directives: ```` ```{name} argument ```` or `:::{name} argument`, down to its end.

They are Sphinx's, with those of the extensions that Jupyter Books and lessons use. A name that is
not known is one of a program's: the content stays, the marks go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.callouts import GENERIC, KINDS
from bookbuilder.dialect.syntax.myst_blocks import (
    PROOF_PREFIXES,
    Card,
    DirectiveBlock,
    DirectiveCallout,
    Gate,
    Glossary,
    Hidden,
    LinkedVideo,
    OnlyBlock,
    Part,
    Pointer,
    Rubric,
    Titled,
    is_inside,
)
from bookbuilder.dialect.syntax.myst_code import (
    Code,
    CodeTab,
    Diagram,
    ForeignMarkup,
    Formula,
    LeftOut,
    RawHtml,
    SourceList,
    VerbatimDirective,
)
from bookbuilder.dialect.syntax.myst_figures import Figure, Image
from bookbuilder.dialect.syntax.myst_options import Directive, read_directive
from bookbuilder.dialect.syntax.myst_tables import CaptionedTable, CsvTable, ListTable
from bookbuilder.model.audience import formats_meant

DirectiveBlocks = DirectiveBlock | VerbatimDirective | Gate
Maker = Callable[[Directive], DirectiveBlocks]

# Admonitions of docutils have no title of their own: text may start on their first line.
_UNTITLED = frozenset(
    {
        "attention", "caution", "danger", "error", "hint", "important", "note", "tip", "warning",
        "seealso", "todo", "versionadded", "versionchanged", "deprecated",
    }
)  # fmt: skip

_MAKERS: dict[str, Maker] = {}


def _register(names: str, maker: Maker) -> None:
    _MAKERS.update(dict.fromkeys(names.split(), maker))


_register("figure figure-md subfigure", Figure)
_register("image", Image)
_register("table", CaptionedTable)
_register("list-table", ListTable)
_register("csv-table", CsvTable)
_register("code-block code sourcecode code-cell literalinclude prompt parsed-literal", Code)
_register("doctest testcode testoutput highlight-code terminal ipython", Code)
_register("code-tab", CodeTab)
_register("math", Formula)
_register("mermaid graphviz digraph graph plantuml uml tikz inheritance-diagram", Diagram)
_register("raw", RawHtml)
_register("eval-rst", ForeignMarkup)
_register("contents tableofcontents toctree toc index nice-toc cssclass tags default-role", LeftOut)
_register("highlight currentmodule module sectnum section-numbering exerciselist meta", LeftOut)
_register("comment tab-end rst-class class", LeftOut)
_register("bibliography footbibliography", SourceList)
_register(
    "tab-set tabs grid grid-item container compound div panels tab-set-code hlist", DirectiveBlock
)
_register("glossary", Glossary)
_register("tab-item tab group-tab tabbed", Part)
_register("card grid-item-card card-item", Card)
_register("margin sidenote marginnote aside", partial(Titled, tag="aside", name="margin-text"))
_register("epigraph", partial(Titled, tag="blockquote", name="epigraph", titled=False))
_register(
    "pull-quote pullquote", partial(Titled, tag="blockquote", name="pull-quote", titled=False)
)
_register("highlights blockquote", partial(Titled, tag="blockquote", name="quote", titled=False))
_register("rubric", partial(Rubric, name="rubric"))
_register("centered", partial(Rubric, name="center"))
_register("video youtube vimeo iframe", LinkedVideo)
_register("button-ref embed", Pointer)
_register("button-link", LinkedVideo)

_OTHER_KINDS = {
    "topic": "admonition",
    "sidebar": "admonition",
    "dropdown": "details",
    "toggle": "details",
    "axiom": "theorem",
    "criterion": "proposition",
    "property": "proposition",
    "observation": "remark",
    "assumption": "definition",
}
# sphinx-exercise ends such a block with a directive of its own.
_register("exercise-start solution-start", Gate)
_register("exercise-end solution-end", LeftOut)
# Engines of R Markdown, Quarto and others: these fences are code, not directives.
_ENGINES = frozenset(
    {
        "asis", "block", "block2", "cat", "coffee", "comment", "exec", "glue",
        "highlight", "node", "ojs", "output", "output-error", "py", "pyodide", "pyodide-python",
        "python", "r", "rcpp", "rmarkdown", "shinylive-python", "shinylive-r", "stan", "targets",
        "text", "verbatim", "webr", "webr-r",
    }
)  # fmt: skip
_KEPT_HINT = "write it as a note (`:::{note}`), a figure, a table or plain Markdown"


def start_directive(state: BlockState, container: Block) -> Started:
    line = state.line
    colons = line.rest.startswith(":::")
    if line.indented and not (colons and isinstance(container, Paragraph)):
        return Started.NOTHING
    directive = read_directive(state)
    if directive is None:
        return Started.NOTHING
    block = _block_for(directive)
    if block is None:
        if not colons and _is_code(directive.name):
            return Started.NOTHING
        shown = f"{{{directive.name}}}"
        kind = f"the directive `{directive.name}` of MyST; its content stays"
        state.problems.left_out(shown, state.number, kind, _KEPT_HINT)
        block = Rubric(directive, "div-title") if directive.argument else DirectiveBlock(directive)
    if isinstance(block, Hidden):
        kind = "text for another format than books, and so is what stands in it"
        shown = line.rest.lstrip("`~:").strip()
        state.problems.left_out(shown, state.number, kind)
    state.close_unmatched()
    block.begin(state)
    return Started.LEAF


def _block_for(directive: Directive) -> DirectiveBlocks | None:
    name = directive.name
    if maker := _MAKERS.get(name):
        return maker(directive)
    if name == "only":
        words = directive.argument.split()
        formats = [word for word in words if formats_meant(word) is not None]
        is_not = words[:1] == ["not"] and len(words) == 2
        if formats and (is_not or set(words) <= {*formats, "or"}):
            directive.argument = ""
            return OnlyBlock(directive, "except" if is_not else "only", " ".join(formats))
        wanted = re.split(r"[\s()]+", directive.argument)
        directive.argument = ""
        is_for_books = bool({"html", "epub", "not latex"} & set(wanted)) or "not" in wanted
        return DirectiveBlock(directive) if is_for_books else Hidden(directive)
    bare = name
    for prefix in PROOF_PREFIXES:
        bare = bare.removeprefix(prefix)
    kind = _OTHER_KINDS.get(bare, bare)
    if kind == "details" and not directive.argument:
        return DirectiveBlock(directive)
    if kind in KINDS or kind in GENERIC:
        return DirectiveCallout(directive, kind, has_title=bare not in _UNTITLED)
    return None


def holds_markdown(name: str) -> bool:
    """Return whether the directive of that name holds Markdown, and not code."""
    return isinstance(_block_for(Directive("```", name, "", 0, 0)), DirectiveBlock)


def _is_code(name: str) -> bool:
    """Return whether a fence of that name holds code of some language."""
    if name in _ENGINES:
        return True
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        find_lexer_class_by_name(name)
    except ClassNotFound:
        return False
    return True


def start_card_part(state: BlockState, container: Block) -> Started:
    """Leave out the line between a card's header, body and footer."""
    rest = state.line.rest.rstrip()
    if state.line.indented or rest not in ("^^^", "+++") or not is_inside(container, Card):
        return Started.NOTHING
    state.close_unmatched()
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)
    return Started.LEAF


class MystExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        starts = md.parser.starts
        starts.register(start_directive, 88.5, "`~:")
        starts.register(start_card_part, 89.5, "^+")
