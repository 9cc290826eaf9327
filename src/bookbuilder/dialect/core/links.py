"""Read links and images (spec 6.3, 6.4). Addresses stay as typed; a later pass resolves them."""

from __future__ import annotations

import re

from markdown.extensions import Extension

from bookbuilder.dialect.core.attributes import ATTRIBUTES
from bookbuilder.dialect.core.captions import add_caption, is_caption
from bookbuilder.dialect.core.emphasis import Bracket
from bookbuilder.dialect.core.engine import Engine
from bookbuilder.dialect.core.inline import Conversion, InlineParser
from bookbuilder.dialect.core.link_options import take_options
from bookbuilder.dialect.core.nodes import Node
from bookbuilder.dialect.core.references import (
    LABEL,
    MAX_LABEL,
    Reference,
    normalise_label,
    read_destination,
    read_title,
    skip_blanks,
    unescape,
)
from bookbuilder.model.diagnostics import Rule, Severity
from bookbuilder.text.patterns import rare_pattern

BROKEN_LINK = Rule(
    "M011",
    "broken-link-syntax",
    Severity.WARNING,
    "Text in brackets is followed by an address in parentheses, but they do not form a link, so"
    " both are printed as typed. Write `<…>` around an address that has spaces, or `%20` for"
    " each space.",
)
UNDEFINED_LABEL = Rule(
    "M012",
    "undefined-link-label",
    Severity.WARNING,
    "`[text][label]` is a link only if the chapter has a line `[label]: address`. Without it,"
    " the brackets are printed.",
)


BARE_URL = "bare-url"
# The class of a link whose text is an address, to be replaced by the title of the chapter.
NAMED_BY_TARGET = "named-by-target"
# For `[text][types.array]` in a book with mdBook's rule ids; the link pass finds the chapter.
RULE_SCHEME = "rule:"
# For MyST's `{ref}`, `{numref}`, `{doc}`: the link pass finds what they name, in any chapter.
LABEL_SCHEME = "label:"
DOCUMENT_SCHEME = "doc:"
NUMBER_SCHEME = "numref:"
# The class of a link whose `#id` may be in any chapter: for the syntax of tools that know one space
# of ids for the whole book. The link pass finds the chapter, and fills in a link without text.
ANYWHERE = "anywhere"
# A second class of such a link: it is filled in with the number of a figure, table or chapter,
# without the word for it, which the author has written before it.
NUMBER_ONLY = "number-only"
# The class of an element around several such links, which become one enumeration.
GROUP = "reference-group"
_RULE_LABEL = rare_pattern(r"[a-z_][\w-]*(?:\.[\w-]+)+")
_HAS_RULE_IDS = rare_pattern(r"^r\[[\w.:-]+\][ \t]*$", re.MULTILINE)


# `![alt](picture.png =300x200)` of HackMD and others; `=300x` and `=50%x` are widths.
_SIZE = re.compile(r"=(\d{1,5}(?:%|px)?)?(?:x(\d{1,5}(?:%|px)?)?)?[ \t]*(?=\))")
_SIZE_AT_END = rare_pattern(rf"(?<=[ \t\n]){_SIZE.pattern}\)\Z")


def is_rule_id(conversion: Conversion, label: str) -> bool:
    return bool(
        _RULE_LABEL.fullmatch(label) and _HAS_RULE_IDS.search(conversion.problems.source.text)
    )


def open_bracket(parser: InlineParser, kind: str) -> None:
    node = parser.add_text(kind)
    parser.position += len(kind)
    if parser.brackets:
        parser.brackets[-1].followed = True
    parser.brackets.append(Bracket(node, kind, parser.position, parser.delimiters.top))


def handle_open(parser: InlineParser) -> bool:
    open_bracket(parser, "[")
    return True


_MOVIE = rare_pattern(
    r"https?://(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch|embed|shorts)|youtu\.be/"
    r"|(?:player\.)?vimeo\.com/)"
)


def handle_image(parser: InlineParser) -> bool:
    if not parser.text.startswith("![", parser.position):
        return False
    open_bracket(parser, "![")
    return True


