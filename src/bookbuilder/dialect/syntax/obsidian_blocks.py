"""Read Obsidian's block ids: ` ^id` at the end of a block, or on a line of its own below it."""

from __future__ import annotations

from functools import lru_cache
from xml.etree import ElementTree

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from bookbuilder.dialect.core.blocks import Block, BlockState, Started
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.paragraph import Paragraph
from bookbuilder.text.patterns import rare_pattern

_ID = rare_pattern(r"\^([A-Za-z0-9-]{1,100})[ \t]*$")
_LINKED = rare_pattern(r"#\^([A-Za-z0-9-]{1,100})")
_MARK = "block-id"
_HOLDERS = {"p", "li", "dd", "dt", "td", "th"}
_SHORTEST_NUMBER = 6


def handle_block_id(parser: InlineParser) -> bool:
    text, start = parser.text, parser.position
    if start and text[start - 1] not in " \t\n":
        return False
    match = _ID.match(text, start)
    if not match or not _is_id(parser.conversion, match[1]):
        return False
    last = parser.root.last
    if last is not None and not last.tag:
        last.text = last.text.rstrip()
    parser.add_element("span", **{"class": _MARK}, id=f"^{match[1]}")
    parser.position = len(text)
    return True


def _is_id(conversion: Conversion, name: str) -> bool:
    """Return whether it is no power, such as `10 ^6` or `x ^n`, unless a link names it."""
    is_long = len(name) >= _SHORTEST_NUMBER or (len(name) > 1 and not name.isdigit())
    return is_long or name in _linked(conversion.problems.source.text)


@lru_cache(maxsize=2)
def _linked(text: str) -> frozenset[str]:
    """Return the ids that links in a chapter name."""
    return frozenset(_LINKED.findall(text))


class BlockId(Block):
    """Hold an id that stands below its block, such as a table or a quote."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def render(self, conversion: Conversion, parent: ElementTree.Element) -> None:
        mark = ElementTree.SubElement(parent, "span", {"class": _MARK, "id": f"^{self.name}"})
        mark.tail = "\n"


def start_block_id(state: BlockState, container: Block) -> Started:
    line = state.line
    if line.indented or line.first != "^" or isinstance(container, Paragraph):
        return Started.NOTHING
    match = _ID.match(line.rest)
    if not match or not _is_id(state.conversion, match[1]):
        return Started.NOTHING
    state.close_unmatched()
    state.close(state.add(BlockId(match[1])))
    return Started.LEAF


class _GiveIds(Treeprocessor):
    """Move the ids from their marks to the blocks that they name."""

    def run(self, root: ElementTree.Element) -> None:
        for parent in list(root.iter()):
            marks = [c for c in parent if c.tag == "span" and c.get("class") == _MARK]
            for mark in marks:
                _give_id(parent, mark)


def _give_id(parent: ElementTree.Element, mark: ElementTree.Element) -> None:
    at = list(parent).index(mark)
    del mark.attrib["class"]
    before = parent[at - 1] if at else None
    if parent.tag in _HOLDERS:
        named: ElementTree.Element | None = parent
    elif before is not None and before.tag != "span" and not (before.tail or "").strip():
        named = before
    else:
        named = None
    if named is None or named.get("id"):
        return
    named.set("id", mark.get("id", ""))
    tail = mark.tail or ""
    parent.remove(mark)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail


class ObsidianBlockExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.parser.starts.register(start_block_id, 93, "^")
        md.conversion.inlines.register("^", handle_block_id)
        md.treeprocessors.register(_GiveIds(md), "block_ids", 30)
