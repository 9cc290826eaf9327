"""Read MyST's labels `(name)=`, comments `% …`, breaks `+++`, and substitutions `{{ name }}`."""

from __future__ import annotations

import re
from functools import cached_property
from xml.etree import ElementTree

from markdown.extensions import Extension

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.dialect.syntax.myst_blocks import add_label
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.plain_yaml import NotYamlError, load_yaml

_LABEL = re.compile(r"\(([^()\s][^()\n]{0,200})\)=[ \t]*$")
# What shows that a chapter is written for MyST, so that `% …` and `+++` are not prose.
_IS_MYST = rare_pattern(
    r"^[ \t>]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{(?:admonition|card|code-block|code-cell|contents"
    r"|dropdown|figure|glossary|grid|hint|image|important|include|list-table|literalinclude|math"
    r"|note|seealso|tab-set|table|tableofcontents|tip|toctree|warning)\}"
    r"|^\([\w.:-]{1,200}\)=[ \t]*$|\{(?:ref|numref|doc|term|cite|eq)\}`"
    r"|^(?:jupytext|kernelspec|myst):",
    re.MULTILINE,
)
_ANY_LABEL = rare_pattern(
    r"^(?:[ \t>]*\(([\w:.-]{1,200})\)=|[ \t>]*:?(?:label|name):[ \t]+([\w:.-]{1,200}))[ \t]*$",
    re.MULTILINE,
)
_BREAK = rare_pattern(r"\+\+\+(?:[ \t].*)?$")
_SUBSTITUTION = rare_pattern(r"\{\{[ \t]*([A-Za-z_][\w-]{0,80})[ \t]*\}\}")
# Fields of reStructuredText at the top of a file, which say how it is shown.
_FIELD = re.compile(r":(?:orphan|tocdepth|nosearch|nocomments|html_theme[\w.]*):(?:[ \t].*)?$")
_FRONT_MATTER = rare_pattern(
    r"---[ \t]*\n(.{0,20000}?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE
)


class Label(Block):
    """Hold a name for what follows."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        add_label(parent, self.name)


def start_label(state: BlockState, container: Block) -> Started:
    match = None if state.line.indented else _LABEL.match(state.line.rest)
    if not match:
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(Label(match[1].strip())))
    return Started.LEAF


def start_field(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or state.document.children or not _FIELD.match(line.rest):
        return Started.NOTHING
    return Started.LEAF


class MystChapter:
    """Know whether the chapter is MyST's, and what its front matter substitutes."""

    def __init__(self, conversion: Conversion) -> None:
        self._source = conversion.problems.source

    @cached_property
    def is_myst(self) -> bool:
        return bool(_IS_MYST.search(self._source.text))

    @cached_property
    def labels(self) -> frozenset[str]:
        """Return the labels that the chapter gives, if it is MyST's."""
        found = _ANY_LABEL.findall(self._source.text) if self.is_myst else []
        return frozenset(above or option for above, option in found)

    @cached_property
    def substitutions(self) -> dict[str, str]:
        match = _FRONT_MATTER.match(self._source.text)
        try:
            data = load_yaml(match[1]) if match else None
        except NotYamlError:
            data = None
        data = data if isinstance(data, dict) else {}
        found: dict[str, str] = {}
        for holder in (data, data.get("myst"), data.get("mystnb")):
            said = holder.get("substitutions") if isinstance(holder, dict) else None
            if isinstance(said, dict):
                # What a value holds is not replaced again, so there is an end.
                found |= {str(k): _SUBSTITUTION.sub(r"\1", str(v)) for k, v in said.items()}
        return found

    def start_comment(self, state: BlockState, container: Block) -> Started:
        rest = state.line.rest
        if state.line.indented or rest[:1] != "%" or rest[1:2] == "%" or not self.is_myst:
            return Started.NOTHING
        return _skip(state)

    def start_break(self, state: BlockState, container: Block) -> Started:
        rest = state.line.rest
        if state.line.indented or rest[:3] != "+++" or not _BREAK.match(rest) or not self.is_myst:
            return Started.NOTHING
        return _skip(state)

    def handle_substitution(self, parser: InlineParser) -> bool:
        match = _SUBSTITUTION.match(parser.text, parser.position)
        if not match or match[1] not in self.substitutions:
            return False
        value = " ".join(self.substitutions[match[1]].split())
        parser.add_inlines("span", value, match.start())
        parser.position = match.end()
        return True


def _skip(state: BlockState) -> Started:
    state.close_unmatched()
    if isinstance(state.tip, Paragraph):
        state.close(state.tip)
    return Started.LEAF


class MystMarkExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        chapter = MystChapter(md.conversion)
        starts = md.parser.starts
        starts.register(start_label, 94.5, "(")
        starts.register(start_field, 94.6, ":")
        starts.register(chapter.start_comment, 95.5, "%")
        starts.register(chapter.start_break, 84.5, "+")
        md.conversion.inlines.register("{", chapter.handle_substitution)
