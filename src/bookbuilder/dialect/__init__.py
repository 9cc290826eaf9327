"""The Markdown that authors write, as HTML. docs/markdown.md is the author's guide to it.

CommonMark and GFM, with Obsidian's, MkDocs' and Markdown Extra's additions. Nothing else in
bookbuilder knows Markdown.
"""

from __future__ import annotations

from markdown.extensions import Extension

from bookbuilder.diagnostics import Report
from bookbuilder.dialect.autolinks import AutolinkExtension
from bookbuilder.dialect.balance import BalanceExtension
from bookbuilder.dialect.callouts import CalloutExtension
from bookbuilder.dialect.code import CodeExtension
from bookbuilder.dialect.containers import ContainerExtension
from bookbuilder.dialect.definitions import AbbreviationExtension, DefinitionExtension
from bookbuilder.dialect.emoji import EmojiExtension
from bookbuilder.dialect.engine import Engine
from bookbuilder.dialect.footnotes import FootnoteExtension
from bookbuilder.dialect.foreign import ForeignExtension
from bookbuilder.dialect.formulas import FormulaExtension
from bookbuilder.dialect.inline import InlineExtension
from bookbuilder.dialect.leaves import LeafExtension
from bookbuilder.dialect.links import LinkExtension
from bookbuilder.dialect.marks import MarkExtension
from bookbuilder.dialect.rawhtml import RawHtmlExtension
from bookbuilder.dialect.tables import TableExtension
from bookbuilder.dialect.wikilinks import WikilinkExtension
from bookbuilder.source import Source

EXTENSIONS: tuple[type[Extension], ...] = (
    ContainerExtension,
    LeafExtension,
    CodeExtension,
    TableExtension,
    RawHtmlExtension,
    BalanceExtension,
    CalloutExtension,
    DefinitionExtension,
    AbbreviationExtension,
    InlineExtension,
    LinkExtension,
    MarkExtension,
    FootnoteExtension,
    WikilinkExtension,
    AutolinkExtension,
    EmojiExtension,
    FormulaExtension,
    ForeignExtension,
)


def convert(source: Source, body_offset: int, report: Report) -> str:
    """`source.text[body_offset:]`, the front matter already cut, as an HTML fragment."""
    first_line = source.text.count("\n", 0, body_offset) + 1
    engine = Engine(EXTENSIONS, source, first_line, report)
    text = source.text[body_offset:]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return engine.convert(text.translate({0x02: None, 0x03: None}))
