"""Clean the CSS of drawings: their sheets, their `style` and the attributes that stand for it."""

from __future__ import annotations

import re

import tinycss2
from msgspec import Struct
from msgspec.structs import replace
from tinycss2.ast import AtRule, Declaration, Node, ParseError, QualifiedRule

from bookbuilder.passes.cleaning.svg_fonts import plain_font
from bookbuilder.text import css
from bookbuilder.text.css_names import PROPERTIES
from bookbuilder.text.patterns import rare_pattern

OWN_ID = rare_pattern(r"#[^\s#]+")
HINT = "use `url(#id)` with an id of the drawing, and write values themselves"
_IN_STYLE = "an address in a style"


class Removal(Struct, frozen=True):
    """Something taken out of a drawing: what, which text shows its place, what to do instead."""

    what: str
    trace: str = ""
    hint: str = ""


def why_refused(key: str, text: str) -> css.Refused | None:
    """Return why the attribute `key` may not be `text`, which has a function in it."""
    if why := css.why_unreadable(text):
        return css.Refused(why, ParseError(1, 1, "deep", why), loads=True)
    try:
        if key in PROPERTIES:
            css.value(text, key, _own_id)
        else:
            # Words such as those of `aria-label` may look like any function, but hold no address.
            _refuse_addresses(tinycss2.parse_component_value_list(text))
    except css.Refused as refused:
        return refused
    return None


def _refuse_addresses(nodes: list[Node]) -> None:
    waiting = list(nodes)
    for node in waiting:
        if (url := css.address_in(node)) is not None:
            _own_id(url, node)
        waiting.extend(getattr(node, "arguments", None) or getattr(node, "content", None) or ())


def _own_id(url: str, node: Node) -> str:
    """Return an address inside the drawing itself; refuse all others."""
    if not OWN_ID.fullmatch(url.strip()):
        return css.no_address(url, node)
    return url


def clean_declarations(style: str | list[Node], removed: list[Removal]) -> str:
    """Return the declarations that may stay; add the others to `removed`."""
    if isinstance(style, str) and (why := css.why_unreadable(style)):
        removed.append(Removal(f"a style that cannot be read ({why})", "style="))
        return ""
    kept = []
    for node in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        try:
            written = _declaration(node)
            for name, text in plain_font(written.name, written.value).items():
                kept.append(str(replace(written, name=name, value=text)))
        except css.Refused as refused:
            removed.append(_removal(refused, node))
    return "; ".join(kept)


def _declaration(node: Node) -> css.Written:
    if not isinstance(node, Declaration):
        said = node.message if isinstance(node, ParseError) else "a rule inside a rule"
        raise css.Refused(f"this does not parse ({said})", node)
    return css.declaration(node, _own_id)


def _removal(refused: css.Refused, node: Node) -> Removal:
    what = _IN_STYLE if refused.loads else f"a style ({refused.why})"
    trace = node.name if isinstance(node, Declaration) else ""
    return Removal(what, trace, refused.hint or (HINT if refused.loads else ""))


def clean_sheet(text: str, scope: str, root_id: str, removed: list[Removal]) -> str:
    """Return a sheet's rules that may stay, each below the class `scope` where there is one."""
    if why := css.why_unreadable(text):
        removed.append(Removal(f"a style that cannot be read ({why})", "<style"))
        return ""
    rules = []
    for node in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        try:
            if isinstance(node, QualifiedRule):
                selectors = _scoped(node, scope, root_id)
                declarations = clean_declarations(node.content, removed)
                rules.append(f"{selectors} {{ {declarations} }}")
            elif isinstance(node, AtRule):
                keyword = f"@{node.at_keyword[:30]}"
                removed.append(Removal(f"`{keyword}`", keyword))
            else:
                raise css.Refused(f"this does not parse ({node.message})", node)
        except css.Refused as refused:
            removed.append(_removal(refused, node))
    # Only strings hold this sign, and readers that take the page for HTML would see an element.
    return "\n".join(rules).replace("<", "\\3c ")


def _scoped(rule: QualifiedRule, scope: str, root_id: str) -> str:
    """Return a selector list with each selector below the drawing's own class."""
    whole = css.selectors(rule.prelude, rule)
    if not scope:
        return whole
    selectors: list[list[Node]] = [[]]
    for token in rule.prelude:
        if token.type == "literal" and token.value == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    done = []
    for selector in selectors:
        text = css.selectors(selector, rule)
        without_root = (
            re.sub(rf"^(svg)?#{re.escape(root_id)}(?![\w-])", "", text) if root_id else text
        )
        is_root = without_root != text or text == "svg"
        rest = "" if text == "svg" else without_root
        if is_root and _leaves(selector):
            raise css.Refused("a selector of what follows the drawing", rule)
        done.append(f".{scope}{rest}" if is_root else f".{scope} {rest}")
    return ", ".join(done)


def _leaves(selector: list[Node]) -> bool:
    """Return whether a selector that begins with the drawing goes on to what stands beside it."""
    signs = (token.value for token in selector if token.type == "literal")
    first = next((sign for sign in signs if sign in (">", "+", "~")), "")
    return first in ("+", "~")
