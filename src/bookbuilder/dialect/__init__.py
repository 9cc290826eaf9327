"""Convert authors' Markdown to HTML. docs/markdown.md is the guide for authors.

CommonMark and GFM, with Obsidian's, MkDocs' and Markdown Extra's additions. Nothing else in
bookbuilder knows Markdown.
"""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.dialect.core.balance import BalanceExtension
from bookbuilder.dialect.core.code import CodeExtension
from bookbuilder.dialect.core.containers import ContainerExtension
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, Sources
from bookbuilder.dialect.core.leaves import LeafExtension
from bookbuilder.dialect.core.links import LinkExtension
from bookbuilder.dialect.core.problems import Problems
from bookbuilder.dialect.core.raw_html import RawHtmlExtension
from bookbuilder.dialect.core.spans import SpanExtension
from bookbuilder.dialect.syntax.autolinks import AutolinkExtension
from bookbuilder.dialect.syntax.callouts import CalloutExtension
from bookbuilder.dialect.syntax.citations import CitationExtension
from bookbuilder.dialect.syntax.code_cells import CodeCellExtension
from bookbuilder.dialect.syntax.code_components import CodeComponentExtension
from bookbuilder.dialect.syntax.components import ComponentExtension
from bookbuilder.dialect.syntax.content_tabs import ContentTabExtension
from bookbuilder.dialect.syntax.critic import CriticExtension
from bookbuilder.dialect.syntax.cross_references import CrossReferenceExtension
from bookbuilder.dialect.syntax.d2l import D2lExtension
from bookbuilder.dialect.syntax.definitions import AbbreviationExtension, DefinitionExtension
from bookbuilder.dialect.syntax.diagrams import DiagramExtension
from bookbuilder.dialect.syntax.divs import DivExtension
from bookbuilder.dialect.syntax.docsify import DocsifyExtension
from bookbuilder.dialect.syntax.emoji import EmojiExtension
from bookbuilder.dialect.syntax.fancy_lists import FancyListExtension
from bookbuilder.dialect.syntax.fence_blocks import FenceBlockExtension
from bookbuilder.dialect.syntax.footnotes import FootnoteExtension
from bookbuilder.dialect.syntax.formulas import FormulaExtension
from bookbuilder.dialect.syntax.gitbook import GitbookExtension
from bookbuilder.dialect.syntax.grid_tables import GridTableExtension
from bookbuilder.dialect.syntax.inline_fields import InlineFieldExtension
from bookbuilder.dialect.syntax.insertions import InsertionExtension
from bookbuilder.dialect.syntax.keys import KeyExtension
from bookbuilder.dialect.syntax.kramdown import KramdownExtension
from bookbuilder.dialect.syntax.kramdown_tables import KramdownTableExtension
from bookbuilder.dialect.syntax.leanpub import LeanpubExtension
from bookbuilder.dialect.syntax.leanpub_attributes import LeanpubAttributeExtension
from bookbuilder.dialect.syntax.likely_slips import LikelySlipExtension
from bookbuilder.dialect.syntax.line_blocks import LineBlockExtension
from bookbuilder.dialect.syntax.liquid import LiquidExtension
from bookbuilder.dialect.syntax.marks import MarkExtension
from bookbuilder.dialect.syntax.module_code import ModuleCodeExtension
from bookbuilder.dialect.syntax.myst import MystExtension
from bookbuilder.dialect.syntax.myst_marks import MystMarkExtension
from bookbuilder.dialect.syntax.myst_roles import MystRoleExtension
from bookbuilder.dialect.syntax.obsidian_blocks import ObsidianBlockExtension
from bookbuilder.dialect.syntax.obsidian_fences import ObsidianFenceExtension
from bookbuilder.dialect.syntax.other_tools import OtherToolsExtension
from bookbuilder.dialect.syntax.page_titles import PageTitleExtension
from bookbuilder.dialect.syntax.raw_parts import RawPartExtension
from bookbuilder.dialect.syntax.shortcodes import ShortcodeExtension
from bookbuilder.dialect.syntax.simple_tables import SimpleTableExtension
from bookbuilder.dialect.syntax.slash_blocks import SlashBlockExtension
from bookbuilder.dialect.syntax.tables import TableExtension
from bookbuilder.dialect.syntax.tex import TexExtension
from bookbuilder.dialect.syntax.tex_references import TexReferenceExtension
from bookbuilder.dialect.syntax.verse import VerseExtension
from bookbuilder.dialect.syntax.wikilinks import WikilinkExtension
from bookbuilder.model.diagnostics import Report
from bookbuilder.model.source import Source
from bookbuilder.text.variables import Variables

EXTENSIONS: tuple[type[Extension], ...] = (
    ContainerExtension,
    LeafExtension,
    CodeExtension,
    TableExtension,
    KramdownTableExtension,
    GridTableExtension,
    SimpleTableExtension,
    RawHtmlExtension,
    BalanceExtension,
    CalloutExtension,
    DivExtension,
    VerseExtension,
    LineBlockExtension,
    DefinitionExtension,
    FancyListExtension,
    AbbreviationExtension,
    SpanExtension,
    LinkExtension,
    MarkExtension,
    FootnoteExtension,
    WikilinkExtension,
    AutolinkExtension,
    EmojiExtension,
    CitationExtension,
    TexExtension,
    TexReferenceExtension,
    CrossReferenceExtension,
    FormulaExtension,
    CodeCellExtension,
    FenceBlockExtension,
    DiagramExtension,
    RawPartExtension,
    OtherToolsExtension,
    KramdownExtension,
    LiquidExtension,
    GitbookExtension,
    ShortcodeExtension,
    DocsifyExtension,
    LeanpubExtension,
    LeanpubAttributeExtension,
    MystExtension,
    MystMarkExtension,
    MystRoleExtension,
    D2lExtension,
    ComponentExtension,
    CodeComponentExtension,
    ModuleCodeExtension,
    ContentTabExtension,
    SlashBlockExtension,
    KeyExtension,
    InsertionExtension,
    CriticExtension,
    PageTitleExtension,
    ObsidianBlockExtension,
    ObsidianFenceExtension,
    InlineFieldExtension,
    LikelySlipExtension,
)


def convert(
    source: Source,
    body_offset: int,
    report: Report,
    variables: Variables | None = None,
    sources: Sources | None = None,
    *,
    shows_code: bool = True,
    diagrams: frozenset[str] = frozenset(),
) -> str:
    """Return `source.text[body_offset:]`, which has no front matter, as an HTML fragment.

    Its `variables` are marks there, and so are citations, if there are `sources` to cite. Cells
    that do not say so themselves show their code if the book `shows_code`. Fences in the languages
    `diagrams` are drawn, besides those that always are.
    """
    first_line = source.text.count("\n", 0, body_offset) + 1
    problems = Problems(source, report, variables)
    conversion = Conversion(
        problems, first_line, sources=sources, shows_code=shows_code, diagrams=diagrams
    )
    engine = Engine(EXTENSIONS, conversion)
    text = source.text[body_offset:]
    if variables is not None:
        text = variables.marked(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return engine.convert(text.translate({0x02: None, 0x03: None}))
