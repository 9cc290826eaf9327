"""Make lines and stanzas of verse, so that every reader sets them the same way.

Line ends and `<br>` both end a line, together only one; an empty line ends a stanza. The blanks at
a line's start become its margin, which a line that turns keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bs4 import Tag
from bs4.element import AttributeValueList, NavigableString, PageElement
from msgspec import Struct, field

from bookbuilder.book import Book
from bookbuilder.model.diagnostics import Report
from bookbuilder.runtime.progress import tracked
from bookbuilder.text.patterns import rare_pattern
from bookbuilder.text.words import direction
from bookbuilder.trees.markup import elements, has_class, is_text, new_tag, raw_text, texts
from bookbuilder.trees.xhtml import INLINE_STYLE, PHRASING, TRANSPARENT

EM_OF_BLANK = 0.5
DEEPEST = 10.0
"""A line starts so far in at most, in em: a narrow screen must have room for its words."""
_WIDTHS = {"\t": 4, "\N{EM SPACE}": 2, "\N{IDEOGRAPHIC SPACE}": 2}
_BLANKS = rare_pattern(r"\s*")
_INLINE = (frozenset(INLINE_STYLE) | TRANSPARENT) - {"code", "kbd", "samp", "var"}
_HOLDERS = ("div", "section", "blockquote", "p")
_DEEPEST = 50


class _Line(Struct):
    """Hold the nodes of a line, and the marks that ended the line before it."""

    nodes: list[PageElement] = field(default_factory=list)
    line_ends: int = 0
    breaks: int = 0


def verse(book: Book, report: Report) -> None:
    for chapter in tracked(book.chapters):
        language = str(chapter.tree.get("lang") or book.metadata.language)
        for holder in elements(chapter.tree, *_HOLDERS):
            if has_class(holder, "verse"):
                is_right_to_left = (holder.get("dir") or direction(language)) == "rtl"
                _set(holder, "margin-right" if is_right_to_left else "margin-left")


def _set(holder: Tag, side: str) -> None:
    """Replace the text in `holder` by stanzas of lines; `side` is where lines start."""
    lines: list[Tag] = []
    _rebuild(holder, lines, 0)
    holder.name = "div" if holder.name == "p" else holder.name
    indents = [_take_indent(line) for line in lines]
    least = min(indents, default=0)
    for line, indent in zip(lines, indents, strict=True):
        if em := min((indent - least) * EM_OF_BLANK, DEEPEST):
            line["style"] = f"{side}: {em:g}em"


def _rebuild(holder: Tag, lines: list[Tag], depth: int) -> None:
    """Make stanzas of the paragraphs in `holder`, and of text in none; add them to `lines`."""
    contents: list[PageElement] = []
    loose: list[PageElement] = []
    for child in holder.contents:
        if not isinstance(child, Tag) or child.name in PHRASING:
            loose.append(child)
            continue
        contents += _stanzas(loose, lines)
        loose = []
        if child.name == "p" and not has_class(child, "div-title"):
            contents += _stanzas(child.contents, lines, child)
            continue
        is_holder = child.name in _HOLDERS and child.name != "p"
        if is_holder and depth < _DEEPEST and not has_class(child, "verse"):
            _rebuild(child, lines, depth + 1)
        contents.append(child)
    _fill(holder, contents + _stanzas(loose, lines))


def _stanzas(
    nodes: list[PageElement], lines: list[Tag], source: Tag | None = None
) -> list[PageElement]:
    """Return the stanzas that `nodes`, the content of `source`, make; collect their `lines`."""
    stanzas: list[list[Tag]] = []
    line_ends = breaks = 0
    for line in _split(nodes, 0):
        line_ends, breaks = line_ends + line.line_ends, breaks + line.breaks
        tag = _fill(new_tag("div", {"class": "line"}), line.nodes)
        if not raw_text(tag).strip() and not elements(tag):
            continue
        if not stanzas or line_ends > 1 or breaks > 1:
            stanzas.append([])
        stanzas[-1].append(tag)
        line_ends = breaks = 0
    lines += [line for stanza in stanzas for line in stanza]
    made = [_fill(new_tag("div", {"class": "stanza"}), _on_lines(stanza)) for stanza in stanzas]
    if made and source is not None:
        made[0].attrs.update(source.attrs)
        made[0]["class"] = AttributeValueList([*_classes(source), "stanza"])
    return _on_lines(made)


def _on_lines(tags: list[Tag]) -> list[PageElement]:
    """Return `tags` with a line end after each, for programs that read text alone."""
    return [node for tag in tags for node in (tag, NavigableString("\n"))]


def _classes(tag: Tag) -> list[str]:
    return [str(name) for name in tag.get_attribute_list("class") if name]


def _split(nodes: Iterable[PageElement], depth: int) -> list[_Line]:
    """Return the lines of `nodes`; an inline element that spans several is in each."""
    lines = [_Line()]
    for node in nodes:
        if isinstance(node, Tag) and node.name == "br":
            lines.append(_Line(breaks=1))
        elif isinstance(node, Tag) and node.name in _INLINE and depth < _DEEPEST:
            first, *others = _split(node.contents, depth + 1)
            lines[-1].nodes.append(_fill(node, first.nodes))
            for other in others:
                part = _fill(new_tag(node.name), other.nodes)
                part.attrs.update((k, v) for k, v in node.attrs.items() if k != "id")
                lines.append(_Line([part], other.line_ends, other.breaks))
        elif is_text(node):
            first_text, *more = str(node).split("\n")
            lines[-1].nodes.append(NavigableString(first_text))
            lines += (_Line([NavigableString(text)], line_ends=1) for text in more)
        else:
            lines[-1].nodes.append(node)
    return lines


def _fill(tag: Tag, contents: Sequence[PageElement]) -> Tag:
    tag.contents = list(contents)
    for child in contents:
        child.parent = tag
    return tag


def _take_indent(line: Tag) -> int:
    """Take the blanks off a line's start, and the end; return how many they are."""
    found = texts(line)
    indent = 0
    for text in found:
        blanks = _BLANKS.match(text)
        assert blanks is not None
        indent += sum(_WIDTHS.get(blank, 1) for blank in blanks[0])
        rest = text[blanks.end() :]
        if blanks[0]:
            _replace(text, rest)
        if rest:
            break
    found = texts(line)
    if found and found[-1] != found[-1].rstrip():
        _replace(found[-1], found[-1].rstrip())
    return indent


def _replace(text: NavigableString, new: str) -> None:
    parent = text.parent
    assert parent is not None
    at = next(index for index, child in enumerate(parent.contents) if child is text)
    replacement = NavigableString(new)
    replacement.parent = parent
    parent.contents[at] = replacement