def handle_close(parser: InlineParser) -> bool:
    if not parser.brackets or parser.brackets[-1].kind not in ("[", "!["):
        return False
    opener = parser.brackets[-1]
    start = parser.position
    has_attributes = ATTRIBUTES.match(parser.text, start + 1)
    if not opener.active and not has_attributes:
        parser.brackets.pop()
        return False
    is_image = opener.kind == "!["
    found = None
    if opener.active:  # else there is a link inside, which a span may hold but no link
        found = _inline_target(parser, start + 1, is_image)
        found = found or _reference_target(parser, opener, start)
    if found is None and opener.kind == "[" and has_attributes:
        close_bracket(parser, opener, "span")
        parser.position = start + 1
        return True
    if found is None:
        parser.brackets.pop()
        _report_failure(parser, opener, start)
        return False
    (destination, title), parser.position = found
    options: dict[str, str] = {}
    if title is not None and ":" in title:
        shown, options = take_options(title)
        title = shown or (None if shown != title else title)
    node = close_bracket(parser, opener, "a" if opener.kind == "[" else "img")
    if node.tag == "img":
        add_caption(parser, node, title)
        if _MOVIE.match(destination):
            # Obsidian and others play a movie whose address is that of a picture.
            node.tag = "a"
            node.append(Node(text=node.attributes.get("alt") or destination))
            node.attributes = {"href": destination}
            return True
        size = _SIZE_AT_END.search(parser.text, start, parser.position)
        node.attributes = {"src": destination, **_size(size), **node.attributes}
    else:
        node.attributes = {"href": destination}
        _no_links_inside(node)
        for bracket in parser.brackets:
            if bracket.kind == "[":
                bracket.active = False
        if title is not None:
            node.attributes["title"] = unescape(title)
    node.attributes |= options
    return True


def close_bracket(parser: InlineParser, opener: Bracket, tag: str) -> Node:
    """Wrap everything between `opener` and here in an element."""
    parser.delimiters.resolve(opener.delimiter)
    node = Node(tag)
    node.take(opener.node, None)
    opener.node.insert_after(node)
    opener.node.unlink()
    parser.brackets.pop()
    return node


def _size(match: re.Match[str] | None) -> dict[str, str]:
    found = zip(("width", "height"), match.groups() if match else (), strict=False)
    return {name: value for name, value in found if value}


Target = tuple[tuple[str, str | None], int]


def _inline_target(parser: InlineParser, position: int, is_image: bool) -> Target | None:
    """Read `(destination "title")` at `position`; after a picture's, its size may follow."""
    text = parser.text
    if not text.startswith("(", position):
        return None
    position = skip_blanks(text, position + 1)
    found = read_destination(text, position)
    if found is None:
        return None
    destination, end = found
    position = skip_blanks(text, end)
    title = None
    if position > end and (titled := read_title(text, position)):
        title = titled[0]
        position = skip_blanks(text, titled[1])
    if is_image and position > end and (size := _SIZE.match(text, position)):
        position = size.end()
    return ((destination, title), position + 1) if text.startswith(")", position) else None


def _reference_target(parser: InlineParser, opener: Bracket, close: int) -> Target | None:
    """Look up the `[label]` after the bracket or, without one, the bracket's own text."""
    text = parser.text
    end = close + 1
    label = None
    match = LABEL.match(text, end) if text.startswith("[", end) else None
    if match:
        end = match.end()
        label = match[1] or None
    if label is None:
        if opener.followed or close - opener.end > MAX_LABEL:
            return None
        label = text[opener.end : close]
    reference: Reference | None = parser.conversion.definitions.get(normalise_label(label))
    if reference is None and opener.kind == "[" and is_rule_id(parser.conversion, label):
        return (RULE_SCHEME + label, None), end
    return ((reference.destination, reference.title), end) if reference else None


def _report_failure(parser: InlineParser, opener: Bracket, close: int) -> None:
    text = parser.text
    start = opener.end - len(opener.kind)
    before = text[start - 1 : start]
    if before.isalnum() or before in (")", "]", "_") or close == opener.end:
        return
    if text.startswith("(", close + 1):
        end = text.find(")", close, close + 300)
        shown = text[start : end + 1] if end > 0 else text[start : close + 2]
        if "\n\n" not in shown and _looks_like_address(text[close + 2 : end]):
            parser.report(BROKEN_LINK, f"`{shown}` is not a link", start, len(shown))
    elif match := LABEL.match(text, close + 1):
        label = match[1] or text[opener.end : close]
        parser.report(
            UNDEFINED_LABEL, f"no link is defined as `[{label}]`", start, match.end() - start
        )


def _looks_like_address(text: str) -> bool:
    return any(mark in text for mark in ("/", ".", "#"))


def _no_links_inside(node: Node) -> None:
    """Unwrap bare addresses in a link's text, and let notes and captions with links follow it."""
    for child in node:
        if child.attributes.get("class") == BARE_URL:
            child.tag = "span"
            child.attributes = {}
        elif is_caption(child) or (child.tag == "sup" and "id" in child.attributes):
            node.insert_after(child)


class LinkExtension(Extension):
    def extendMarkdown(self, md: Engine) -> None:  # type: ignore[override]  # noqa: N802
        md.conversion.inlines.register("[", handle_open)
        md.conversion.inlines.register("!", handle_image)
        md.conversion.inlines.register("]", handle_close)
